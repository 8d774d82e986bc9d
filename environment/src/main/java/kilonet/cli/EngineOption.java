package kilonet.cli;

import kilonet.train.Engine;
import picocli.CommandLine.Option;

/** {@code --engine}. */
final class EngineOption {

  @Option(
      names = "--engine",
      defaultValue = "fused",
      paramLabel = "fused|dl4j",
      description = "What computes (default: ${DEFAULT-VALUE}).")
  private Engine engine;

  Engine engine() {
    return engine;
  }
}
