package kilonet.cluster;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import kilonet.text.Text;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.cluster.ExecutorInfo;

/** The processes of a cluster that do runs, and which of them are at work. */
final class Workers extends SparkListener {

  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private final boolean local;
  private final Consumer<String> notice;
  private final Map<String, ExecutorInfo> workers = new ConcurrentHashMap<>();
  private final Set<Long> tasks = ConcurrentHashMap.newKeySet();

  /** Handed over and not told to have ended. */
  private int jobs;

  private long aloneSince = System.nanoTime();
  private boolean told;

  Workers(boolean local, Consumer<String> notice) {
    this.local = local;
    this.notice = notice;
  }

  /** How many runs are in work; where nobody has come to do any, that is told after a while. */
  synchronized int running() {
    if (!local && workers.isEmpty() && !told && System.nanoTime() - aloneSince > PATIENCE_NANOS) {
      told = true;
      notice.accept(
          "No worker has come for half a minute: see that some run, and have the processors and the"
              + " memory free that are asked for (--conf spark.executor.memory=1g asks for less).");
    }
    return tasks.size();
  }

  /** How many processors they have. */
  int processors() {
    return workers.values().stream().mapToInt(ExecutorInfo::totalCores).sum();
  }

  /** A run was handed over: a job of Spark's. */
  synchronized void handedOver() {
    jobs++;
  }

  /**
   * Waits until no run is in work, or so long. Spark tells of its doings later than it does them,
   * but in their order: only when a job is told to have ended are its tasks known.
   */
  synchronized void awaitRest(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    for (long left = millis; (jobs > 0 || !tasks.isEmpty()) && left > 0; ) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart start) {
    tasks.add(start.taskInfo().taskId());
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    tasks.remove(end.taskInfo().taskId());
    notifyAll();
  }

  @Override
  public synchronized void onJobEnd(SparkListenerJobEnd end) {
    jobs--;
    notifyAll();
  }

  @Override
  public synchronized void onExecutorAdded(SparkListenerExecutorAdded added) {
    if (local) {
      return;
    }
    workers.put(added.executorId(), added.executorInfo());
    told = false;
    tell("joined", added.executorInfo());
  }

  @Override
  public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    ExecutorInfo gone = workers.remove(removed.executorId());
    if (gone == null) {
      return;
    }
    aloneSince = System.nanoTime();
    tell("is lost, its runs are done by others", gone);
  }

  private void tell(String what, ExecutorInfo worker) {
    notice.accept(
        Text.of(
            "A worker on %s with %d processor%s %s: %d in all.",
            worker.executorHost(),
            worker.totalCores(),
            worker.totalCores() == 1 ? "" : "s",
            what,
            processors()));
  }
}
