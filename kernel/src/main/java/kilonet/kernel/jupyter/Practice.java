package kilonet.kernel.jupyter;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import kilonet.kernel.CellInterruptedError;
import kilonet.kernel.repl.Interrupter;
import kilonet.kernel.repl.Repl;

/** Does, while nobody asks for anything, what makes later answers fast. */
final class Practice {
  private static final int AT_ONCE = 10;

  /** Something that cells do before the first request. */
  interface Early {
    void run() throws Throwable;
  }

  private final Repl repl;
  private final Worker cells;
  private final Interrupter interrupter;
  private final Questions questions;
  private final Assistant assistant;
  private final BlockingQueue<Request> requests;
  private final Consumer<String> warnings;

  /** What is run before the first real cell, and forgotten. */
  private final Queue<String> rehearsal = new ArrayDeque<>(StandardImports.REHEARSAL);

  /** Makes completion ready; null before it has begun. */
  private Thread warming;

  /** Cells that were run, be it for practice. */
  private int practised;

  Practice(
      Repl repl,
      Worker cells,
      Interrupter interrupter,
      Questions questions,
      Assistant assistant,
      BlockingQueue<Request> requests,
      Consumer<String> warnings) {
    this.repl = repl;
    this.cells = cells;
    this.interrupter = interrupter;
    this.questions = questions;
    this.assistant = assistant;
    this.requests = requests;
    this.warnings = warnings;
  }

  /** Runs a cell; the first real one may be waiting. */
  void start() {
    onCellThread(() -> repl.run(StandardImports.FIRST, "practice"));
  }

  /** Whether everything is as fast as it gets. */
  boolean isDone() {
    return practised >= StandardImports.PRACTICE;
  }

  /** Takes the next step, a short one: nobody who comes meanwhile is to wait for long. */
  void step() {
    if (warming == null) {
      warmAssistant();
    } else if (!rehearsal.isEmpty()) {
      String cell = rehearsal.remove();
      onCellThread(() -> repl.run(cell, "practice"));
      repl.reset();
    } else if (!warming.isAlive()) {
      practise();
    }
  }

  /** A cell has run, which is practice, and may have declared what the completion must learn. */
  void cellHasRun() {
    practised++;
    rehearsal.clear();
    if (warming != null && !warming.isAlive() && assistant.isOutdated()) {
      warmAssistant();
    }
  }

  /** Makes the compiler's code fast, by cells that leave no trace. */
  private void practise() {
    practised += AT_ONCE;
    onCellThread(
        () -> {
          for (int i = 0; i < AT_ONCE && requests.isEmpty(); i++) {
            repl.run(StandardImports.FIRST, "practice");
          }
        });
  }

  /** Runs something as cells are run; what it throws is logged. */
  void onCellThread(Early work) {
    try {
      cells.run(
          () -> {
            interrupter.begin();
            try {
              work.run();
            } finally {
              interrupter.end();
            }
            return null;
          });
    } catch (Throwable e) {
      // Whoever interrupts has no cell yet whose end could be told.
      if (!CellInterruptedError.isInterrupt(e)) {
        warnings.accept("Something failed before the first cell: " + e);
      }
    }
  }

  /** Makes the next completion as fast as the others, beside whatever else there is to do. */
  private void warmAssistant() {
    warming =
        new Thread(
            () -> {
              try {
                questions.between(assistant::warmUp);
              } catch (RuntimeException | Error e) {
                // Where a cell had to be left behind in the compiler, the next question does it.
                if (!CellInterruptedError.isInterrupt(e)) {
                  warnings.accept("The completion could not be made ready: " + e);
                }
              }
            },
            "kernel-warming");
    warming.setDaemon(true);
    warming.setPriority(Thread.MIN_PRIORITY);
    warming.start();
  }
}
