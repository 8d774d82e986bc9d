package kilonet.kernel.debug;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import kilonet.kernel.CellFrames;
import kilonet.kernel.CellFrames.Frame;
import kilonet.kernel.CellInterruptedError;

/** The threads of cells: where they shall stop, and those that have. */
final class Threads implements CellFrames.Watcher {
  /** Told of what threads do. */
  interface Listener {
    /** A thread has stopped; called on it, before it waits. */
    void stopped(int thread, String reason, Throwable thrown);
  }

  /** How a thread goes on. */
  enum Step {
    CONTINUE,
    NEXT,
    IN,
    OUT
  }

  /** A thread that waits. */
  record Stopped(int thread, List<Frame> frames, Throwable thrown) {}

  /** Until where a thread runs. */
  private record Goal(Step step, int depth) {}

  private final Listener listener;
  private final Map<String, Set<Integer>> breakpoints = new HashMap<>();
  private final Map<Thread, Integer> numbers = new WeakHashMap<>();
  private final Map<Integer, Goal> goals = new HashMap<>();
  private final Map<Integer, Stopped> stopped = new LinkedHashMap<>();
  private Set<String> errors = Set.of();
  private boolean pausing;
  private boolean on;

  Threads(Listener listener) {
    this.listener = listener;
  }

  synchronized void begin() {
    on = true;
    CellFrames.watch(this);
  }

  /** Lets all threads go and forgets where they were to stop. */
  synchronized void end() {
    on = false;
    CellFrames.watch(null);
    breakpoints.clear();
    errors = Set.of();
    goOn();
  }

  /** Lets all threads go. */
  synchronized void goOn() {
    pausing = false;
    goals.clear();
    stopped.clear();
    notifyAll();
  }

  synchronized boolean isOn() {
    return on;
  }

  /** The thread that runs cells has the number that front ends ask for without having seen one. */
  synchronized void isCell(Thread thread) {
    numbers.values().remove(1);
    numbers.put(thread, 1);
    goals.remove(1);
  }

  synchronized void breakAt(String source, Set<Integer> lines) {
    breakpoints.put(source, lines);
  }

  synchronized Map<String, Set<Integer>> breakpoints() {
    return new LinkedHashMap<>(breakpoints);
  }

  /** Stops at errors: all that leave a method, or those that leave the cell. */
  synchronized void breakAtErrors(Set<String> kinds) {
    errors = kinds;
  }

  synchronized void pause() {
    pausing = true;
  }

  synchronized List<Stopped> stopped() {
    return new ArrayList<>(stopped.values());
  }

  /** A thread by its number, or else the first that waits; null where none does. */
  synchronized Stopped stopped(int thread) {
    Stopped wanted = stopped.get(thread);
    return wanted != null || stopped.isEmpty() ? wanted : stopped.values().iterator().next();
  }

  synchronized Map<Integer, String> names() {
    Map<Integer, String> names = new LinkedHashMap<>();
    numbers.forEach(
        (thread, number) -> {
          if (thread.isAlive()) {
            names.put(number, thread.getName());
          }
        });
    return names;
  }

  /** Lets a thread that waits go on. */
  synchronized void goOn(Stopped thread, Step step) {
    int depth = thread.frames().size();
    if (step == Step.CONTINUE) {
      goals.remove(thread.thread());
    } else {
      goals.put(thread.thread(), new Goal(step, depth));
    }
    stopped.remove(thread.thread());
    notifyAll();
  }

  private int number(Thread thread) {
    Integer known = numbers.get(thread);
    if (known == null) {
      known = 2;
      while (numbers.containsValue(known)) {
        known++;
      }
      numbers.put(thread, known);
    }
    return known;
  }

  @Override
  public void line(List<Frame> frames) {
    String reason;
    synchronized (this) {
      reason = reason(frames);
    }
    if (reason != null) {
      waitHere(frames, reason, null);
    }
  }

  private String reason(List<Frame> frames) {
    if (!on) {
      return null;
    }
    Frame frame = frames.get(frames.size() - 1);
    if (breakpoints.getOrDefault(frame.source(), Set.of()).contains(frame.line())) {
      return "breakpoint";
    }
    if (pausing) {
      return "pause";
    }
    Goal goal = goals.get(number(Thread.currentThread()));
    if (goal == null) {
      return null;
    }
    boolean reached =
        switch (goal.step()) {
          case IN -> true;
          case NEXT -> frames.size() <= goal.depth();
          case OUT -> frames.size() < goal.depth();
          case CONTINUE -> false;
        };
    return reached ? "step" : null;
  }

  @Override
  public void thrown(List<Frame> frames, Throwable thrown) {
    synchronized (this) {
      boolean leavesTheCell = frames.size() == 1;
      if (!on
          || thrown instanceof CellInterruptedError
          || !errors.contains("raised") && !(errors.contains("uncaught") && leavesTheCell)) {
        return;
      }
    }
    waitHere(frames, "exception", thrown);
  }

  private void waitHere(List<Frame> frames, String reason, Throwable thrown) {
    int number;
    synchronized (this) {
      number = number(Thread.currentThread());
      pausing = false;
      goals.remove(number);
      stopped.put(number, new Stopped(number, List.copyOf(frames), thrown));
    }
    listener.stopped(number, reason, thrown);
    try {
      synchronized (this) {
        while (stopped.containsKey(number)) {
          wait();
        }
      }
    } catch (InterruptedException e) {
      throw new CellInterruptedError();
    } finally {
      synchronized (this) {
        stopped.remove(number);
      }
    }
  }
}
