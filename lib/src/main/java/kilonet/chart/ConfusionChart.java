package kilonet.chart;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import kilonet.evaluate.ConfusionMatrix;
import kilonet.text.Text;

/** A confusion matrix as a heat map in which the few errors can be seen beside the many hits. */
public final class ConfusionChart {

  private static final int LEFT = 70;
  private static final int TOP = 92;
  private static final int RIGHT = 96;
  private static final int BOTTOM = 64;

  /** Characters of a class's name. */
  private static final int LONGEST = 16;

  private ConfusionChart() {}

  /**
   * The matrix: a row for each true class, a column for each predicted one. Hits are grey and
   * errors coloured by the logarithm of their number; recall stands at the right, precision below.
   */
  public static Figure of(ConfusionMatrix matrix) {
    int classes = matrix.counts().length;
    int room = room(matrix);
    int side = Math.min(60, (Figure.WIDTH - LEFT - room - RIGHT) / classes);
    int left = (Figure.WIDTH - classes * side - RIGHT + LEFT + room) / 2;
    return Figure.of(
        Figure.WIDTH,
        TOP + room + classes * side + BOTTOM,
        g -> paint(g, matrix, side, left, TOP + room));
  }

  /** What names of classes take that are longer than a number of two digits, in pixels. */
  private static int room(ConfusionMatrix matrix) {
    int longest = matrix.classes().stream().mapToInt(ConfusionChart::length).max().orElse(0);
    return longest <= 2 ? 0 : 8 * longest;
  }

  private static int length(String name) {
    return Math.min(LONGEST, name.length());
  }

  /** A name, cut off where it is too long. */
  private static String shown(String name) {
    return name.length() <= LONGEST ? name : name.substring(0, LONGEST - 1) + "…";
  }

  private static void paint(Graphics2D g, ConfusionMatrix matrix, int side, int left, int top) {
    int[][] counts = matrix.counts();
    int classes = counts.length;
    int most = 1;
    for (int t = 0; t < classes; t++) {
      for (int p = 0; p < classes; p++) {
        most = t == p ? most : Math.max(most, counts[t][p]);
      }
    }
    boolean words = top > TOP;
    Font title = Figure.font(Font.PLAIN, 13);
    Font plain = Figure.font(Font.PLAIN, Math.min(13, side / 2.5f));
    Font bold = Figure.font(Font.BOLD, Math.min(14, side / 2.5f));
    Font names = words ? Figure.font(Font.PLAIN, Math.min(13, 0.9f * side)) : bold;
    int middle = left + classes * side / 2;
    Figure.text(
        g,
        Text.of(
            "Confusion matrix: %,d of %,d wrong",
            matrix.images() - matrix.right(), matrix.images()),
        Palette.INK,
        Figure.font(Font.BOLD, 16),
        Figure.WIDTH / 2.0,
        28,
        Figure.Align.CENTRE);
    Figure.text(g, "predicted class", Palette.INK, title, middle, TOP - 32, Figure.Align.CENTRE);
    for (int t = 0; t < classes; t++) {
      int y = top + t * side;
      double line = y + side / 2.0 + 5;
      String name = shown(matrix.classes().get(t));
      Figure.text(g, name, Palette.INK, names, left - 12, line, Figure.Align.RIGHT);
      double column = left + (t + 0.5) * side;
      if (words) {
        Figure.upwards(g, name, Palette.INK, names, column + 4, top - 10 - 4 * length(name));
      } else {
        Figure.text(g, name, Palette.INK, names, column, top - 10, Figure.Align.CENTRE);
      }
      for (int p = 0; p < classes; p++) {
        int count = counts[t][p];
        Color ground =
            t == p
                ? new Color(0xEC, 0xEC, 0xEC)
                : Palette.errors(0.95 * Math.log1p(count) / Math.log1p(most));
        g.setColor(ground);
        g.fillRect(left + p * side, y, side, side);
        if (count > 0) {
          Figure.text(
              g,
              Integer.toString(count),
              t == p ? Palette.MUTED : Palette.textOn(ground),
              t == p ? plain : bold,
              left + (p + 0.5) * side,
              line,
              Figure.Align.CENTRE);
        }
      }
      Figure.text(
          g,
          percent(matrix.recall(t)),
          Palette.MUTED,
          plain,
          left + classes * side + 12,
          line,
          Figure.Align.LEFT);
      Figure.text(
          g,
          percent(matrix.precision(t)),
          Palette.MUTED,
          Figure.font(Font.PLAIN, Math.min(13, side / 4f)),
          left + (t + 0.5) * side,
          top + classes * side + 22,
          Figure.Align.CENTRE);
    }
    g.setColor(Palette.GRID);
    for (int i = 0; i <= classes; i++) {
      g.drawLine(left, top + i * side, left + classes * side, top + i * side);
      g.drawLine(left + i * side, top, left + i * side, top + classes * side);
    }
    Figure.text(
        g, "recall", Palette.MUTED, title, left + classes * side + 12, top - 10, Figure.Align.LEFT);
    Figure.text(
        g,
        "precision",
        Palette.MUTED,
        title,
        middle,
        top + classes * side + 44,
        Figure.Align.CENTRE);
    Figure.upwards(
        g,
        "true class",
        Palette.INK,
        title,
        left - 38 - (words ? top - TOP : 0),
        top + classes * side / 2.0);
  }

  private static String percent(double value) {
    return Double.isNaN(value) ? "–" : Text.of("%.1f%%", value);
  }
}
