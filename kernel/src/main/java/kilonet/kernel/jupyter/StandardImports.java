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

  /** Cells run once at the start, so that the first real one finds a warm compiler. */
  static final List<String> WARM_UP =
      List.of("1 + 1", "var a = List.of(1, 2);\nSystem.out.print(\"\");\na.size()");

  /**
   * Cells after which the compiler's code is fast; where nobody asks, they are run for practice.
   */
  static final int PRACTICE = 400;

  private StandardImports() {}
}
