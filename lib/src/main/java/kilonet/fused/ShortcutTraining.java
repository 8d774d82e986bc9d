package kilonet.fused;

import kilonet.fused.Stage.Addition;
import kilonet.fused.Stage.Keeping;
import kilonet.fused.Stage.Recalling;

/**
 * Trains the stages of a residual addition. Forwards the sum is one pass; backwards the errors
 * behind it are copied, as what comes before changes its errors in place, and added where the two
 * ways part.
 */
final class ShortcutTraining implements TrainingStage {
  private final TrainingBatch batch;
  private final int stage;
  private final Stage kind;
  private final Layout errors;

  ShortcutTraining(TrainingBatch batch, int stage, Stage kind) {
    this.batch = batch;
    this.stage = stage;
    this.kind = kind;
    this.errors = Layout.dense(kind.in());
  }

  @Override
  public void forward(Program program) {
    Layout out = batch.layouts[stage + 1];
    if (kind instanceof Addition a) {
      program.add(
          "addition " + stage,
          (group, part, parts, thread) ->
              add(
                  batch.kernels,
                  batch.memory,
                  batch.layouts[stage],
                  batch.activation(stage, group),
                  batch.layouts[a.other()],
                  batch.activation(a.other(), group),
                  out,
                  batch.activation(stage + 1, group),
                  part,
                  parts));
    } else if (kind instanceof Recalling r && !TrainingBatch.sharesPlace(r, stage, batch.layouts)) {
      program.add(
          "recall " + stage,
          (group, part, parts, thread) ->
              copy(
                  batch.memory,
                  batch.layouts[r.kept()],
                  batch.activation(r.kept(), group),
                  out,
                  batch.activation(stage + 1, group),
                  part,
                  parts));
    }
  }

  @Override
  public void backward(Program program) {
    if (kind instanceof Addition a) {
      boolean recalled = batch.stack.stages().get(a.other()) instanceof Recalling;
      program.add(
          "addition backward " + stage,
          (group, part, parts, thread) -> {
            int from = batch.error(stage + 1, group);
            copy(batch.memory, errors, from, errors, batch.error(stage, group), part, parts);
            if (recalled) {
              copy(batch.memory, errors, from, errors, batch.error(a.other(), group), part, parts);
            }
          });
    } else if (kind instanceof Keeping k && stage > 0) {
      program.add(
          "errors of both " + stage,
          (group, part, parts, thread) -> {
            int own = batch.error(stage, group);
            int other = batch.error(k.again(), group);
            add(batch.kernels, batch.memory, errors, own, errors, other, errors, own, part, parts);
          });
    }
  }

  /** Adds a share of the channels of a group. */
  static void add(
      Kernels kernels,
      float[] memory,
      Layout first,
      int from,
      Layout second,
      int other,
      Layout out,
      int to,
      int part,
      int parts) {
    boolean dense = first.isDense() && second.isDense() && out.isDense();
    Layout rows = dense ? out : first.isDense() ? second.isDense() ? out : second : first;
    int end = TapSum.share(out.shape().channels(), part + 1, parts);
    for (int c = TapSum.share(out.shape().channels(), part, parts); c < end; c++) {
      for (int r = 0; r < rows.runs(); r++) {
        kernels.add(
            memory,
            from + first.run(c, r),
            memory,
            other + second.run(c, r),
            memory,
            to + out.run(c, r),
            rows.runLength());
      }
    }
  }

  /** Copies a share of the channels of a group. */
  static void copy(float[] memory, Layout in, int from, Layout out, int to, int part, int parts) {
    Layout rows = in.isDense() ? out : in;
    int end = TapSum.share(out.shape().channels(), part + 1, parts);
    for (int c = TapSum.share(out.shape().channels(), part, parts); c < end; c++) {
      for (int r = 0; r < rows.runs(); r++) {
        System.arraycopy(
            memory,
            from + in.run(c, r),
            memory,
            to + out.run(c, r),
            rows.runLength() * Layout.LANES);
      }
    }
  }
}
