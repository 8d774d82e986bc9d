package kilonet.kernel.jupyter;

import java.util.List;

/** What every notebook finds imported, as far as it is on the class path. */
final class StandardImports {
  static final List<String> ALL =
      List.of(
          // Of one name the first is taken: the JDK, then what shows things, then the library. The
          // second is taken where only that compiles.
          "java.util.*",
          "java.io.*",
          "java.math.*",
          "java.net.*",
          "java.nio.file.*",
          "java.time.*",
          "java.util.concurrent.*",
          "java.util.function.*",
          "java.util.prefs.*",
          "java.util.regex.*",
          "java.util.stream.*",
          "kilonet.kernel.*",
          "static kilonet.kernel.Display.*",
          "static kilonet.kernel.Notebook.*",
          "static kilonet.kernel.Printing.*",
          "static kilonet.kernel.render.ChartRenderer.svg",
          "kilonet.augment.*",
          "kilonet.data.*",
          "kilonet.fused.*",
          "kilonet.model.*",
          "kilonet.schedule.*",
          "kilonet.train.*",
          "kilonet.evaluate.*",
          "kilonet.chart.*",
          "kilonet.photo.*",
          "kilonet.text.*",
          "kilonet.course.*",
          "kilonet.published.*",
          "kilonet.kernel.render.TrainingProgress",
          "org.knowm.xchart.*",
          "org.nd4j.linalg.api.ndarray.INDArray",
          "org.nd4j.linalg.factory.Nd4j",
          "tech.tablesaw.api.*");

  /** A cell run at the start, so that the first real one finds the compiler there. */
  static final String FIRST = "1 + 1";

  /** Cells run where the first real one is not there yet, each for something that it may need. */
  static final List<String> REHEARSAL =
      List.of(
          "int a = 1;\nint b = a;",
          "System.out.print(\"\");",
          "var a = 1;",
          "List.of(1, 2)",
          "int f(List<Integer> a) { return a.size(); }",
          "List.of(1, 2).stream().map(a -> \"\" + a).toList()");

  /** Cells after which the compiler's code is fast; where nobody asks, {@link #FIRST} is run. */
  static final int PRACTICE = 400;

  private StandardImports() {}
}
