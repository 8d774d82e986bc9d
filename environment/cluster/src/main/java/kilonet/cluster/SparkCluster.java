package kilonet.cluster;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import kilonet.data.Parcel;
import kilonet.data.TrainTest;
import kilonet.text.Text;
import kilonet.train.Cluster;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.RunFiles;
import kilonet.train.TrainingException;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.FutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import scala.collection.immutable.Seq;
import scala.concurrent.ExecutionContext;
import scala.util.Try;

/**
 * A cluster of Apache Spark. Each run is a job of one task: what befalls it, such as a process that
 * breaks down under it again and again, does not touch the others.
 */
final class SparkCluster implements Cluster {

  /** Runs that wait beside those in work, so that nobody is idle while results are filed. */
  private static final int RESERVE = 8;

  private static final long PATIENCE_MILLIS = 10_000;

  /** Before Spark's own, which takes the cluster from under the runs. */
  private static final int HOOK_PRIORITY = 1_000;

  private final JavaSparkContext spark;
  private final Work work;
  private final Workers workers;
  private final ExecutorService answers =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "answers of the cluster");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<CompletableFuture<RunFiles>, FutureAction<?>> handedOver =
      new ConcurrentHashMap<>();
  private final Thread hook;
  private volatile boolean ending;
  private TrainTest sent;
  private Broadcast<Parcel> parcel;

  SparkCluster(JavaSparkContext spark, Work work, Consumer<String> notice) {
    this.spark = spark;
    this.work = work;
    this.workers = new Workers(spark.sc().isLocal(), notice);
    this.hook =
        new Thread(
            () -> {
              notice.accept(
                  "The runs in work are ended, and what is finished is filed: give the same command"
                      + " again to go on.");
              end();
            },
            "end the runs");
    spark.sc().addSparkListener(workers);
    ShutdownHookManager.get().addShutdownHook(hook, HOOK_PRIORITY);
  }

  @Override
  public CompletableFuture<RunFiles> train(Recipe recipe, TrainTest data) {
    CompletableFuture<RunFiles> files = new CompletableFuture<>();
    try {
      if (!ending) {
        handOver(recipe, data, files);
      }
    } catch (IllegalStateException e) {
      // So Spark says that it has ended.
      if (!ending) {
        throw gone();
      }
    }
    if (ending) {
      files.cancel(false);
    }
    return files;
  }

  private void handOver(Recipe recipe, TrainTest data, CompletableFuture<RunFiles> files) {
    send(data);
    spark.sc().setJobDescription(Text.of("%s, seed %d", recipe.name(), recipe.seed()));
    JavaRDD<Answer> run =
        spark.parallelize(List.of(Json.line(recipe)), 1).map(new Task(work, parcel));
    FutureAction<Seq<Answer>> action =
        RDD.rddToAsyncRDDActions(run.rdd(), run.classTag()).collectAsync();
    workers.handedOver();
    handedOver.put(files, action);
    action.onComplete(
        answer -> {
          handedOver.remove(files);
          complete(files, answer);
          return null;
        },
        ExecutionContext.fromExecutor(answers));
  }

  private void complete(CompletableFuture<RunFiles> files, Try<Seq<Answer>> answer) {
    try {
      files.complete(answer.get().head().files());
    } catch (TrainingException e) {
      files.completeExceptionally(e);
    } catch (Throwable e) {
      if (ending) {
        files.cancel(false);
      } else if (spark.sc().isStopped()) {
        files.completeExceptionally(gone());
      } else {
        files.completeExceptionally(
            new TrainingException(
                Text.of(
                    "Nobody could do it (%s): see what that process wrote.", Spark.sentence(e))));
      }
    }
  }

  /** Sends the images, where they are others than before. */
  private void send(TrainTest data) {
    if (sent != data) {
      if (parcel != null) {
        parcel.destroy();
      }
      parcel = spark.broadcast(new Parcel(data));
      sent = data;
    }
  }

  private IllegalStateException gone() {
    return new IllegalStateException(
        Text.of(
            "The cluster %s is there no more: what is finished is filed; start it again, and give"
                + " the same command again to go on.",
            spark.master()));
  }

  /** The processors of all workers that have come. */
  int processors() {
    return workers.processors();
  }

  @Override
  public int room() {
    int cpus = spark.getConf().getInt("spark.task.cpus", 1);
    try {
      return Math.max(1, spark.defaultParallelism() / cpus) + RESERVE;
    } catch (IllegalStateException e) {
      // So Spark says that it has ended.
      if (ending) {
        return RESERVE;
      }
      throw gone();
    }
  }

  @Override
  public int running() {
    return workers.running();
  }

  @Override
  public void stop() {
    handedOver.forEach(
        (files, action) -> {
          files.cancel(false);
          action.cancel();
        });
  }

  private void end() {
    ending = true;
    stop();
    try {
      if (!spark.sc().isStopped()) { // else nobody would tell of the end of a task
        workers.awaitRest(PATIENCE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    ShutdownHookManager hooks = ShutdownHookManager.get();
    if (!hooks.isShutdownInProgress()) {
      hooks.removeShutdownHook(hook);
    }
    end();
    spark.close();
    answers.shutdown();
  }
}
