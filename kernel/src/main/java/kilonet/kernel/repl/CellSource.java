package kilonet.kernel.repl;

import java.util.ArrayList;
import java.util.List;

/** A generated source that remembers which of its text came from which place of the cell. */
final class CellSource {
  private record Segment(int generated, int cell, int length) {}

  private final String cell;
  private final StringBuilder text = new StringBuilder();
  private final List<Segment> segments = new ArrayList<>();

  CellSource(String cell) {
    this.cell = cell;
  }

  /** Adds generated text. */
  CellSource add(String generated) {
    text.append(generated);
    return this;
  }

  /** Adds text of the cell; a negative offset says that it comes from an earlier cell. */
  CellSource add(String piece, int start) {
    segments.add(new Segment(text.length(), start, piece.length()));
    text.append(piece);
    return this;
  }

  /** Offset where the next text goes. */
  int length() {
    return text.length();
  }

  @Override
  public String toString() {
    return text.toString();
  }

  /** Whether an offset lies in text of an earlier cell. */
  boolean foreign(long generated) {
    Segment segment = at(generated);
    return segment != null && segment.cell() < 0;
  }

  private Segment at(long generated) {
    Segment found = null;
    for (Segment segment : segments) {
      if (segment.generated() <= generated) {
        found = segment;
      }
    }
    return found;
  }

  /** Offset in the cell of an offset in the generated source; the nearest one before it. */
  int cellOffset(long generated) {
    Segment segment = at(generated);
    if (segment == null) {
      return 0;
    }
    int into = (int) Math.min(generated - segment.generated(), segment.length());
    return Math.max(0, Math.min(Math.max(segment.cell(), 0) + into, cell.length()));
  }

  /** For each line of the generated source, from 1, the line of the cell; 0 for none. */
  int[] lines() {
    int[] lines = new int[(int) text.chars().filter(c -> c == '\n').count() + 2];
    int generatedLine = 1;
    int at = 0;
    int cellLine = 1;
    int cellAt = 0;
    for (Segment segment : segments) {
      for (; at < segment.generated(); at++) {
        if (text.charAt(at) == '\n') {
          generatedLine++;
        }
      }
      if (segment.cell() < 0) {
        continue;
      }
      if (segment.cell() < cellAt) {
        cellAt = 0;
        cellLine = 1;
      }
      for (; cellAt < segment.cell(); cellAt++) {
        if (cell.charAt(cellAt) == '\n') {
          cellLine++;
        }
      }
      lines[generatedLine] = cellLine;
      int end = segment.generated() + segment.length();
      for (; at < end; at++, cellAt++) {
        if (text.charAt(at) == '\n') {
          generatedLine++;
          cellLine++;
          lines[generatedLine] = cellLine;
        }
      }
    }
    return lines;
  }
}
