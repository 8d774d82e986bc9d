package kilonet.kernel.repl;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The class that a cell becomes, while it is made. */
final class Unit {
  /**
   * What it is made of.
   *
   * @param cell the source of the cell
   * @param pieces the cell's pieces that are compiled now
   * @param pulled declarations of earlier cells that are compiled again with them
   * @param postponed declarations of either kind that lack something
   */
  record Parts(String cell, List<Piece> pieces, List<Piece> pulled, List<Names.Waiting> postponed) {
    List<Piece> declared() {
      List<Piece> all = new ArrayList<>(pieces);
      all.addAll(pulled);
      return all;
    }
  }

  /** Where in the generated source a declaration stands. */
  private record Region(Piece piece, int start, int end) {}

  private final String home;
  private final int number;
  private final CellSource source;
  private final List<Names.Declaration> declarations = new ArrayList<>();
  private final List<Region> regions = new ArrayList<>();
  private final Set<String> uses = new LinkedHashSet<>();
  private Map<String, byte[]> classes = Map.of();
  private int runs;
  private int valueAt = Integer.MAX_VALUE;

  /**
   * A class without anything in it.
   *
   * @param home its simple name
   * @param number how manieth class of the session it is
   * @param cell the cell's source
   */
  Unit(String home, int number, String cell) {
    this.home = home;
    this.number = number;
    source = new CellSource(cell);
  }

  String home() {
    return home;
  }

  CellSource source() {
    return source;
  }

  List<Names.Declaration> declarations() {
    return declarations;
  }

  /** The classes of earlier cells that it refers to. */
  Set<String> uses() {
    return uses;
  }

  /** The class files, once it is compiled. */
  Map<String, byte[]> classes() {
    return classes;
  }

  void compiled(Map<String, byte[]> files) {
    classes = files;
  }

  /** How many methods there are to call, named $0, $1 and so on. */
  int runs() {
    return runs;
  }

  String nextRun() {
    return "$" + runs++;
  }

  /** Says that the method which returns the cell's value begins here. */
  void valueHere() {
    valueAt = source.length();
  }

  /** Whether an error lies in the method that returns the cell's value. */
  boolean inValue(Finding error) {
    return error.start() >= valueAt;
  }

  /**
   * Adds what a piece declares; the writer is called between the marks of its beginning and end.
   */
  void declare(Piece piece, Runnable writer) {
    int start = source.length();
    writer.run();
    regions.add(new Region(piece, start, source.length()));
  }

  void declared(Piece piece, String name, String type, String shown) {
    declarations.add(new Names.Declaration(name, home, number, piece, type, shown));
  }

  /** The declaration that an offset in the generated source lies in; null for none. */
  Piece declarationAt(long offset) {
    for (Region region : regions) {
      if (offset >= region.start() && offset < region.end()) {
        return region.piece();
      }
    }
    return null;
  }
}
