package kilonet.kernel.install;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelSpecTest {
  @Test
  void memoryIsGivenBackWhereTheJvmKnowsHow() {
    assertThat(linux("17.0.8")).isFalse();
    assertThat(linux("17.0.9")).isTrue();
    assertThat(linux("20.0.2")).isFalse();
    assertThat(linux("21")).isFalse();
    assertThat(linux("21.0.1")).isTrue();
    assertThat(linux("25")).isTrue();
    assertThat(KernelSpec.canTrim(Runtime.Version.parse("25"), "Mac OS X")).isFalse();
  }

  private static boolean linux(String version) {
    return KernelSpec.canTrim(Runtime.Version.parse(version), "Linux");
  }
}
