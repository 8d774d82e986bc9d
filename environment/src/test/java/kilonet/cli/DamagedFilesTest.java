package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import kilonet.data.DataException;
import kilonet.data.ImageSet;
import kilonet.data.Mnist;
import kilonet.data.PenDigits;
import kilonet.model.Stack;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Damaged files are refused in a sentence or give what they hold, and nothing else happens. The
 * build tries 200 files of data, 60 nets and 20 pictures; {@code -Dkilonet.faults=50} tries 10,000,
 * 3,000 and 1,000, and {@code -Dkilonet.faults.seed} others than those of seed 1.
 */
class DamagedFilesTest {

  private static final int TIMES = Integer.getInteger("kilonet.faults", 1);
  private static final ImageSet DIGITS = PenDigits.generate(40, 20, 1).train();

  @TempDir private Path folder;

  private final Random random = new Random(20_261_124 + Long.getLong("kilonet.faults.seed", 1));
  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<String, String> wrong = new LinkedHashMap<>();

  @AfterEach
  void tell() {
    System.out.println(counts + (wrong.isEmpty() ? "" : ", anything else: " + wrong));
  }

  private void count(String outcome) {
    counts.merge(outcome, 1, Integer::sum);
  }

  // Data.

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] images(ImageSet set) {
    return ByteBuffer.allocate(16 + set.pixels().length)
        .putInt(2051)
        .putInt(set.size())
        .putInt(28)
        .putInt(28)
        .put(set.pixels())
        .array();
  }

  private static byte[] labels(ImageSet set) {
    ByteBuffer file = ByteBuffer.allocate(8 + set.size()).putInt(2049).putInt(set.size());
    for (int i = 0; i < set.size(); i++) {
      file.put((byte) set.label(i));
    }
    return file.array();
  }

  /** What a file holds by the format's definition, or null where it is not of the format. */
  private static byte[] values(byte[] file, int magic) {
    byte[] content = file;
    if (file.length > 1 && file[0] == 0x1F && file[1] == (byte) 0x8B) {
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
        content = in.readAllBytes();
      } catch (IOException e) {
        return null;
      }
    }
    int head = magic == 2051 ? 16 : 8;
    ByteBuffer in = ByteBuffer.wrap(content);
    if (content.length <= head || in.getInt(0) != magic) {
      return null;
    }
    if (magic == 2051 && (in.getInt(8) != 28 || in.getInt(12) != 28)) {
      return null;
    }
    long length = in.getInt(4) * (magic == 2051 ? 784L : 1);
    return length == content.length - head
        ? Arrays.copyOfRange(content, head, content.length)
        : null;
  }

  @Test
  void data() throws Exception {
    String[] names = {
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte"
    };
    for (int i = 0; i < 200 * TIMES; i++) {
      byte[][] files = {images(DIGITS), labels(DIGITS), images(DIGITS), labels(DIGITS)};
      int chosen = random.nextInt(4);
      boolean packed = random.nextInt(3) == 0;
      byte[] damaged = files[chosen];
      if (random.nextInt(4) == 0) {
        damaged = withOddHeader(damaged);
      }
      damaged = packed ? gzip(damaged) : damaged;
      damaged = random.nextInt(8) == 0 ? damaged : damaged(damaged);
      files[chosen] = damaged;
      for (int f = 0; f < 4; f++) {
        Files.write(folder.resolve(names[f]), files[f]);
      }
      byte[] images = values(files[2 * (chosen / 2)], 2051);
      byte[] labels = values(files[2 * (chosen / 2) + 1], 2049);
      boolean right = images != null && labels != null && images.length == 784 * labels.length;
      for (int l = 0; right && l < labels.length; l++) {
        right = labels[l] >= 0 && labels[l] < 10;
      }
      try {
        var read = Mnist.loadAlike(folder, "damaged");
        ImageSet set = chosen < 2 ? read.train() : read.test();
        boolean same = right && Arrays.equals(set.pixels(), images);
        for (int l = 0; same && l < set.size(); l++) {
          same = set.label(l) == labels[l];
        }
        count(same ? "accepted and right" : "accepted and wrong");
        if (!same) {
          wrong.put("data " + i, "accepted");
        }
      } catch (DataException e) {
        boolean sentence =
            !right && e.getMessage().endsWith(".") && e.getMessage().lines().count() == 1;
        count(sentence ? "refused with a sentence" : "refused wrongly");
        if (!sentence) {
          wrong.put("data " + i, e.getMessage());
        }
      } catch (Throwable e) {
        count("anything else");
        wrong.put("data " + i, e.toString());
      }
    }
    assertThat(wrong).isEmpty();
  }

  private byte[] withOddHeader(byte[] file) {
    int[] odd = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 2049, 2051, 28, 29, 41, 1 << 24};
    int words = file.length > 10_000 ? 4 : 2;
    return ByteBuffer.wrap(file.clone())
        .putInt(4 * random.nextInt(words), odd[random.nextInt(odd.length)])
        .array();
  }

  /** Bits that fell over, a piece that is missing, doubled or blank, or an end that came early. */
  private byte[] damaged(byte[] whole) {
    byte[] file = whole.clone();
    int at = random.nextInt(file.length);
    int some = Math.min(file.length - at, 1 + random.nextInt(64));
    switch (random.nextInt(7)) {
      case 0, 1 -> {
        for (int i = random.nextInt(8); i >= 0; i--) {
          file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 2 -> file[random.nextInt(Math.min(file.length, 64))] ^= (byte) (1 + random.nextInt(255));
      case 3 -> Arrays.fill(file, at, at + some, (byte) (random.nextBoolean() ? 0 : 255));
      case 4 -> file = Arrays.copyOf(file, at);
      case 5 -> {
        file = Arrays.copyOf(file, file.length - some);
        System.arraycopy(whole, at + some, file, at, whole.length - at - some);
      }
      default -> {
        file = Arrays.copyOf(file, file.length + some);
        System.arraycopy(whole, at, file, at + some, whole.length - at);
      }
    }
    return file;
  }

  // Nets.

  private String[] predict(Path net, Path picture) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Kilonet.execute(
            new PrintWriter(out),
            new PrintWriter(err),
            "predict",
            net.toString(),
            picture.toString());
    return new String[] {Integer.toString(status), out.toString(), err.toString()};
  }

  private static boolean isAnswer(String line) throws IOException {
    JsonNode json = new ObjectMapper().readTree(line);
    double sum = 0;
    for (JsonNode probability : json.get("probabilities")) {
      sum += probability.asDouble();
    }
    return json.get("probabilities").size() == 10 && Math.abs(sum - 1) < 1e-3;
  }

  private static boolean isSentence(String[] said) {
    return said[0].matches("[12]")
        && said[1].isEmpty()
        && said[2].startsWith("kilonet predict: ")
        && said[2].strip().lines().count() == 1
        && !said[2].contains("unforeseen")
        && !said[2].contains("Exception");
  }

  /** Notes what came of a file; one that may hold something else has to give an answer. */
  private void judge(String what, String expected, boolean mayDiffer, Path net, Path picture) {
    try {
      String[] said = predict(net, picture);
      boolean answered = said[0].equals("0") && said[2].isEmpty() && isAnswer(said[1]);
      if (answered && said[1].equals(expected)) {
        count("accepted and right");
      } else if (answered && mayDiffer) {
        count("accepted, as what it now holds");
      } else if (isSentence(said)) {
        count("refused with a sentence");
      } else {
        count("anything else");
        wrong.put(what, String.join("|", said));
      }
    } catch (Throwable e) {
      count("anything else");
      wrong.put(what, e.toString());
    }
  }

  private static byte[] net() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Stack.of("conv-bn-relu")
                .conv(4)
                .maxPool(2)
                .conv(6)
                .globalAveragePool()
                .plain(10, 1)
                .configuration(new Sgd(0.1), 1));
    network.init();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, bytes, true);
    return bytes.toByteArray();
  }

  private Path picture(String name, String kind, int digit) throws IOException {
    BufferedImage image = new BufferedImage(140, 140, BufferedImage.TYPE_INT_RGB);
    byte[] pixels = DIGITS.image(digit);
    for (int y = 0; y < 140; y++) {
      for (int x = 0; x < 140; x++) {
        image.setRGB(x, y, 0x010101 * (pixels[y / 5 * 28 + x / 5] & 0xFF));
      }
    }
    Path file = folder.resolve(name);
    ImageIO.write(image, kind, file.toFile());
    return file;
  }

  @Test
  void nets() throws Exception {
    byte[] whole = net();
    Path picture = picture("digit.png", "png", 0);
    Path file = Files.write(folder.resolve("net.zip"), whole);
    String expected = predict(file, picture)[1];
    assertThat(isAnswer(expected)).isTrue();
    for (int i = 0; i < 60 * TIMES; i++) {
      boolean inside = i % 2 == 0;
      Files.write(file, inside ? damagedInside(whole) : damaged(whole));
      judge("net " + i, expected, inside, file, picture);
    }
    assertThat(wrong).isEmpty();
  }

  /** A sound archive in which one part is not sound. */
  private byte[] damagedInside(byte[] whole) throws IOException {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(whole))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        parts.put(entry.getName(), zip.readAllBytes());
      }
    }
    String name = random.nextBoolean() ? "coefficients.bin" : "configuration.json";
    byte[] part = parts.get(name);
    switch (random.nextInt(6)) {
      case 0 -> parts.remove(name);
      case 1 -> parts.put(name, new byte[0]);
      case 2 -> {
        byte[] head = part.clone();
        head[random.nextInt(Math.min(head.length, 120))] = (byte) random.nextInt(256);
        parts.put(name, head);
      }
      case 3 -> parts.put("preprocessor.bin", part);
      case 4 -> parts.put("../../" + name, part);
      default -> parts.put(name, damaged(part));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
      for (var each : parts.entrySet()) {
        zip.putNextEntry(new ZipEntry(each.getKey()));
        zip.write(each.getValue());
      }
    }
    return bytes.toByteArray();
  }

  // Pictures.

  @Test
  void pictures() throws Exception {
    Path net = Files.write(folder.resolve("net.zip"), net());
    String[] kinds = {"png", "jpg", "gif", "bmp"};
    for (int i = 0; i < 20 * TIMES; i++) {
      String kind = kinds[i % kinds.length];
      Path file = picture("digit." + kind, kind, i % DIGITS.size());
      String expected = predict(net, file)[1];
      assertThat(isAnswer(expected)).isTrue();
      byte[] whole = Files.readAllBytes(file);
      boolean cut = i % 3 == 0;
      Files.write(file, cut ? Arrays.copyOf(whole, random.nextInt(whole.length)) : damaged(whole));
      // Only PNG has checksums: others may show another picture, and nobody can know.
      boolean mayDiffer = !cut && !kind.equals("png");
      judge(kind + " " + i, cut ? "" : expected, mayDiffer, net, file);
    }
    assertThat(wrong).isEmpty();
  }
}
