package kilonet.kernel.debug;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MurmurTest {
  @Test
  void hashesAreThoseOfIpykernelsOwn() {
    // ipykernel.compiler.murmur2_x86 of ipykernel 7, with the seed that it sends to front ends.
    assertThat(Murmur.hash("", 0xc70f6907)).isEqualTo(3990065800L);
    assertThat(Murmur.hash("i = 1", 0xc70f6907)).isEqualTo(737182193L);
    assertThat(Murmur.hash("int x = 5;", 0xc70f6907)).isEqualTo(2493439008L);
    assertThat(Murmur.hash("größe", 0xc70f6907)).isEqualTo(461001111L);
    assertThat(Murmur.hash("abc", 0xc70f6907)).isEqualTo(3350977461L);
  }
}
