package kilonet.fused;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What is done to a batch, in phases. In a phase each group of images goes through a list of steps,
 * and work that concerns the whole batch is divided among the threads; then all threads meet.
 *
 * <p>Where there are at least as many groups as threads, a thread takes its own groups through all
 * steps of a phase, so that what one step writes the next finds in the cache; one that is done
 * takes what others have not begun. Where there are fewer groups, or where some threads would wait
 * for others all the same, threads share each step of each group.
 */
final class Program {
  /** From this share of idle threads on, groups are shared. */
  private static final double IDLE = 0.1;

  private final Team team;
  private final int groups;
  private final List<Phase> phases = new ArrayList<>();
  private final List<Named> later = new ArrayList<>();

  /** For each phase and thread how many of the thread's groups are taken, see {@link #take}. */
  private AtomicLongArray taken;

  private boolean timed;

  /** Something done to a group of images. */
  interface GroupWork {
    /**
     * Does a share of it.
     *
     * @param group the number of the group
     * @param part which share, from 0
     * @param parts how many there are
     * @param thread the number of the thread
     */
    void run(int group, int part, int parts, int thread);
  }

  /** Something done to the whole batch. */
  interface BatchWork {
    void run(int part, int parts, int thread);
  }

  /** Work by name, with the least time that each unit of it has taken. */
  private record Named(String name, GroupWork work, long[] least) {}

  private static final class Phase {
    private final List<Named> batchWork = new ArrayList<>();
    private final List<Named> groupWork = new ArrayList<>();
    private Runnable merge;
  }

  Program(Team team, int groups) {
    this.team = team;
    this.groups = groups;
    phases.add(new Phase());
  }

  private Phase last() {
    return phases.get(phases.size() - 1);
  }

  private Named named(String name, GroupWork work) {
    long[] least = new long[groups * team.size()];
    Arrays.fill(least, Long.MAX_VALUE);
    return new Named(name, work, least);
  }

  /** Adds a step of each group to the present phase. */
  void add(String name, GroupWork work) {
    last().groupWork.add(named(name, work));
  }

  /** Adds work on the whole batch, which goes before the steps of the present phase. */
  void addForBatch(String name, BatchWork work) {
    last().batchWork.add(named(name, whole(work)));
  }

  /** Adds work on what the present phase leaves of all groups: it is done in the next phase. */
  void addForBatchLater(String name, BatchWork work) {
    later.add(named(name, whole(work)));
  }

  /** Whether work waits for the next phase. */
  boolean waits() {
    return !later.isEmpty();
  }

  private static GroupWork whole(BatchWork work) {
    return (group, part, parts, thread) -> work.run(part, parts, thread);
  }

  /**
   * Ends the phase.
   *
   * @param merge what the last thread to arrive does, or null
   */
  void endPhase(Runnable merge) {
    last().merge = merge;
    phases.add(new Phase());
    last().batchWork.addAll(later);
    later.clear();
  }

  /** Does all of it. */
  void run() {
    if (taken == null) {
      taken = new AtomicLongArray(phases.size() * team.size());
    }
    for (int i = 0; i < taken.length(); i++) {
      taken.set(i, 0);
    }
    team.run(this::work);
  }

  private void work(int member) {
    int threads = team.size();
    int most = (groups + threads - 1) / threads;
    boolean shared = 1 - (double) groups / (most * threads) > IDLE;
    for (int i = 0; i < phases.size(); i++) {
      Phase phase = phases.get(i);
      for (int k = 0; k < phase.batchWork.size(); k++) {
        run(phase.batchWork.get(k), 0, member, threads, member);
      }
      if (shared) {
        share(phase, member);
      } else {
        for (int k = 0; k < threads; k++) {
          int owner = (member + k) % threads;
          for (int g = take(i, owner, k == 0); g >= 0; g = take(i, owner, k == 0)) {
            for (int j = 0; j < phase.groupWork.size(); j++) {
              run(phase.groupWork.get(j), g, 0, 1, member);
            }
          }
        }
      }
      if (i < phases.size() - 1) {
        team.meet(phase.merge);
      }
    }
  }

  /**
   * Takes one of a thread's groups in a phase: the thread itself from the front, others from the
   * end. Each second phase goes through the groups backwards: what a phase touches last is still in
   * the cache when the next begins.
   *
   * @return the number of the group, or -1 if none is left
   */
  private int take(int phase, int owner, boolean own) {
    int threads = team.size();
    int first = TapSum.share(groups, owner, threads);
    int end = TapSum.share(groups, owner + 1, threads);
    int index = phase * threads + owner;
    while (true) {
      long now = taken.get(index);
      int front = (int) now;
      int back = (int) (now >>> Integer.SIZE);
      if (front + back >= end - first) {
        return -1;
      }
      if (taken.compareAndSet(index, now, now + (own ? 1 : 1L << Integer.SIZE))) {
        int g = own ? first + front : end - 1 - back;
        return phase % 2 == 0 ? g : first + end - 1 - g;
      }
    }
  }

  /** Each group is cut into as many parts as there are threads; a thread takes neighbours. */
  private void share(Phase phase, int member) {
    int threads = team.size();
    for (int k = 0; k < phase.groupWork.size(); k++) {
      if (k > 0) {
        team.meet(null);
      }
      for (int unit = member * groups; unit < (member + 1) * groups; unit++) {
        run(phase.groupWork.get(k), unit / threads, unit % threads, threads, member);
      }
    }
  }

  private void run(Named named, int group, int part, int parts, int thread) {
    if (team.failed()) {
      return;
    }
    try {
      if (timed) {
        long start = System.nanoTime();
        named.work.run(group, part, parts, thread);
        int unit = group * team.size() + part;
        named.least[unit] = Math.min(named.least[unit], System.nanoTime() - start);
      } else {
        named.work.run(group, part, parts, thread);
      }
    } catch (RuntimeException | Error e) {
      team.fail(e);
    }
  }

  /** Starts to take the time of every step. */
  void time() {
    timed = true;
  }

  /**
   * The least time that each kind of work has taken since {@link #time}, in nanoseconds of one
   * thread for the whole batch, in the order of execution.
   */
  Map<String, Long> times() {
    Map<String, Long> times = new LinkedHashMap<>();
    for (Phase phase : phases) {
      for (List<Named> works : List.of(phase.batchWork, phase.groupWork)) {
        for (Named named : works) {
          long sum = Arrays.stream(named.least).filter(n -> n < Long.MAX_VALUE).sum();
          times.merge(named.name, sum, Long::sum);
        }
      }
    }
    return times;
  }
}
