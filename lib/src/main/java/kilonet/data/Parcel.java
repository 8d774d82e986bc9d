package kilonet.data;

import java.io.Serializable;
import kilonet.text.Text;

/**
 * A data set on its way to another process: the bytes, and what they are. They are looked at on
 * arrival, so that no run trains on what was damaged on the way.
 */
public final class Parcel implements Serializable {

  private static final long serialVersionUID = 1L;

  private final PictureForm form;
  private final byte[][] pixels;
  private final byte[][] labels;
  private final String[] sha256;
  private final TestShare testShare;
  private transient TrainTest opened;

  /** A parcel of a data set; the arrays are shared, not copied. */
  public Parcel(TrainTest data) {
    ImageSet train = data.train();
    ImageSet test = data.test();
    form = train.form();
    pixels = new byte[][] {train.pixels(), test.pixels()};
    labels = new byte[][] {train.labels(), test.labels()};
    sha256 = new String[] {train.sha256(), test.sha256()};
    testShare = data.testShare();
  }

  /**
   * The data set; made once, whoever asks how often.
   *
   * @throws DataException if it is not what was sent, by its SHA-256
   */
  public synchronized TrainTest open() {
    if (opened == null) {
      opened = new TrainTest(set(0), set(1), testShare);
    }
    return opened;
  }

  private ImageSet set(int part) {
    ImageSet set =
        ImageSet.of(
                form.data(),
                form.channels(),
                form.height(),
                form.width(),
                form.classes(),
                form.normalization(),
                pixels[part],
                labels[part])
            .fitted(form.fit());
    if (!set.sha256().equals(sha256[part])) {
      throw new DataException(
          Text.of(
              "The images of '%s' were damaged on the way (SHA-256 %s instead of %s): send them again.",
              form.data(), set.sha256(), sha256[part]));
    }
    return set;
  }
}
