package kilonet.cluster;

import java.io.Serializable;
import kilonet.train.RunFiles;
import kilonet.train.TrainingException;

/**
 * What a task gives back: a run's files, or the sentence why there are none. A failure of the run
 * is an answer, too: were it thrown, Spark would try again what must fail again.
 */
final class Answer implements Serializable {

  private static final long serialVersionUID = 1L;

  private final byte[] result;
  private final byte[] history;
  private final byte[] model;
  private final String failure;
  private final boolean diverged;

  Answer(RunFiles files) {
    result = files.result();
    history = files.history();
    model = files.model();
    failure = null;
    diverged = false;
  }

  Answer(String failure, boolean diverged) {
    this.result = null;
    this.history = null;
    this.model = null;
    this.failure = failure;
    this.diverged = diverged;
  }

  /**
   * The files.
   *
   * @throws TrainingException if the run could not go on
   */
  RunFiles files() {
    if (failure != null) {
      throw diverged ? new TrainingException.Diverged(failure) : new TrainingException(failure);
    }
    return new RunFiles(result, history, model);
  }
}
