package kilonet.fused;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.List;
import kilonet.fused.OneDnn.Operation;
import kilonet.fused.Stage.Activation;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.fused.Stage.Window;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;

/** Trains a pooling. */
final class PoolingTraining extends TrainingStage {
  private final int stage;
  private final Pooling p;
  private final List<memory> workspaces = new ArrayList<>();
  private final List<pooling_forward.primitive_desc> forwards = new ArrayList<>();

  PoolingTraining(TrainingBatch batch, int stage, Pooling p) {
    super(batch);
    this.stage = stage;
    this.p = p;
  }

  @Override
  void forward(Chunk chunk) {
    Window w = p.window();
    pooling_forward.primitive_desc d =
        own.keep(
            new pooling_forward.primitive_desc(
                own.keep(
                    new pooling_forward.desc(
                        prop_kind.forward_training,
                        p.kind().algorithm(),
                        batch.padded(chunk, p.in()),
                        batch.padded(chunk, p.out()),
                        w.stride(),
                        w.kernel(),
                        w.pad(),
                        w.pad())),
                dnn.attributes(),
                dnn.engine()));
    Operation operation = dnn.operation("pooling " + stage, new pooling_forward(d), d);
    forwards.add(d);
    memory from = batch.padded(batch.activations[stage], p.in(), chunk);
    memory to = batch.padded(batch.activations[stage + 1], p.out(), chunk);
    if (p.kind() == Pooling.Kind.MAX) {
      memory.desc space = own.keep(d.workspace_desc());
      memory workspace = dnn.memory(space, own.allocate(space.get_size()));
      workspaces.add(workspace);
      chunk.add(operation, DNNL_ARG_SRC, from, DNNL_ARG_DST, to, DNNL_ARG_WORKSPACE, workspace);
    } else {
      chunk.add(operation, DNNL_ARG_SRC, from, DNNL_ARG_DST, to);
    }
  }

  @Override
  void backward(Chunk chunk) {
    if (stage == 0) {
      return;
    }
    Window w = p.window();
    pooling_backward.primitive_desc d =
        own.keep(
            new pooling_backward.primitive_desc(
                own.keep(
                    new pooling_backward.desc(
                        p.kind().algorithm(),
                        batch.padded(chunk, p.in()),
                        batch.padded(chunk, p.out()),
                        w.stride(),
                        w.kernel(),
                        w.pad(),
                        w.pad())),
                dnn.attributes(),
                dnn.engine(),
                forwards.get(chunk.number)));
    Operation operation = dnn.operation("pooling backward " + stage, new pooling_backward(d), d);
    memory to = batch.padded(batch.errors[stage], p.in(), chunk);
    memory from = batch.padded(batch.errors[stage + 1], p.out(), chunk);
    Stage before = batch.stack.stages().get(stage - 1);
    Activation activation =
        before instanceof Convolution c
            ? c.activation()
            : before instanceof Pointwise b ? b.activation() : Activation.IDENTITY;
    if (p.kind() == Pooling.Kind.MAX && activation.slope() == 0) {
      // What comes out is above 0 where the ReLU let it pass; here there are fewer pixels.
      batch.addSlope(chunk, activation, p.out(), stage);
    }
    if (p.kind() == Pooling.Kind.MAX) {
      chunk.add(
          operation,
          DNNL_ARG_DIFF_DST,
          from,
          DNNL_ARG_DIFF_SRC,
          to,
          DNNL_ARG_WORKSPACE,
          workspaces.get(chunk.number));
    } else {
      chunk.add(operation, DNNL_ARG_DIFF_DST, from, DNNL_ARG_DIFF_SRC, to);
    }
  }
}
