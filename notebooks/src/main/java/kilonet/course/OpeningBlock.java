package kilonet.course;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kilonet.data.Mnist;
import kilonet.train.Result;

/** The block that opens a notebook of a step: heading, target, result, analysis. */
final class OpeningBlock {

  private OpeningBlock() {}

  /** The block with what the step came to. */
  static String of(Step step, StepResults results, boolean quick) {
    String mark = results.run(step).map(run -> mark(run.result(), quick)).orElse("");
    return text(step, mark, results);
  }

  /** The block without figures. */
  static String blank(Step step) {
    return text(step, "", new StepResults(Path.of(""), List.of(step), Map.of()));
  }

  private static String text(Step step, String mark, StepResults results) {
    return ("# " + step.heading() + "\n\n" + mark + results.block(step).markdown()).strip();
  }

  /** What nobody must overlook, as a quotation; nothing about a run that counts. */
  private static String mark(Result run, boolean quick) {
    String quickly =
        quick
            ? "> QUICK MODE: a tenth of the images and few epochs. These figures show that the"
                + " notebook works and nothing else.\n\n"
            : "";
    return run.data().equals(Mnist.NAME)
        ? quickly
        : quickly + "> GENERATED DIGITS: these figures say nothing about MNIST.\n\n";
  }
}
