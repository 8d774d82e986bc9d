package kilonet.fused;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kilonet.fused.OneDnn.Call;
import kilonet.fused.OneDnn.Operation;
import kilonet.fused.OneDnn.Scratch;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * Some images of the batch, which one thread takes through the whole network: the steps of each
 * phase, and what came of the last one.
 */
final class Chunk {
  final int number;
  final int first;
  final int size;
  final int thread;
  final Scratch scratch;
  double loss;
  int correct;
  private final OneDnn dnn;
  private final List<List<Named>> phases = new ArrayList<>();

  /** Something done to one chunk of a batch. */
  interface Step {
    void run(dnnl_stream stream);
  }

  /** A step by name, and the least time it has taken. */
  private static final class Named {
    private final String name;
    private final Step step;
    private long nanoseconds = Long.MAX_VALUE;

    Named(String name, Step step) {
      this.name = name;
      this.step = step;
    }
  }

  Chunk(int number, int first, int size, int thread, OneDnn dnn, Scratch scratch) {
    this.number = number;
    this.first = first;
    this.size = size;
    this.thread = thread;
    this.dnn = dnn;
    this.scratch = scratch;
    phases.add(new ArrayList<>());
  }

  void add(String name, Step step) {
    phases.get(phases.size() - 1).add(new Named(name, step));
  }

  void add(Operation operation, Object... arguments) {
    add(dnn.call(operation, scratch, arguments));
  }

  void add(Call call) {
    add(call.name(), call::run);
  }

  void endPhase() {
    phases.add(new ArrayList<>());
  }

  /** Does the steps of a phase, and takes their time if wanted. */
  void run(int phase, dnnl_stream stream, boolean timed) {
    List<Named> steps = phases.get(phase);
    for (int i = 0; i < steps.size(); i++) {
      Named named = steps.get(i);
      if (timed) {
        long start = System.nanoTime();
        named.step.run(stream);
        named.nanoseconds = Math.min(named.nanoseconds, System.nanoTime() - start);
      } else {
        named.step.run(stream);
      }
    }
  }

  /** Adds the least times of a phase's steps, in nanoseconds, to those of other chunks. */
  void addTimes(int phase, Map<String, Long> times) {
    for (Named named : phases.get(phase)) {
      times.merge(named.name, named.nanoseconds, Long::sum);
    }
  }
}
