package kilonet.augment;

import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import kilonet.text.Arguments;
import kilonet.text.Check;
import kilonet.text.Term;
import kilonet.text.TermParser;
import kilonet.text.Text;
import kilonet.text.TextException;
import kilonet.text.Value;

/**
 * Reads augmentations from one line of text, such as {@code rotation(7) + shift(2)}.
 *
 * <table>
 * <caption>What can be written; the values are defaults, and arguments without one must be given
 * </caption>
 * <tr><td>{@code none}</td><td>{@link Identity}</td></tr>
 * <tr><td>{@code rotation(degrees, interpolation=nearest, fill=0)}</td>
 * <td>{@link RandomRotation}</td></tr>
 * <tr><td>{@code affine(degrees, translate=0, shift=0, scale=1, shear=0, shear_y=0,
 * interpolation=nearest, fill=0)}</td><td>{@link RandomAffine}; {@code shift} is in pixels, {@code
 * translate} a part of the side, or two as {@code [0.1, 0.2]}</td></tr>
 * <tr><td>{@code shift(pixels, fill=0)}</td><td>{@link RandomShift}</td></tr>
 * <tr><td>{@code crop(size, padding=0, pad_if_needed=false, padding_mode=constant, fill=0)}</td>
 * <td>{@link RandomCrop}; the size may be {@code [height, width]}</td></tr>
 * <tr><td>{@code perspective(distortion=0.5, p=0.5, interpolation=bilinear, fill=0)}</td>
 * <td>{@link RandomPerspective}</td></tr>
 * <tr><td>{@code erasing(p=0.5, scale=0.02..0.33, ratio=0.3..3.3, value=0, noise=false)}</td>
 * <td>{@link RandomErasing}</td></tr>
 * <tr><td>{@code cutout(size, holes=1, value=0)}</td><td>{@link CutOut}</td></tr>
 * <tr><td>{@code coarse_dropout(max_holes=8, max_height=8, max_width=8, min_holes=max_holes,
 * min_height=max_height, min_width=max_width, value=0, p=0.5)}</td><td>{@link CoarseDropout}</td></tr>
 * <tr><td>{@code hflip(p=0.5)}, {@code vflip(p=0.5)}</td><td>{@link RandomHorizontalFlip}, {@link
 * RandomVerticalFlip}</td></tr>
 * <tr><td>{@code grayscale(p=0.1)}</td><td>{@link RandomGrayscale}</td></tr>
 * <tr><td>{@code elastic(alpha=50, sigma=5, interpolation=bilinear, fill=0)}</td>
 * <td>{@link ElasticTransform}</td></tr>
 * <tr><td>{@code jitter(brightness=0, contrast=0, saturation=0, hue=0)}</td><td>{@link
 * ColorJitter}; a number is about 1 (hue: about 0), a range is of the factor (hue: of the turn)
 * </td></tr>
 * <tr><td>{@code noise(sigma=0.1, mean=0, clip=true)}</td><td>{@link GaussianNoise}</td></tr>
 * <tr><td>{@code blur(kernel_size, sigma=0.1..2)}</td><td>{@link GaussianBlur}</td></tr>
 * <tr><td>{@code normalize(mean, std)}</td><td>{@link Normalize}</td></tr>
 * <tr><td>{@code apply(a + b, p=0.5)}</td><td>{@link RandomApply}</td></tr>
 * <tr><td>{@code choice(a, b, p=[0.3, 0.7])}</td><td>{@link RandomChoice}</td></tr>
 * </table>
 *
 * <p>Degrees and shears are a number, for at most so many either way, or a range such as {@code
 * -3..10}. A fill, and what is painted, is a number for all channels, or one for each, such as
 * {@code [0.49, 0.48, 0.45]}; so are {@code mean} and {@code std}. Names of arguments may be left
 * out in this order. What {@link Object#toString} writes reads back.
 */
public final class Augmentations {

  private static final List<String> NAMES =
      List.of(
          "none",
          "rotation",
          "affine",
          "shift",
          "crop",
          "perspective",
          "erasing",
          "cutout",
          "coarse_dropout",
          "hflip",
          "vflip",
          "grayscale",
          "elastic",
          "jitter",
          "noise",
          "blur",
          "normalize",
          "apply",
          "choice");

  private Augmentations() {}

  /**
   * The augmentation that a line describes; none where the line is blank.
   *
   * @throws IllegalArgumentException if the line cannot be read, or a number is out of range
   */
  public static Augmentation parse(String text) {
    return text.isBlank() ? new Identity() : chain(TermParser.parse(text, "+"));
  }

  /**
   * The augmentation of batches that a line describes: {@code mixup(alpha=1)}, {@code
   * cutmix(alpha=1)}, or nothing for {@code none}.
   *
   * @throws IllegalArgumentException if the line cannot be read, or a number is out of range
   */
  public static Optional<BatchAugmentation> parseBatch(String text) {
    List<Term> terms = TermParser.parse(text, "+");
    Term term = terms.get(0);
    if (terms.size() > 1) {
      throw terms.get(1).error("a batch is mixed once: give mixup or cutmix.");
    }
    try {
      return switch (term.name()) {
        case "none" -> Optional.empty();
        case "mixup" -> Optional.of(new MixUp(new Arguments(term, "alpha").number("alpha", 1)));
        case "cutmix" -> Optional.of(new CutMix(new Arguments(term, "alpha").number("alpha", 1)));
        default ->
            throw term.error(
                Text.of(
                    "no augmentation of batches is called '%s'; there are none, mixup, cutmix.",
                    term.name()));
      };
    } catch (TextException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw term.error(e.getMessage());
    }
  }

  private static Augmentation chain(List<Term> terms) {
    return terms.size() == 1
        ? located(terms.get(0))
        : new Compose(terms.stream().map(Augmentations::located).toList());
  }

  /** Names the position of a term whose arguments a constructor finds wrong. */
  private static Augmentation located(Term term) {
    try {
      return augmentation(term);
    } catch (TextException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw term.error(e.getMessage());
    }
  }

  private static Augmentation augmentation(Term term) {
    return switch (term.name()) {
      case "none" -> none(new Arguments(term));
      case "rotation" -> rotation(new Arguments(term, "degrees", "interpolation", "fill"));
      case "affine" ->
          affine(
              new Arguments(
                  term,
                  "degrees",
                  "translate",
                  "shift",
                  "scale",
                  "shear",
                  "shear_y",
                  "interpolation",
                  "fill"));
      case "shift" -> shift(new Arguments(term, "pixels", "fill"));
      case "crop" ->
          crop(new Arguments(term, "size", "padding", "pad_if_needed", "padding_mode", "fill"));
      case "perspective" ->
          perspective(new Arguments(term, "distortion", "p", "interpolation", "fill"));
      case "erasing" -> erasing(new Arguments(term, "p", "scale", "ratio", "value", "noise"));
      case "cutout" -> cutOut(new Arguments(term, "size", "holes", "value"));
      case "coarse_dropout" ->
          coarseDropout(
              new Arguments(
                  term,
                  "max_holes",
                  "max_height",
                  "max_width",
                  "min_holes",
                  "min_height",
                  "min_width",
                  "value",
                  "p"));
      case "hflip" -> new RandomHorizontalFlip(new Arguments(term, "p").number("p", 0.5));
      case "vflip" -> new RandomVerticalFlip(new Arguments(term, "p").number("p", 0.5));
      case "grayscale" -> new RandomGrayscale(new Arguments(term, "p").number("p", 0.1));
      case "elastic" -> elastic(new Arguments(term, "alpha", "sigma", "interpolation", "fill"));
      case "jitter" -> jitter(new Arguments(term, "brightness", "contrast", "saturation", "hue"));
      case "noise" -> noise(new Arguments(term, "sigma", "mean", "clip"));
      case "blur" -> blur(new Arguments(term, "kernel_size", "sigma"));
      case "normalize" -> normalize(new Arguments(term, "mean", "std"));
      case "apply" -> apply(term);
      case "choice" -> choice(term);
      default ->
          throw term.error(
              Text.of(
                  "no augmentation is called '%s'; there are %s.",
                  term.name(), String.join(", ", NAMES)));
    };
  }

  private static Augmentation none(Arguments in) {
    return new Identity();
  }

  private static Augmentation rotation(Arguments in) {
    return new RandomRotation(
        degrees(in, "degrees", "RandomRotation's degrees"),
        in.choice("interpolation", Interpolation.NEAREST),
        fill(in, "fill"));
  }

  private static Augmentation affine(Arguments in) {
    List<Double> translate = in.has("translate") ? in.pair("translate") : List.of(0.0, 0.0);
    return new RandomAffine(
        degrees(in, "degrees", "RandomAffine's degrees"),
        translate.get(0),
        translate.get(1),
        in.whole("shift", 0),
        range(in, "scale", Range.ONE, Augmentations::just),
        in.has("shear") ? degrees(in, "shear", "RandomAffine's shear") : Range.ZERO,
        in.has("shear_y") ? degrees(in, "shear_y", "RandomAffine's shear_y") : Range.ZERO,
        in.choice("interpolation", Interpolation.NEAREST),
        fill(in, "fill"));
  }

  private static Augmentation shift(Arguments in) {
    return new RandomShift(in.whole("pixels"), fill(in, "fill"));
  }

  private static Augmentation crop(Arguments in) {
    List<Integer> size = in.wholePair("size");
    return new RandomCrop(
        size.get(0),
        size.get(1),
        in.whole("padding", 0),
        in.flag("pad_if_needed", false),
        in.choice("padding_mode", RandomCrop.PaddingMode.CONSTANT),
        fill(in, "fill"));
  }

  private static Augmentation perspective(Arguments in) {
    return new RandomPerspective(
        in.number("distortion", 0.5),
        in.number("p", 0.5),
        in.choice("interpolation", Interpolation.BILINEAR),
        fill(in, "fill"));
  }

  private static Augmentation erasing(Arguments in) {
    return new RandomErasing(
        in.number("p", 0.5),
        range(in, "scale", RandomErasing.SCALE, Augmentations::just),
        range(in, "ratio", RandomErasing.RATIO, Augmentations::just),
        fill(in, "value"),
        in.flag("noise", false));
  }

  private static Augmentation cutOut(Arguments in) {
    return new CutOut(in.whole("size"), in.whole("holes", 1), fill(in, "value"));
  }

  private static Augmentation elastic(Arguments in) {
    return new ElasticTransform(
        in.number("alpha", 50),
        in.number("sigma", 5),
        in.choice("interpolation", Interpolation.BILINEAR),
        fill(in, "fill"));
  }

  private static Augmentation coarseDropout(Arguments in) {
    int holes = in.whole("max_holes", CoarseDropout.USUAL);
    int height = in.whole("max_height", CoarseDropout.USUAL);
    int width = in.whole("max_width", CoarseDropout.USUAL);
    return new CoarseDropout(
        in.whole("min_holes", holes),
        holes,
        in.whole("min_height", height),
        height,
        in.whole("min_width", width),
        width,
        fill(in, "value"),
        in.number("p", 0.5));
  }

  private static Augmentation jitter(Arguments in) {
    return new ColorJitter(
        factor(in, "brightness"),
        factor(in, "contrast"),
        factor(in, "saturation"),
        range(
            in,
            "hue",
            Range.ZERO,
            amount -> Range.plusMinus(Check.notNegative("ColorJitter's hue", amount))));
  }

  private static Range factor(Arguments in, String name) {
    return range(in, name, Range.ONE, amount -> ColorJitter.about("ColorJitter's " + name, amount));
  }

  private static Augmentation noise(Arguments in) {
    return new GaussianNoise(in.number("mean", 0), in.number("sigma", 0.1), in.flag("clip", true));
  }

  private static Augmentation blur(Arguments in) {
    return new GaussianBlur(
        in.whole("kernel_size"), range(in, "sigma", GaussianBlur.SIGMA, Augmentations::just));
  }

  private static Augmentation normalize(Arguments in) {
    return new Normalize(values(in, "mean"), values(in, "std"));
  }

  private static Augmentation apply(Term term) {
    Arguments in = Arguments.besideParts(term, "p");
    List<List<Term>> parts = Arguments.parts(term);
    if (parts.size() != 1) {
      throw term.error(
          "apply takes one augmentation and p: write 'apply(rotation(7) + shift(2), p=0.5)'.");
    }
    return new RandomApply(chain(parts.get(0)), in.number("p", 0.5));
  }

  private static Augmentation choice(Term term) {
    Arguments in = Arguments.besideParts(term, "p");
    List<Augmentation> parts = Arguments.parts(term).stream().map(Augmentations::chain).toList();
    return in.has("p") ? new RandomChoice(parts, in.numbers("p")) : new RandomChoice(parts);
  }

  /** A number for at most so many degrees either way, or a range. */
  private static Range degrees(Arguments in, String name, String what) {
    return range(in.numberOrRange(name), bound -> Range.plusMinus(Check.notNegative(what, bound)));
  }

  private static Range range(
      Arguments in, String name, Range otherwise, DoubleFunction<Range> ofNumber) {
    return in.has(name) ? range(in.numberOrRange(name), ofNumber) : otherwise;
  }

  private static Range range(Value value, DoubleFunction<Range> ofNumber) {
    return value instanceof Value.Range range
        ? new Range(range.low(), range.high())
        : ofNumber.apply(((Value.Number) value).value());
  }

  private static Fill fill(Arguments in, String name) {
    return in.has(name) ? values(in, name) : Fill.BLACK;
  }

  /** A number, or several in brackets. */
  private static Fill values(Arguments in, String name) {
    return new Fill(in.isList(name) ? in.numbers(name) : List.of(in.number(name)));
  }

  private static Range just(double value) {
    return new Range(value, value);
  }
}
