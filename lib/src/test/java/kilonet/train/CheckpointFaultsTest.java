package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import kilonet.data.PenDigits;
import kilonet.data.Sha256;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checkpoints that are damaged at random: the file, its parts, and parts under a right checksum.
 * One that is accepted gives a run that ends as it should; any other is refused with a sentence.
 * See {@link Outcomes}.
 */
class CheckpointFaultsTest {

  private static final TrainTest DIGITS = PenDigits.generate(64, 20, 1);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(Outcomes.seed());

  private static Recipe recipe() {
    return Recipe.of(
            "r",
            Stack.of("conv-bn-relu").maxPool(2).conv(3).globalAveragePool().plain(10, 1),
            Optimizer.adam(0.01))
        .averaging("ema(decay=0.9)")
        .schedule("plateau(metric=loss, patience=1)")
        .batch(16)
        .epochs(2);
  }

  private Trainer trainer() {
    return new Trainer(recipe(), DIGITS).folder(folder);
  }

  @Test
  void aCheckpointIsRightOrRefused() throws Exception {
    Result whole = new Trainer(recipe(), DIGITS).run();
    Trainer stopped = trainer();
    stopped
        .progress(
            new Progress() {
              private int batches;

              @Override
              public void batch(int batch, double loss, double right, double rate, double speed) {
                if (++batches == 6) {
                  stopped.stop();
                }
              }
            })
        .run();
    byte[] good = Files.readAllBytes(new RunFolder(folder).checkpoint());
    Outcomes outcomes = new Outcomes("checkpoints");
    outcomes.of("as it is", () -> resumed(good, true, whole));
    for (int i = 0; i < Outcomes.count("checkpoints", 120); i++) {
      boolean sealed = random.nextBoolean();
      byte[] bytes = sealed ? sealed(parts(good)) : scratched(good, 1 + random.nextInt(3));
      outcomes.of("number " + i, () -> resumed(bytes, !sealed, whole));
    }
    outcomes.end();
  }

  /** Goes on from a file; where its numbers are those that were written, so must the result be. */
  private void resumed(byte[] bytes, boolean same, Result whole) throws IOException {
    RunFolder files = new RunFolder(folder);
    Files.deleteIfExists(files.result());
    Files.write(files.checkpoint(), bytes);
    Result result = trainer().resume().run();
    assertThat(result.isFinished()).isTrue();
    if (same) {
      assertThat(result.testLoss()).isEqualTo(whole.testLoss());
      assertThat(result.trainLoss()).isEqualTo(whole.trainLoss());
    }
  }

  private static Map<String, byte[]> parts(byte[] file) throws IOException {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(file))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        parts.put(entry.getName(), in.readAllBytes());
      }
    }
    return parts;
  }

  /** A file of changed parts with the checksum that they have. */
  private byte[] sealed(Map<String, byte[]> parts) throws IOException {
    parts.remove("sha256.txt");
    String name = new ArrayList<>(parts.keySet()).get(random.nextInt(parts.size()));
    byte[] part = parts.get(name);
    switch (random.nextInt(5)) {
      case 0 -> parts.remove(name);
      case 1 -> parts.put(name, Arrays.copyOf(part, random.nextInt(2 * part.length)));
      case 2 -> parts.put("more.bin", part);
      default -> {
        if (name.equals("state.json")) {
          parts.put(name, state(part));
        } else {
          parts.put(name, scratched(part, 4));
        }
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    MessageDigest digest = Sha256.digest();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> each : parts.entrySet()) {
        zip.putNextEntry(new ZipEntry(each.getKey()));
        zip.write(each.getValue());
        digest.update(each.getValue());
      }
      zip.putNextEntry(new ZipEntry("sha256.txt"));
      zip.write(HexFormat.of().formatHex(digest.digest()).getBytes(StandardCharsets.US_ASCII));
    }
    return bytes.toByteArray();
  }

  private byte[] state(byte[] json) throws IOException {
    ObjectNode tree = (ObjectNode) MAPPER.readTree(json);
    List<ObjectNode> objects = new ArrayList<>(List.of(tree));
    tree.forEach(
        child -> {
          if (child instanceof ObjectNode object) {
            objects.add(object);
          }
        });
    ObjectNode parent = objects.get(random.nextInt(objects.size()));
    List<String> names = new ArrayList<>();
    parent.fieldNames().forEachRemaining(names::add);
    String name = names.get(random.nextInt(names.size()));
    String[] values = {"null", "-1", "0", "1", "7", "1e300", "2147483647", "\"NaN\"", "[]", "{}"};
    JsonNode value = MAPPER.readTree(values[random.nextInt(values.length)]);
    parent.set(name, value);
    return MAPPER.writeValueAsBytes(tree);
  }

  private byte[] scratched(byte[] bytes, int times) {
    byte[] changed = bytes.clone();
    for (int i = 0; i < times; i++) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
    }
    return random.nextInt(4) == 0
        ? Arrays.copyOf(changed, random.nextInt(changed.length))
        : changed;
  }
}
