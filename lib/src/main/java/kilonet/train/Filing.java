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

  /** Whether the folder holds a finished run of something else, which gives way to this one. */
  boolean isOutdated(Runs.Run run) {
    Path file = own(run);
    return Files.exists(file) && read(file).isFinished() && finished(run.recipe(), file).isEmpty();
  }

  /** Copies the result of a finished run to the folder of results. */
  void publish(Runs.Run run) {
    if (results == null) {
      return;
    }
    try {
      RunFolder.replace(ResultFile.of(results, run.recipe()), Files.readAllBytes(own(run)));
    } catch (IOException e) {
      throw new UncheckedIOException(
          Text.of("The result in %s cannot be read (%s): train again.", run.folder(), e), e);
    }
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
