package kilonet.fused;

import kilonet.fused.Stage.Pooling;

/** Trains a pooling. */
final class PoolingTraining implements TrainingStage {
  private final TrainingBatch batch;
  private final int stage;
  private final Pooling p;
  private final Layout in;
  private final Layout out;
  private final Windows windows;

  PoolingTraining(TrainingBatch batch, int stage, Pooling p) {
    this.batch = batch;
    this.stage = stage;
    this.p = p;
    this.in = batch.layouts[stage];
    this.out = batch.layouts[stage + 1];
    this.windows = Windows.of(p, in, out);
  }

  @Override
  public void forward(Program program) {
    program.add(
        "pooling " + stage,
        (group, part, parts, thread) ->
            pool(
                batch.kernels,
                p,
                windows,
                batch.memory,
                batch.activation(stage, group),
                in.plane(),
                batch.memory,
                batch.activation(stage + 1, group),
                out.plane(),
                part,
                parts));
  }

  /** Pools a share of the channels of a group. */
  static void pool(
      Kernels kernels,
      Pooling p,
      Windows windows,
      float[] x,
      int from,
      int plane,
      float[] y,
      int to,
      int outPlane,
      int part,
      int parts) {
    int end = TapSum.share(p.in().channels(), part + 1, parts);
    for (int c = TapSum.share(p.in().channels(), part, parts); c < end; c++) {
      if (p.kind() == Pooling.Kind.MAX) {
        kernels.maxPool(windows, x, from + c * plane, y, to + c * outPlane);
      } else {
        kernels.averagePool(windows, x, from + c * plane, y, to + c * outPlane);
      }
    }
  }

  @Override
  public void backward(Program program) {
    if (stage > 0) {
      program.add("pooling backward " + stage, this::back);
    }
  }

  private void back(int group, int part, int parts, int thread) {
    int x = batch.activation(stage, group);
    int y = batch.activation(stage + 1, group);
    int dx = batch.error(stage, group);
    int dy = batch.error(stage + 1, group);
    int errors = Layout.dense(p.out()).plane();
    int end = TapSum.share(p.in().channels(), part + 1, parts);
    for (int c = TapSum.share(p.in().channels(), part, parts); c < end; c++) {
      int to = dx + c * windows.errorPlane();
      if (p.kind() == Pooling.Kind.MAX) {
        batch.kernels.backMaxPool(
            windows,
            batch.memory,
            x + c * in.plane(),
            batch.memory,
            y + c * out.plane(),
            batch.memory,
            dy + c * errors,
            batch.memory,
            to);
      } else {
        batch.kernels.backAveragePool(windows, batch.memory, dy + c * errors, batch.memory, to);
      }
    }
  }
}
