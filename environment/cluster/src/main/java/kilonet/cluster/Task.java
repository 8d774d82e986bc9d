package kilonet.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import kilonet.data.DataException;
import kilonet.data.Parcel;
import kilonet.text.Text;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.TrainingException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/** Does a run, given as the JSON of its recipe. */
final class Task implements Function<String, Answer> {

  private static final long serialVersionUID = 1L;

  private final Work work;
  private final Broadcast<Parcel> data;

  Task(Work work, Broadcast<Parcel> data) {
    this.work = work;
    this.data = data;
  }

  /** The answer; what is thrown instead, such as {@link DataException}, may go well elsewhere. */
  @Override
  public Answer call(String recipe) {
    try {
      return new Answer(
          work.of(Json.read(recipe, Recipe.class), data.value().open(), TaskContext.get()));
    } catch (TrainingException | IllegalArgumentException e) {
      return new Answer(e.getMessage(), e instanceof TrainingException.Diverged);
    } catch (OutOfMemoryError e) {
      return new Answer(
          Text.of(
              "The memory of a process on %s did not suffice (%s): give each more with --conf"
                  + " spark.executor.memory=4g, or each run more processors with --conf"
                  + " spark.task.cpus=2.",
              host(), e.getMessage()),
          false);
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "a machine without a name";
    }
  }
}
