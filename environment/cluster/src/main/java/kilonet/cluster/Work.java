package kilonet.cluster;

import java.io.Serializable;
import kilonet.data.TrainTest;
import kilonet.train.Progress;
import kilonet.train.Recipe;
import kilonet.train.RunFiles;
import kilonet.train.Trainer;
import kilonet.train.TrainingException;
import org.apache.spark.TaskContext;

/** What a task does with a recipe. */
interface Work extends Serializable {

  /**
   * Does it.
   *
   * @param task tells how many processors there are for it, and whether it is to end
   * @throws TrainingException if the run cannot go on
   */
  RunFiles of(Recipe recipe, TrainTest data, TaskContext task);

  /** Trains, with a thread for each of the task's processors. */
  static RunFiles train(Recipe recipe, TrainTest data, TaskContext task) {
    Trainer trainer = new Trainer(recipe, data).threads(task.cpus());
    trainer.progress(
        new Progress() {
          @Override
          public void batch(int batch, double loss, double accuracy, double rate, double speed) {
            // Nobody waits for the answer then.
            if (task.isInterrupted()) {
              trainer.stop();
            }
          }
        });
    trainer.run();
    return trainer.files();
  }
}
