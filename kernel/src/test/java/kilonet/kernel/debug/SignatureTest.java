package kilonet.kernel.debug;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SignatureTest {
  @Test
  void typesOfClassFilesAreWrittenAsSource() {
    assertThat(Signature.source("I")).isEqualTo("int");
    assertThat(Signature.source("[[D")).isEqualTo("double[][]");
    assertThat(Signature.source("TT;")).isEqualTo("Object");
    assertThat(Signature.source("Lcells/Cell3$Pair;")).isEqualTo("Pair");
    assertThat(Signature.source("Lcells/Cell3$1Local;")).isEqualTo("Object");
    assertThat(Signature.source("Lcells/Cell12$Outer$In;")).isEqualTo("Outer.In");
    assertThat(Signature.source("Ljava/util/Map$Entry<Ljava/lang/String;*>;"))
        .isEqualTo("java.util.Map.Entry<java.lang.String, ?>");
    assertThat(Signature.source("Ljava/util/List<+Ljava/util/Map<-Lcells/Cell3$Pair;[I>;>;"))
        .isEqualTo("java.util.List<? extends java.util.Map<? super Pair, int[]>>");
    assertThat(Signature.source("Lcells/Cell3$Outer<Ljava/lang/String;>.Inner;"))
        .isEqualTo("Outer<java.lang.String>.Inner");
  }
}
