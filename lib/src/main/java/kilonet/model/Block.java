package kilonet.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.text.Check;
import kilonet.text.Text;

/**
 * One block of a {@link Stack}.
 *
 * @param kind what it does
 * @param channels output channels of a convolution, 0 for pooling and for a depthwise convolution,
 *     which has as many as its input
 * @param kernel side of the square kernel or window in pixels, 0 for global pooling
 * @param stride pixels from one place of a kernel to the next, at least 1; pooling has none of its
 *     own
 * @param padding zeros added at each side, in pixels
 * @param dilation pixels from one tap of a kernel to the next, at least 1 (Yu, Koltun:
 *     <i>Multi-Scale Context Aggregation by Dilated Convolutions</i>, 2016)
 * @param groups into how many groups a convolution divides its channels, at least 1 (Xie and
 *     others: <i>Aggregated Residual Transformations for Deep Neural Networks</i>, 2017)
 * @param span over how many blocks an addition goes back, at least 1; 0 for all else
 * @param relu whether the stack's ReLU applies here; behind an addition, whether there is one
 * @param dropout whether the stack's dropout applies here
 */
public record Block(
    Kind kind,
    int channels,
    int kernel,
    int stride,
    int padding,
    int dilation,
    int groups,
    int span,
    boolean relu,
    boolean dropout) {

  /** What a block does. */
  public enum Kind {
    /** Convolution followed by the parts of the stack's order. */
    CONV,
    /** Convolution and nothing else. */
    PLAIN,
    /** Convolution of each channel by itself, followed by the parts of the stack's order. */
    DEPTHWISE,
    /** Convolution of each channel by itself, and nothing else. */
    PLAIN_DEPTHWISE,
    /** Maximum over windows that do not overlap. */
    MAX_POOL,
    /** Mean over windows that do not overlap. */
    AVERAGE_POOL,
    /** Mean over the whole picture. */
    GLOBAL_AVERAGE_POOL,
    /**
     * Adds what went into the last blocks, as many as the span says (He and others: <i>Deep
     * Residual Learning for Image Recognition</i>, 2016).
     */
    ADD,
    /**
     * Adds the same, brought to as many channels and pixels by a 1 x 1 convolution and the batch
     * norm of the stack's order.
     */
    ADD_THROUGH
  }

  private static final Pattern CONV =
      Pattern.compile(
          "(?:conv (?<channels>\\d{1,6})|depthwise) (?<kernel>\\d{1,4})x\\k<kernel>"
              + "(?: stride (?<stride>\\d{1,4}))?(?: pad (?<pad>\\d{1,4}))?"
              + "(?: dilation (?<dilation>\\d{1,4}))?(?: groups (?<groups>\\d{1,6}))?"
              + "(?<plain> plain)?(?<linear> no relu)?(?<sure> no dropout)?");
  private static final Pattern ADD =
      Pattern.compile(
          "add (?<span>\\d{1,4})(?<through> through 1x1(?: stride (?<stride>\\d{1,4}))?)?"
              + "(?<relu> relu)?");
  private static final Pattern POOL = Pattern.compile("(max|avg)pool (\\d{1,4})");

  /** Checks the numbers. */
  public Block {
    boolean conv = kind == Kind.CONV || kind == Kind.PLAIN;
    boolean adds = kind == Kind.ADD || kind == Kind.ADD_THROUGH;
    if (conv && channels < 1) {
      throw new IllegalArgumentException(
          Text.of("A convolution of %d channels cannot be: give it at least 1.", channels));
    }
    if (kind != Kind.GLOBAL_AVERAGE_POOL && kernel < 1) {
      throw new IllegalArgumentException(
          Text.of("A kernel of %d x %d pixels cannot be: give it at least 1 x 1.", kernel, kernel));
    }
    Check.atLeast("The stride of a convolution", stride, 1);
    Check.atLeast("The dilation of a convolution", dilation, 1);
    Check.atLeast("The number of groups of a convolution", groups, 1);
    if (conv && channels % groups != 0) {
      throw new IllegalArgumentException(
          Text.of(
              "A convolution's %d channels cannot be divided into %d groups: take a multiple of %d.",
              channels, groups, groups));
    }
    if (adds) {
      Check.atLeast("The number of blocks that an addition goes back", span, 1);
    }
    int most = Math.max(0, reach(kernel, dilation) - 1);
    if (padding < 0 || padding > most) {
      throw new IllegalArgumentException(
          Text.of(
              "A padding of %d pixels does not fit a %d x %d kernel%s: use 0 to %d.",
              padding, kernel, kernel, dilation == 1 ? "" : " of dilation " + dilation, most));
    }
  }

  /** A block of stride and dilation 1. */
  public Block(Kind kind, int channels, int kernel, int padding, boolean dropout) {
    this(kind, channels, kernel, 1, padding, 1, dropout);
  }

  /** A block in one group, with the stack's ReLU where it has the stack's other parts. */
  public Block(
      Kind kind, int channels, int kernel, int stride, int padding, int dilation, boolean dropout) {
    this(
        kind,
        channels,
        kernel,
        stride,
        padding,
        dilation,
        1,
        0,
        kind == Kind.CONV || kind == Kind.DEPTHWISE,
        dropout);
  }

  /** An addition of what went into the last blocks. */
  static Block addition(Kind kind, int span, int stride, boolean relu) {
    return new Block(kind, 0, 1, stride, 0, 1, 1, span, relu, false);
  }

  /** This block with another number of output channels. */
  Block withChannels(int other) {
    return new Block(kind, other, kernel, stride, padding, dilation, groups, span, relu, dropout);
  }

  /** Whether it adds what went into a block before. */
  boolean adds() {
    return span > 0;
  }

  /** Pixels from the first to the last tap of a kernel, both included. */
  int reach() {
    return reach(kernel, dilation);
  }

  private static int reach(int kernel, int dilation) {
    return dilation * (kernel - 1) + 1;
  }

  /** What a value sees behind this block, given what one sees before it. */
  ReceptiveField widen(ReceptiveField before) {
    if (adds()) {
      return before;
    }
    boolean pool = kind == Kind.MAX_POOL || kind == Kind.AVERAGE_POOL;
    return before.through(kernel, pool ? kernel : stride, padding, dilation);
  }

  /** What a side of the picture becomes. */
  int after(int side) {
    return switch (kind) {
      case CONV, PLAIN, DEPTHWISE, PLAIN_DEPTHWISE -> (side + 2 * padding - reach()) / stride + 1;
      case MAX_POOL, AVERAGE_POOL -> side / kernel;
      case GLOBAL_AVERAGE_POOL -> 1;
      case ADD, ADD_THROUGH -> side;
    };
  }

  /** What the channels of the picture become. */
  int channelsAfter(int before) {
    return channels > 0 ? channels : before;
  }

  /**
   * Reads what {@link #toString} writes: {@code conv 10 3x3}, {@code conv 12 3x3 pad 1}, {@code
   * conv 10 1x1 plain}, {@code conv 16 1x1 no dropout}, {@code conv 32 3x3 stride 2 pad 2 dilation
   * 2}, {@code conv 32 3x3 groups 4}, {@code conv 16 1x1 no relu}, {@code depthwise 3x3}, {@code
   * depthwise 3x3 pad 1 plain}, {@code maxpool 2}, {@code avgpool 4}, {@code global avgpool},
   * {@code add 2}, {@code add 2 relu} or {@code add 2 through 1x1 stride 2 relu}.
   *
   * <p>{@code add 2} adds to what the last two blocks have made of a picture what went into them;
   * {@code through 1x1} brings it to their channels and, by its stride, to their pixels on its way.
   * What comes out of the sum goes through no part of the stack's order, but through a ReLU where
   * {@code relu} is written.
   *
   * @throws IllegalArgumentException if the text is none of these
   */
  @JsonCreator
  public static Block parse(String text) {
    Matcher conv = CONV.matcher(text);
    if (conv.matches()) {
      boolean depthwise = conv.group("channels") == null;
      boolean plain = conv.group("plain") != null;
      return new Block(
          plain
              ? depthwise ? Kind.PLAIN_DEPTHWISE : Kind.PLAIN
              : depthwise ? Kind.DEPTHWISE : Kind.CONV,
          depthwise ? 0 : Integer.parseInt(conv.group("channels")),
          Integer.parseInt(conv.group("kernel")),
          number(conv.group("stride"), 1),
          number(conv.group("pad"), 0),
          number(conv.group("dilation"), 1),
          number(conv.group("groups"), 1),
          0,
          !plain && conv.group("linear") == null,
          !plain && conv.group("sure") == null);
    }
    Matcher add = ADD.matcher(text);
    if (add.matches()) {
      return addition(
          add.group("through") == null ? Kind.ADD : Kind.ADD_THROUGH,
          Integer.parseInt(add.group("span")),
          number(add.group("stride"), 1),
          add.group("relu") != null);
    }
    Matcher pool = POOL.matcher(text);
    if (pool.matches()) {
      Kind kind = pool.group(1).equals("max") ? Kind.MAX_POOL : Kind.AVERAGE_POOL;
      return new Block(kind, 0, Integer.parseInt(pool.group(2)), 0, false);
    }
    if (text.equals("global avgpool")) {
      return new Block(Kind.GLOBAL_AVERAGE_POOL, 0, 0, 0, false);
    }
    throw new IllegalArgumentException(
        Text.of(
                "'%s' is no block: write 'conv 10 3x3', 'conv 12 3x3 pad 1', 'conv 10 1x1 plain',",
                text)
            + " 'conv 16 1x1 no dropout', 'conv 16 1x1 no relu', 'conv 32 3x3 stride 2 pad 2 dilation"
            + " 2', 'conv 32 3x3 groups 4', 'depthwise 3x3', 'depthwise 3x3 plain', 'maxpool 2',"
            + " 'avgpool 4', 'global avgpool', 'add 2', 'add 2 relu' or 'add 2 through 1x1 stride 2'.");
  }

  private static int number(String digits, int otherwise) {
    return digits == null ? otherwise : Integer.parseInt(digits);
  }

  @JsonValue
  @Override
  public String toString() {
    return switch (kind) {
      case MAX_POOL -> "maxpool " + kernel;
      case AVERAGE_POOL -> "avgpool " + kernel;
      case GLOBAL_AVERAGE_POOL -> "global avgpool";
      case CONV -> Text.of("conv %d ", channels) + window() + without();
      case PLAIN -> Text.of("conv %d ", channels) + window() + " plain";
      case DEPTHWISE -> "depthwise " + window() + without();
      case PLAIN_DEPTHWISE -> "depthwise " + window() + " plain";
      case ADD -> "add " + span + (relu ? " relu" : "");
      case ADD_THROUGH ->
          Text.of("add %d through 1x1", span)
              + (stride == 1 ? "" : " stride " + stride)
              + (relu ? " relu" : "");
    };
  }

  private String without() {
    return (relu ? "" : " no relu") + (dropout ? "" : " no dropout");
  }

  private String window() {
    return Text.of("%dx%d", kernel, kernel)
        + (stride == 1 ? "" : " stride " + stride)
        + (padding == 0 ? "" : " pad " + padding)
        + (dilation == 1 ? "" : " dilation " + dilation)
        + (groups == 1 ? "" : " groups " + groups);
  }
}
