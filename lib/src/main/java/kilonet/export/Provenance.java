package kilonet.export;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import kilonet.data.Sha256;
import kilonet.text.Text;
import kilonet.train.Json;
import kilonet.train.ModelFile;
import kilonet.train.Result;
import kilonet.train.RunFolder;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where a net comes from, as it is written into what is made of it.
 *
 * @param entries names and values, in order: the net's SHA-256 and its parameters, and of the run
 *     that made it the recipe, its SHA-256, the seed, the data and the accuracy; the names of its
 *     classes
 */
public record Provenance(Map<String, String> entries) {

  /** Copies the entries. */
  public Provenance {
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
  }

  /** Of a net that nothing else is known of. */
  public static Provenance of(MultiLayerNetwork network) {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("net_sha256", sha256(network));
    entries.put("numbers", Text.of("%d", network.numParams()));
    return new Provenance(entries);
  }

  /**
   * Of a net in a file, with what its run's result says, if the file is that of a run and has as
   * many parameters as the result, and what its classes are called, from the first output on, where
   * that is not their numbers.
   */
  public static Provenance of(MultiLayerNetwork network, Path model) {
    Provenance known =
        result(network, model).map(result -> of(network, result)).orElseGet(() -> of(network));
    List<String> classes = ModelFile.form(model).classes();
    if (IntStream.range(0, classes.size())
        .allMatch(i -> classes.get(i).equals(Integer.toString(i)))) {
      return known;
    }
    Map<String, String> entries = new LinkedHashMap<>(known.entries);
    entries.put("classes", Json.line(classes));
    return new Provenance(entries);
  }

  /** The result of the run whose net this is; a net that was put beside it is not. */
  private static Optional<Result> result(MultiLayerNetwork network, Path model) {
    RunFolder run = new RunFolder(model.toAbsolutePath().getParent());
    if (!model.toAbsolutePath().equals(run.model()) || !Files.isRegularFile(run.result())) {
      return Optional.empty();
    }
    Result result = Json.read(run.result(), Result.class);
    long parameters = 0;
    for (Layer layer : network.getLayers()) {
      for (Map.Entry<String, INDArray> entry : layer.paramTable(false).entrySet()) {
        // Running means and variances are none of those that are trained.
        parameters +=
            layer.updaterDivideByMinibatch(entry.getKey()) ? entry.getValue().length() : 0;
      }
    }
    return result.parameters() == parameters ? Optional.of(result) : Optional.empty();
  }

  /** Of a net and the run that made it. */
  public static Provenance of(MultiLayerNetwork network, Result result) {
    Map<String, String> entries = new LinkedHashMap<>(of(network).entries);
    entries.putAll(of(result).entries);
    return new Provenance(entries);
  }

  /** Of a run: what its result says of the net. */
  public static Provenance of(Result result) {
    Map<String, String> entries = new LinkedHashMap<>();
    String recipe = Json.line(result.definition());
    double accuracy = result.testAccuracy().get(result.testAccuracy().size() - 1);
    entries.put("parameters", Text.of("%d", result.parameters()));
    entries.put("recipe", result.recipe());
    entries.put("recipe_sha256", Sha256.hex(recipe.getBytes(StandardCharsets.UTF_8)));
    entries.put("seed", Text.of("%d", result.seed()));
    entries.put("epochs", Text.of("%d", result.epochs()));
    entries.put("data", result.data());
    entries.put("test_accuracy", Text.of("%.2f", accuracy));
    return new Provenance(entries);
  }

  private static String sha256(MultiLayerNetwork network) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(Float.BYTES * network.numParams()));
    for (float value : network.params().dup().data().asFloat()) {
      bytes.putFloat(value);
    }
    return Sha256.hex(bytes.array());
  }
}
