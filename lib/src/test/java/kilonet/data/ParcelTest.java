package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ParcelTest {

  private static byte[] sent(TrainTest data) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new Parcel(data));
    }
    return bytes.toByteArray();
  }

  private static Parcel received(byte[] bytes) throws Exception {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return (Parcel) in.readObject();
    }
  }

  @Test
  void whatArrivesIsWhatWasSent() throws Exception {
    TrainTest digits = PenDigits.generate(20, 10, 1);
    Parcel parcel = received(sent(digits));
    TrainTest arrived = parcel.open();
    assertThat(arrived.identity()).isEqualTo(digits.identity());
    assertThat(arrived.train().pixels()).isEqualTo(digits.train().pixels());
    assertThat(arrived.test().label(9)).isEqualTo(digits.test().label(9));
    assertThat(parcel.open()).isSameAs(arrived);
  }

  @Test
  void whatWasDamagedOnTheWayIsRefused() throws Exception {
    TrainTest digits = PenDigits.generate(20, 10, 1);
    byte[] bytes = sent(digits);
    byte[] image = Arrays.copyOf(digits.test().pixels(), 2_000);
    bytes[indexOf(bytes, image) + 1_000] ^= 1;
    Parcel parcel = received(bytes);
    assertThatThrownBy(parcel::open)
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("The images of 'digits' were damaged on the way (SHA-256 ")
        .hasMessageContaining(digits.test().sha256());
  }

  private static int indexOf(byte[] all, byte[] part) {
    for (int at = 0; ; at++) {
      if (ByteBuffer.wrap(all, at, part.length).equals(ByteBuffer.wrap(part))) {
        return at;
      }
    }
  }
}
