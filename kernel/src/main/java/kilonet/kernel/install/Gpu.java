package kilonet.kernel.install;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Whether ND4J's CUDA backend can run here. Its newest Linux binary holds machine code for compute
 * capabilities 3.7 to 8.6 and no PTX, so it runs on those and, by compatibility, on 8.9, but on
 * nothing from Hopper (9.0) on: there it would be chosen and fail at the first operation.
 */
final class Gpu {
  private static final double OLDEST = 3.7;
  private static final double TOO_NEW = 9.0;

  private Gpu() {}

  /** The class path, without the CUDA backend where it cannot run. */
  static List<Path> usable(List<Path> classPath, Consumer<String> warnings) {
    return usable(classPath, Gpu::capabilities, warnings);
  }

  static List<Path> usable(
      List<Path> classPath, Supplier<String> capabilities, Consumer<String> warnings) {
    if (classPath.stream().noneMatch(Gpu::isBackend)) {
      return classPath;
    }
    String refusal = refusal(capabilities.get());
    if (refusal == null) {
      return classPath;
    }
    warnings.accept(refusal);
    return classPath.stream().filter(path -> !isBackend(path)).toList();
  }

  static boolean isBackend(Path jar) {
    return String.valueOf(jar.getFileName()).startsWith("nd4j-cuda-");
  }

  /**
   * Why the backend is not used.
   *
   * @param capabilities what nvidia-smi says, a line for each GPU; empty for no GPU
   * @return a sentence, or null if it can be used
   */
  static String refusal(String capabilities) {
    if (capabilities.isBlank()) {
      return "No NVIDIA GPU was found; ND4J uses the CPU.";
    }
    for (String line : capabilities.strip().lines().toList()) {
      double capability;
      try {
        capability = Double.parseDouble(line.strip());
      } catch (NumberFormatException e) {
        return "nvidia-smi gives no compute capability (" + line + "); ND4J uses the CPU.";
      }
      if (capability >= TOO_NEW || capability < OLDEST) {
        return "The GPU has compute capability "
            + capability
            + "; ND4J's CUDA backend runs on 3.7 to 8.9 only (not on Hopper or newer), so ND4J uses"
            + " the CPU.";
      }
    }
    return null;
  }

  static String capabilities() {
    try {
      Process process =
          new ProcessBuilder("nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? text : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
