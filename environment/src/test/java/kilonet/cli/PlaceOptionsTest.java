package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where runs are done; the cluster itself is another module's. */
class PlaceOptionsTest {

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int kilonet(List<String> command, String... more) {
    return Kilonet.execute(
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        Stream.concat(command.stream(), Stream.of(more)).toArray(String[]::new));
  }

  private List<List<String>> commands() throws Exception {
    Path space = Files.writeString(folder.resolve("space.json"), "{\"batch\": [64, 128]}");
    String runs = folder.resolve("runs").toString();
    return List.of(
        List.of("sweep", "--recipe", "model_3", "--data", "digits", "--seeds", "1", "--out", runs),
        List.of("ablate", "--recipe", "model_3", "--data", "digits", "--seeds", "1", "--out", runs),
        List.of(
            "search",
            "--recipe",
            "model_3",
            "--data",
            "digits",
            "--space",
            space.toString(),
            "--trials",
            "2",
            "--out",
            runs),
        List.of("reproduce", "000/step1", "--data", "digits", "--work", runs));
  }

  @Test
  void withoutTheModuleItIsToldWhereItIs() throws Exception {
    for (List<String> command : commands()) {
      err.getBuffer().setLength(0);
      assertThat(kilonet(command, "--cluster", "local[2]")).isEqualTo(Kilonet.FAILED);
      assertThat(err.toString())
          .startsWith("kilonet " + command.get(0) + ": Spark is not part of this program")
          .contains("environment/kilonet")
          .hasLineCount(1);
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() throws Exception {
    for (List<String> command : commands()) {
      err.getBuffer().setLength(0);
      assertThat(kilonet(command, "--cluster", "local[2]", "--jobs", "2")).isEqualTo(Kilonet.USAGE);
      assertThat(err.toString()).contains("give one of --jobs and --cluster.");
      assertThat(kilonet(command, "--conf", "spark.executor.memory=1g")).isEqualTo(Kilonet.USAGE);
      assertThat(err.toString()).contains("--conf is for --cluster: give both, or neither.");
      assertThat(kilonet(command, "--jobs", "0")).isEqualTo(Kilonet.USAGE);
      assertThat(err.toString()).contains("--jobs");
    }
  }
}
