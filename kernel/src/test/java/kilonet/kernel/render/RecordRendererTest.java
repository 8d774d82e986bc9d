package kilonet.kernel.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonGetter;
import org.junit.jupiter.api.Test;

class RecordRendererTest {
  record Run(int right, int images) {
    @JsonGetter
    double accuracy() {
      return 100.0 * right / images;
    }

    @JsonGetter
    String verdict() {
      throw new IllegalStateException("no verdict yet");
    }

    int unmarked() {
      throw new IllegalStateException("is not to be called");
    }
  }

  @Test
  void whatARecordDerivesAndMarksAsAPropertyIsInItsTable() {
    String table = new RecordRenderer().render(new Run(3, 4)).data().get("text/html").toString();
    assertThat(table).contains("right", "3", "images", "accuracy", "75.0", "verdict", "?");
    assertThat(table).doesNotContain("unmarked");
  }
}
