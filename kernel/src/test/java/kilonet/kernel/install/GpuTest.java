package kilonet.kernel.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuTest {
  @Test
  void theBackendRunsFromKeplerToAda() {
    for (String capability : List.of("3.7", "7.0", "7.5", "8.0", "8.6", "8.9", "8.6\n7.5\n")) {
      assertThat(Gpu.refusal(capability)).as(capability).isNull();
    }
  }

  @Test
  void hopperAndNewerAndNoGpuAreRefusedWithASentence() {
    assertThat(Gpu.refusal("9.0\n")).contains("compute capability 9.0", "uses the CPU");
    assertThat(Gpu.refusal("8.0\n12.0")).contains("12.0");
    assertThat(Gpu.refusal("3.5")).contains("3.5");
    assertThat(Gpu.refusal("")).contains("No NVIDIA GPU");
    assertThat(Gpu.refusal("N/A")).contains("N/A");
  }

  @Test
  void aClassPathWithoutCudaIsLeftAloneAndNothingIsSaid() {
    List<String> said = new ArrayList<>();
    List<Path> path = List.of(Path.of("lib/nd4j-native-1.0.0-M2.1.jar"));
    assertThat(Gpu.usable(path, said::add)).isSameAs(path);
    assertThat(said).isEmpty();
  }

  private static final List<Path> BOTH =
      List.of(
          Path.of("lib/nd4j-cuda-11.6-1.0.0-M2.1.jar"),
          Path.of("lib/nd4j-cuda-11.6-1.0.0-M2.1-linux-x86_64.jar"),
          Path.of("lib/nd4j-cuda-11.6-preset-1.0.0-M2.1.jar"),
          Path.of("lib/nd4j-native-1.0.0-M2.1.jar"));

  @Test
  void givenBothBackendsWhenTheGpuCannotBeUsedThenTheCpuStaysAndOneSentenceIsSaid() {
    for (String capabilities : List.of("", "9.0\n", "8.0\n9.0\n")) {
      List<String> said = new ArrayList<>();
      assertThat(Gpu.usable(BOTH, () -> capabilities, said::add))
          .containsExactly(Path.of("lib/nd4j-native-1.0.0-M2.1.jar"));
      assertThat(said).containsExactly(Gpu.refusal(capabilities));
    }
  }

  @Test
  void givenBothBackendsWhenTheGpuCanBeUsedThenBothStayAndNothingIsSaid() {
    List<String> said = new ArrayList<>();
    assertThat(Gpu.usable(BOTH, () -> "8.0\n", said::add)).isEqualTo(BOTH);
    assertThat(said).isEmpty();
  }
}
