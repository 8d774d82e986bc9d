package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import kilonet.fused.Stage.Activation;
import kilonet.fused.Stage.Addition;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Keeping;
import kilonet.fused.Stage.Norm;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.fused.Stage.Recalling;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Inference, compiled: batch norms that follow a convolution are folded into its weights, dropout
 * is gone, activations wait until a max pooling has left fewer pixels, and sixteen images at a time
 * go through all stages, in memory that fits a cache. One plan serves every batch size.
 */
final class InferencePlan {
  /** Of images that need more floats, sixteen at a time, no sample is made: 32 MB. */
  private static final long LARGE = 1 << 23;

  private final Stack stack;
  private final Team team;
  private final Layout[] layouts;
  private final int[] places;
  private final int behind;
  private final long size;
  private final List<Step> steps = new ArrayList<>();
  private final List<Consumer<float[]>> loaders = new ArrayList<>();
  private final ImageCopy copy;
  private final float[][] memories;
  private final Consumer<Kernels> sample;
  private final AtomicInteger next = new AtomicInteger();
  private Kernels kernels;

  /** Something done to a group of images that lies in a memory. */
  private interface Step {
    void run(float[] memory, int part, int parts);
  }

  InferencePlan(Stack stack, Team team) {
    this.stack = stack;
    this.team = team;
    this.sample = new Sample(stack);
    layouts = TrainingBatch.layouts(stack);
    places = new int[layouts.length];
    behind = place();
    size = Memory.checked(behind + rowFloats());
    copy = new ImageCopy(layouts[0], team.size());
    memories = new float[team.size()][];
    Activation waiting = Activation.IDENTITY;
    for (int i = 0; i < stack.stages().size(); i++) {
      Stage stage = stack.stages().get(i);
      if (stage instanceof Convolution c) {
        boolean folds = folds(i);
        addConvolution(i, c, folds ? ((Pointwise) stack.stages().get(i + 1)).norm() : null);
        if (folds) {
          i++;
          waiting = ((Pointwise) stack.stages().get(i)).activation();
        } else {
          waiting = c.activation();
        }
      } else if (stage instanceof Pointwise p) {
        addPointwise(i, p);
        waiting = p.activation();
      } else if (stage instanceof Pooling p) {
        addPooling(i, p);
      } else {
        addShortcut(i, stage);
      }
      Stage next = i + 1 < stack.stages().size() ? stack.stages().get(i + 1) : null;
      boolean waits = next instanceof Pooling pooling && pooling.kind() == Pooling.Kind.MAX;
      if (!waits && !waiting.isIdentity()) {
        addActivation(i + 1, waiting);
        waiting = Activation.IDENTITY;
      }
    }
  }

  /**
   * Whether a convolution takes in what follows it: a batch norm, or a dropout, which is nothing.
   */
  private boolean folds(int i) {
    return i + 1 < stack.stages().size()
        && ((Convolution) stack.stages().get(i)).activation().isIdentity()
        && stack.stages().get(i + 1) instanceof Pointwise;
  }

  /**
   * Finds places for what goes between the stages: two that are used in turn, and one of its own
   * for what has zeros around it or is wanted again for an addition.
   */
  private int place() {
    int[] turns = new int[2];
    int turn = 0;
    int[] which = new int[layouts.length];
    for (int i = 0; i < layouts.length; i++) {
      boolean skipped = i > 0 && stack.stages().get(i - 1) instanceof Convolution && folds(i - 1);
      if (skipped || i > 0 && placeOf(i) < i) {
        continue;
      }
      boolean again =
          i < stack.stages().size()
              && (stack.stages().get(i) instanceof Keeping
                  || stack.stages().get(i) instanceof Recalling);
      if (layouts[i].isDense() && !again) {
        which[i] = turn;
        turns[turn] = Math.max(turns[turn], layouts[i].floats());
        turn = 1 - turn;
      } else {
        which[i] = 2;
      }
    }
    long padded = (long) turns[0] + turns[1];
    for (int i = 0; i < layouts.length; i++) {
      if (i > 0 && placeOf(i) < i) {
        places[i] = places[placeOf(i)];
        continue;
      }
      places[i] = which[i] == 0 ? 0 : which[i] == 1 ? turns[0] : (int) padded;
      padded = Memory.checked(padded + (which[i] == 2 ? layouts[i].floats() : 0));
    }
    return (int) padded;
  }

  /** Into which stage goes what lies where that of another one does: itself, or one before. */
  private int placeOf(int boundary) {
    Stage before = stack.stages().get(boundary - 1);
    if (before instanceof Keeping) {
      return boundary - 1;
    }
    return before instanceof Recalling r && TrainingBatch.sharesPlace(r, boundary - 1, layouts)
        ? r.kept()
        : boundary;
  }

  private int at(int boundary) {
    return Memory.START + places[boundary];
  }

  private void addConvolution(int i, Convolution c, Norm norm) {
    int to = folds(i) ? i + 2 : i + 1;
    if (RowTiles.suits(c)) {
      addRows(i, to, c, norm);
      return;
    }
    TapSum sum = TapSum.forward(c, ConvolutionTraining.inside(layouts[i], c), layouts[to]);
    float[] weights = new float[sum.packed()];
    int channels = c.out().channels();
    float[] scale = new float[channels];
    float[] shift = new float[channels];
    loaders.add(
        parameters -> {
          if (norm == null) {
            sum.pack(parameters, weights, 0, 1);
            return;
          }
          scales(norm, parameters, scale, shift);
          sum.pack(parameters, weights, scale, shift);
        });
    steps.add(
        (memory, part, parts) ->
            kernels.convolve(sum, memory, at(i), weights, memory, at(to), part, parts));
  }

  /** A convolution by transforms along rows, which find room behind all else. */
  private void addRows(int i, int to, Convolution c, Norm norm) {
    RowConvolution rows = new RowConvolution(c, layouts[i], layouts[to]);
    float[] weights = rows.products().weights();
    float[] scale = new float[c.out().channels()];
    float[] shift = new float[scale.length];
    Arrays.fill(scale, 1);
    loaders.add(
        parameters -> {
          if (norm != null) {
            scales(norm, parameters, scale, shift);
          }
          float[] biases = shift.clone();
          for (int o = 0; o < c.biasAt().length; o++) {
            biases[o] += scale[o] * parameters[c.biasAt()[o]];
          }
          rows.products().pack(c, parameters, scale, weights, 0, 1);
          rows.products().packBiases(biases, weights);
        });
    int transformed = Memory.START + behind;
    int between = transformed + rows.inputs().floats();
    steps.add(
        (memory, part, parts) ->
            rows.transformInputs(kernels, memory, at(i), transformed, part, parts));
    steps.add(
        (memory, part, parts) ->
            rows.convolve(
                kernels,
                memory,
                transformed,
                weights,
                at(to),
                between + part * RowProducts.unitFloats(c),
                part,
                parts));
  }

  /** The numbers that transforms along rows need, of the convolution that needs most. */
  private long rowFloats() {
    return stack.stages().stream()
        .filter(stage -> stage instanceof Convolution c && RowTiles.suits(c))
        .map(Convolution.class::cast)
        .mapToLong(
            c -> RowProducts.inputs(c).floats() + (long) team.size() * RowProducts.unitFloats(c))
        .max()
        .orElse(0);
  }

  /** The scale and offset that a batch norm is with its running statistics. */
  private static void scales(Norm norm, float[] parameters, float[] scale, float[] shift) {
    for (int c = 0; c < scale.length; c++) {
      double factor =
          norm.gamma(parameters, c) / Math.sqrt(norm.variance(parameters, c) + norm.epsilon());
      scale[c] = (float) factor;
      shift[c] = (float) (norm.beta(parameters, c) - factor * parameters[norm.meanAt() + c]);
    }
  }

  /** A batch norm that no convolution takes in, or the mere move that stands for a dropout. */
  private void addPointwise(int i, Pointwise p) {
    int channels = p.in().channels();
    float[] scale = new float[channels];
    float[] shift = new float[channels];
    Arrays.fill(scale, 1);
    if (p.norm() != null) {
      loaders.add(parameters -> scales(p.norm(), parameters, scale, shift));
    }
    Layout in = layouts[i];
    Layout out = layouts[i + 1];
    steps.add(
        (memory, part, parts) -> {
          int end = TapSum.share(channels, part + 1, parts);
          for (int c = TapSum.share(channels, part, parts); c < end; c++) {
            for (int r = 0; r < out.runs(); r++) {
              kernels.normalize(
                  memory,
                  at(i) + in.run(c, 0) + r * out.runLength() * LANES,
                  memory,
                  at(i + 1) + out.run(c, r),
                  out.runLength(),
                  0,
                  scale[c],
                  shift[c],
                  1);
            }
          }
        });
  }

  private void addActivation(int boundary, Activation activation) {
    Layout layout = layouts[boundary];
    int channels = layout.shape().channels();
    steps.add(
        (memory, part, parts) -> {
          int end = TapSum.share(channels, part + 1, parts);
          for (int c = TapSum.share(channels, part, parts); c < end; c++) {
            for (int r = 0; r < layout.runs(); r++) {
              int run = at(boundary) + layout.run(c, r);
              kernels.activate(memory, run, memory, run, layout.runLength(), activation.slope(), 1);
            }
          }
        });
  }

  private void addPooling(int i, Pooling p) {
    Windows windows = Windows.of(p, layouts[i], layouts[i + 1]);
    steps.add(
        (memory, part, parts) ->
            PoolingTraining.pool(
                kernels,
                p,
                windows,
                memory,
                at(i),
                layouts[i].plane(),
                memory,
                at(i + 1),
                layouts[i + 1].plane(),
                part,
                parts));
  }

  private void addShortcut(int i, Stage stage) {
    Layout out = layouts[i + 1];
    if (stage instanceof Addition a) {
      Layout first = layouts[i];
      Layout second = layouts[a.other()];
      steps.add(
          (memory, part, parts) ->
              ShortcutTraining.add(
                  kernels,
                  memory,
                  first,
                  at(i),
                  second,
                  at(a.other()),
                  out,
                  at(i + 1),
                  part,
                  parts));
    } else if (stage instanceof Recalling r && placeOf(i + 1) > i) {
      Layout in = layouts[r.kept()];
      steps.add(
          (memory, part, parts) ->
              ShortcutTraining.copy(memory, in, at(r.kept()), out, at(i + 1), part, parts));
    }
  }

  /** Takes the parameters over; to be called after each change of them. */
  void load(float[] parameters) {
    loaders.forEach(loader -> loader.accept(parameters));
  }

  /**
   * Computes logits.
   *
   * @param images the first of the images, side by side as plain floats
   * @param count how many there are
   * @param logits takes one row for each image, one column for each class
   */
  void run(FloatPointer images, int count, float[] logits) {
    long groups = (count + LANES - 1) / LANES;
    Kernels chosen =
        size > LARGE
            ? KernelChoice.forLongSteps(stack.multiplyAdds() * groups * LANES)
            : KernelChoice.forInference(stack.multiplyAdds() * count, sample);
    run(chosen, images, count, logits);
  }

  /** Whether an image of the last run has a value that is no finite number. */
  boolean spoilt() {
    return copy.spoilt();
  }

  private void run(Kernels chosen, FloatPointer images, int count, float[] logits) {
    kernels = chosen;
    copy.from(images);
    int groups = (count + LANES - 1) / LANES;
    for (int i = 0; i < Math.min(groups, team.size()); i++) {
      if (memories[i] == null) {
        memories[i] = Memory.of(size);
      }
    }
    if (groups < team.size()) {
      team.run(member -> share(member, groups, count, logits));
    } else {
      next.set(0);
      team.run(member -> work(member, groups, count, logits));
    }
  }

  /** A thread takes one group after the other through all steps. */
  private void work(int member, int groups, int count, float[] logits) {
    float[] memory = memories[member];
    for (int g = next.getAndIncrement(); g < groups; g = next.getAndIncrement()) {
      int images = Math.min(LANES, count - g * LANES);
      copy.run(g * LANES, images, memory, at(0), 0, 1, member);
      for (int i = 0; i < steps.size(); i++) {
        steps.get(i).run(memory, 0, 1);
      }
      take(memory, g, images, logits);
    }
  }

  /** All threads share each step of each group. */
  private void share(int member, int groups, int count, float[] logits) {
    int threads = team.size();
    for (int i = -1; i <= steps.size(); i++) {
      for (int unit = member * groups; unit < (member + 1) * groups && !team.failed(); unit++) {
        int g = unit / threads;
        int part = unit % threads;
        int images = Math.min(LANES, count - g * LANES);
        if (i < 0) {
          copy.run(g * LANES, images, memories[g], at(0), part, threads, member);
        } else if (i < steps.size()) {
          steps.get(i).run(memories[g], part, threads);
        } else if (part == 0) {
          take(memories[g], g, images, logits);
        }
      }
      if (i < steps.size()) {
        team.meet(null);
      }
    }
  }

  private void take(float[] memory, int group, int images, float[] logits) {
    int classes = stack.classes();
    int from = at(layouts.length - 1);
    for (int n = 0; n < images; n++) {
      for (int c = 0; c < classes; c++) {
        logits[(group * LANES + n) * classes + c] = memory[from + c * LANES + n];
      }
    }
  }

  /** Looks at blank images, in which all that the net is made of comes up. */
  private static final class Sample implements Consumer<Kernels> {
    private final Stack stack;
    private InferencePlan plan;
    private FloatPointer images;
    private float[] logits;

    Sample(Stack stack) {
      this.stack = stack;
    }

    @Override
    public void accept(Kernels kernels) {
      if (plan == null) {
        plan = new InferencePlan(stack, new Team(1));
        plan.load(new float[stack.parameters()]);
        images = new FloatPointer(new float[LANES * stack.input().size()]);
        logits = new float[LANES * stack.classes()];
      }
      plan.run(kernels, images, LANES, logits);
    }
  }

  /** Turns each row of logits into probabilities. */
  static void softmax(float[] rows, int count, int classes) {
    double[] exponentials = new double[classes];
    for (int row = 0; row < count * classes; row += classes) {
      float max = rows[row];
      for (int c = 1; c < classes; c++) {
        max = Math.max(max, rows[row + c]);
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        exponentials[c] = Exponential.of(rows[row + c] - max);
        sum += exponentials[c];
      }
      for (int c = 0; c < classes; c++) {
        rows[row + c] = (float) (exponentials[c] / sum);
      }
    }
  }
}
