package kilonet.train;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Stream;
import kilonet.augment.RandomStream;
import kilonet.text.Text;

/**
 * What a search may change of a recipe, and to what. As JSON, an object of lists:
 *
 * <pre>{@code
 * {
 *   "batch": [64, 128],
 *   "optimizer.learning_rate": [0.03, 0.1],
 *   "model.blocks": [["conv 8 3x3", "maxpool 2", "conv 10 3x3", …], …]
 * }
 * }</pre>
 *
 * <p>The names are those of a recipe's JSON; a dot leads into a part of it. A {@link Teacher}
 * learns from the images of the recipe, whatever its own recipe says of them.
 */
public final class SearchSpace {

  /**
   * The rounds say how many epochs there are, the plan which seeds, the images what data; and all
   * trials are judged by the same images, which are none of the test set.
   */
  private static final Set<String> SET_BY_SEARCH = Set.of("epochs", "seed", "data", "validation");

  /** What changes nothing of the training, so that each value would be the same trial. */
  private static final Set<String> NOT_TRAINED = Set.of("name", "assignment");

  /** What a recipe may have and need not. */
  private static final List<String> OPTIONAL =
      Stream.of(Recipe.class.getRecordComponents())
          .filter(part -> part.getAccessor().isAnnotationPresent(JsonInclude.class))
          .map(RecordComponent::getName)
          .toList();

  /** Longer values are cut where they are told. */
  private static final int LONGEST = 60;

  private final Map<String, List<JsonNode>> choices = new LinkedHashMap<>();

  @JsonAnySetter
  private void put(String field, List<JsonNode> values) {
    if (values == null || values.isEmpty() || values.stream().anyMatch(JsonNode::isNull)) {
      throw new IllegalArgumentException(
          Text.of("'%s' has no values to choose from: give it a list of at least one.", field));
    }
    if (SET_BY_SEARCH.contains(field)) {
      throw new IllegalArgumentException(
          Text.of("'%s' is no choice of a search, which sets it itself: leave it out.", field));
    }
    if (NOT_TRAINED.contains(field)) {
      throw new IllegalArgumentException(
          Text.of("'%s' is no choice of a search: it changes nothing of a training.", field));
    }
    for (String other : choices.keySet()) {
      if (field.startsWith(other + ".") || other.startsWith(field + ".")) {
        throw new IllegalArgumentException(
            Text.of(
                "'%s' and '%s' set the same part of a recipe: leave one of them out.",
                other, field));
      }
    }
    choices.put(field, values.stream().distinct().toList());
  }

  /** The values of each field, in their order, each once. */
  @JsonValue
  public Map<String, List<JsonNode>> choices() {
    return choices;
  }

  /** How many recipes can be made, at most {@link Long#MAX_VALUE}. */
  public long size() {
    long size = 1;
    for (List<JsonNode> values : choices.values()) {
      size = size > Long.MAX_VALUE / values.size() ? Long.MAX_VALUE : size * values.size();
    }
    return size;
  }

  /**
   * Different choices, one value for each field: all there are where no more are asked for, else
   * drawn evenly.
   *
   * @param count how many at most, at least 1
   * @param seed what they are drawn from; the same seed gives the same ones, and more of them begin
   *     with the fewer
   */
  List<Map<String, JsonNode>> draw(int count, long seed) {
    Set<Map<String, JsonNode>> drawn = new LinkedHashSet<>();
    if (size() <= count) {
      for (long number = 0; number < size(); number++) {
        drawn.add(choice(number));
      }
    }
    for (long i = 0; drawn.size() < Math.min(count, size()); i++) {
      RandomStream stream = new RandomStream(seed, i);
      Map<String, JsonNode> choice = new LinkedHashMap<>();
      choices.forEach(
          (field, values) -> choice.put(field, values.get(stream.nextInt(values.size()))));
      drawn.add(choice);
    }
    return List.copyOf(drawn);
  }

  /** One of all choices, counted like an odometer whose last wheel is the last field. */
  private Map<String, JsonNode> choice(long number) {
    Map<String, JsonNode> choice = new LinkedHashMap<>();
    long rest = size();
    for (Map.Entry<String, List<JsonNode>> each : choices.entrySet()) {
      rest /= each.getValue().size();
      choice.put(
          each.getKey(), each.getValue().get((int) (number / rest % each.getValue().size())));
    }
    return choice;
  }

  /**
   * The recipe with what was chosen in its place.
   *
   * @throws IllegalArgumentException if a field is no recipe's, or a value does not fit it
   */
  static Recipe apply(Recipe recipe, Map<String, JsonNode> choice) {
    ObjectNode tree = Json.tree(recipe);
    choice.forEach((field, value) -> set(tree, field, value));
    JsonNode teacher = tree.remove("teacher");
    try {
      Recipe changed = Json.read(tree.toString(), Recipe.class);
      return teacher == null
          ? changed
          : changed.teacher(
              Json.read(teacher.toString(), Teacher.class)
                  .on(
                      changed.data(),
                      changed.limit(),
                      changed.validation(),
                      changed.normalization()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          Text.of("No recipe can have %s: %s", words(choice), e.getMessage()), e);
    }
  }

  private static void set(ObjectNode tree, String field, JsonNode value) {
    String[] path = field.split("\\.", -1);
    ObjectNode parent = tree;
    for (int i = 0; i < path.length; i++) {
      boolean last = i == path.length - 1;
      if (!parent.has(path[i]) && !(last && i == 0 && OPTIONAL.contains(field))) {
        throw new IllegalArgumentException(
            Text.of(
                "%s has no '%s': its fields are %s.",
                i == 0 && OPTIONAL.contains(path[0]) ? "This recipe" : "A recipe",
                field,
                names(parent)));
      }
      if (last) {
        parent.set(path[i], value);
      } else if (parent.get(path[i]) instanceof ObjectNode inner) {
        parent = inner;
      } else {
        throw new IllegalArgumentException(
            Text.of("A recipe has no '%s': '%s' is no object.", field, path[i]));
      }
    }
  }

  private static String names(ObjectNode node) {
    StringJoiner names = new StringJoiner(", ");
    Iterator<String> each = node.fieldNames();
    each.forEachRemaining(names::add);
    return names.toString();
  }

  /** A choice as people read it: {@code batch 64, optimizer.learning_rate 0.1}. */
  static String words(Map<String, JsonNode> choice) {
    StringJoiner words = new StringJoiner(", ");
    choice.forEach((field, value) -> words.add(field + " " + words(value)));
    return choice.isEmpty() ? "the recipe as it is" : words.toString();
  }

  private static String words(JsonNode value) {
    if (!value.isArray()) {
      String text = value.isObject() ? value.toString() : value.asText();
      return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }
    StringJoiner words = new StringJoiner("; ");
    value.forEach(each -> words.add(words(each)));
    return words.toString();
  }
}
