package kilonet.course;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import kilonet.chart.PngNote;
import kilonet.chart.TrainingCurves;
import kilonet.model.Summary;
import kilonet.text.Text;
import tech.tablesaw.api.Table;

/** Whether the outputs that a notebook stores are those of a run. */
final class OutputCheck {

  private static final String CURVES = "TrainingCurves.of(result.history())";

  private final Notebook notebook;
  private final StepResults.Run run;
  private final List<String> problems = new ArrayList<>();

  private OutputCheck(Notebook notebook, StepResults.Run run) {
    this.notebook = notebook;
    this.run = run;
  }

  /**
   * What does not fit, a sentence each: a cell that failed or shows nothing, a blank picture, and
   * epochs, layers, verdict or digests that are not those of the run.
   */
  static List<String> problems(Notebook notebook, StepResults.Run run) {
    OutputCheck check = new OutputCheck(notebook, run);
    notebook.cells().forEach(check::shows);
    Table verdict = Verdict.of(run.result());
    check.text("epochs", "epoch ", run.result().history().toString());
    check.text("layers", "layer ", Summary.of(run.result().definition().model()).toString());
    check.text("verdict", "verdict", verdict.print());
    check.table(verdict);
    check.text("digests", StoredResult.class.getSimpleName(), run.tie().toString());
    return check.problems;
  }

  private void shows(Notebook.Cell cell) {
    boolean silent = cell.source().endsWith(";");
    if (cell.code() && !silent && cell.outputs().isEmpty()) {
      problem(cell, "it shows nothing: execute it again.");
    }
    for (Notebook.Output output : cell.outputs()) {
      if (output.type().equals("error")) {
        problem(cell, "it failed: " + output.form("text/plain").orElse(""));
      }
      StepPage.png(output)
          .ifPresent(
              png -> {
                if (isBlank(png)) {
                  problem(cell, "its picture is blank.");
                } else if (PngNote.of(png).filter(note -> !shows(cell, note, png)).isPresent()) {
                  problem(cell, "its picture is not what was drawn there: execute it again.");
                }
              });
    }
  }

  /** Whether a picture is as it was drawn and, where a cell draws the run's curves, shows them. */
  private boolean shows(Notebook.Cell cell, PngNote note, byte[] png) {
    boolean curves = cell.source().contains(CURVES) && note.hasData();
    return note.isOf(png)
        && (!curves
            || PngNote.of(TrainingCurves.of(run.result().history()).png())
                .filter(right -> right.data().equals(note.data()))
                .isPresent());
  }

  /** Whether all pixels are of one colour; also where it is no picture at all. */
  static boolean isBlank(byte[] png) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
      if (image == null) {
        return true;
      }
      int width = image.getWidth();
      int[] pixels = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
      return Arrays.stream(pixels).allMatch(pixel -> pixel == pixels[0]);
    } catch (IOException e) {
      return true;
    }
  }

  /** The text that begins like this has to be that of the run. */
  private void text(String what, String begin, String expected) {
    compare(
        what,
        output -> output.form("text/plain").orElse("").strip().startsWith(begin),
        output -> output.form("text/plain").orElse(""),
        expected);
  }

  /** The table of HTML with these columns has to be this one. */
  private void table(Table expected) {
    List<List<String>> rows = new ArrayList<>(List.of(expected.columnNames()));
    for (int row = 0; row < expected.rowCount(); row++) {
      int at = row;
      rows.add(expected.columns().stream().map(column -> column.getString(at)).toList());
    }
    compare(
        expected.name() + " as a table",
        output -> {
          List<List<String>> found = rows(output);
          return !found.isEmpty() && found.get(0).equals(rows.get(0));
        },
        output -> lines(rows(output)),
        lines(rows));
  }

  private static List<List<String>> rows(Notebook.Output output) {
    return StepPage.rows(output.form("text/html").orElse(""));
  }

  private static String lines(List<List<String>> rows) {
    return rows.stream().map(row -> String.join(" | ", row)).collect(Collectors.joining("\n"));
  }

  private void compare(
      String what,
      Predicate<Notebook.Output> isIt,
      Function<Notebook.Output, String> text,
      String expected) {
    for (Notebook.Cell cell : notebook.cells()) {
      for (Notebook.Output output : cell.outputs()) {
        if (isIt.test(output)) {
          Difference.of(text.apply(output).stripTrailing(), expected.stripTrailing())
              .ifPresent(
                  difference ->
                      problem(
                          cell,
                          Text.of(
                              "the %s of %s differ from this output: %s",
                              what, run.file(), difference)));
          return;
        }
      }
    }
    problems.add(
        Text.of(
            "%s has no output with the %s of %s: execute it again.",
            notebook.file(), what, run.file()));
  }

  private void problem(Notebook.Cell cell, String what) {
    problems.add(Text.of("%s, %s: %s", notebook.file(), cell.place(), what));
  }
}
