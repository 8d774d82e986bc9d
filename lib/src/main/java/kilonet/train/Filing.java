package kilonet.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import kilonet.data.DataIdentity;
import kilonet.text.Text;

/**
 * Where the results of runs are kept: in each run's folder and, where there is one, in a folder of
 * results.
 *
 * @param engine what computes
 * @param data what the images are
 * @param results the folder of results, or null
 */
record Filing(Engine engine, DataIdentity data, Path results) {

  /** What a run came to, if it is finished. */
  Optional<Result> earlier(Runs.Run run) {
    if (results != null) {
      Optional<Result> committed = finished(run.recipe(), ResultFile.of(results, run.recipe()));
      if (committed.isPresent()) {
        return committed;
      }
    }
    Optional<Result> result = finished(run.recipe(), own(run));
    result.ifPresent(r -> publish(run));
    return result;
  }

  /**
   * Whether the folder holds a finished run of something else, which gives way to this one, and
   * nothing yet of this one.
   */
  boolean isOutdated(Runs.Run run) {
    Path file = own(run);
    return Files.exists(file)
        && read(file).isFinished()
        && finished(run.recipe(), file).isEmpty()
        && !Checkpoint.isOf(new RunFolder(run.folder()).checkpoint(), run.recipe(), engine, data);
  }

  /**
   * Copies the result of a finished run to the folder of results.
   *
   * @throws TrainingException if what lies there is not to be replaced, see {@link #requirePlace}
   */
  void publish(Runs.Run run) {
    if (results == null) {
      return;
    }
    requirePlace(run);
    try {
      RunFolder.replace(ResultFile.of(results, run.recipe()), Files.readAllBytes(own(run)));
    } catch (IOException e) {
      throw new UncheckedIOException(
          Text.of("The result in %s cannot be read (%s): train again.", run.folder(), e), e);
    }
  }

  /**
   * Sees that the result of a run may lie in the folder of results. The one of its recipe before a
   * change gives way to it; one of other data, of another validation, or of more images or epochs
   * never does, since it cannot be had again here, or not for as little.
   *
   * @throws TrainingException if such a one lies there
   */
  void requirePlace(Runs.Run run) {
    if (results == null || !Files.exists(ResultFile.of(results, run.recipe()))) {
      return;
    }
    Path file = ResultFile.of(results, run.recipe());
    Result there = read(file);
    Recipe old = there.definition();
    Recipe now = run.recipe();
    boolean sameData =
        old.data().equals(now.data())
            && (there.dataset() == null || there.dataset().equals(data))
            && old.validation().equals(now.validation());
    if (!sameData || images(now) < images(old) || now.epochs() < old.epochs()) {
      throw new TrainingException(
          Text.of(
                  "%s is of other images than this run, or of more images or epochs (%s; this run:"
                      + " %s),",
                  file, measure(old), measure(now))
              + " and is not replaced: name another place for results, or move the file away.");
    }
  }

  private static int images(Recipe recipe) {
    return recipe.limit() == 0 ? Integer.MAX_VALUE : recipe.limit();
  }

  private static String measure(Recipe recipe) {
    return Text.of(
        "data %s, validation %s, limit %s, epochs %d",
        recipe.data(),
        recipe.validates() ? recipe.validation() : "none",
        recipe.limit() == 0 ? "none" : Text.of("%,d", recipe.limit()),
        recipe.epochs());
  }

  private static Path own(Runs.Run run) {
    return new RunFolder(run.folder()).result();
  }

  private Optional<Result> finished(Recipe recipe, Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Result result = read(file);
    return result.isOf(recipe, engine, data) && result.isFinished()
        ? Optional.of(result)
        : Optional.empty();
  }

  private static Result read(Path file) {
    try {
      return Json.read(file, Result.class);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage() + " Delete the file, to have the run made anew.", e);
    }
  }
}
