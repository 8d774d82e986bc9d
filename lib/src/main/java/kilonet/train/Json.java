package kilonet.train;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MutableCoercionConfig;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kilonet.text.Text;

/**
 * How records are written as JSON: names in snake_case. What is read must say all that a record has
 * and nothing else, each once, as the kind of value that it is: nothing is guessed, cut or passed
 * over. What is left out where it is null ({@link JsonInclude}) may be missing. What follows from
 * other parts ({@link JsonIgnoreProperties}) must be there, and follow.
 */
public final class Json {

  private static final JsonMapper LINE =
      JsonMapper.builder()
          .annotationIntrospector(new Complete())
          .addModule(new SimpleModule().setDeserializerModifier(new ExactNames()))
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
          .withCoercionConfigDefaults(Json::noText)
          .withCoercionConfig(LogicalType.Textual, Json::onlyText)
          .defaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL, Nulls.FAIL))
          .build();
  private static final JsonMapper PRETTY =
      LINE.rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** What some editors begin a file of UTF-8 with. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** What Jackson says of its own options, which whoever wrote the text cannot set. */
  private static final Pattern OPTION =
      Pattern.compile(": enable `\\w+\\.\\w+` to allow|: maybe a \\(non-standard\\) comment\\?.*$");

  /** How Jackson says where something is. */
  private static final Pattern SOURCE =
      Pattern.compile("\\[Source: [^\\]]*?; (line: \\d+, column: \\d+)\\]");

  private static final Pattern MISSING = Pattern.compile("(?<=property )'\\w+'");

  /** Asks for every part of a record that is always written. */
  private static final class Complete extends JacksonAnnotationIntrospector {

    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasRequiredMarker(AnnotatedMember member) {
      return member instanceof AnnotatedParameter && !member.hasAnnotation(JsonInclude.class);
    }

    @Override
    public JsonSetter.Value findSetterInfo(Annotated member) {
      return member.hasAnnotation(JsonInclude.class)
          ? JsonSetter.Value.forValueNulls(Nulls.SET)
          : super.findSetterInfo(member);
    }
  }

  /** Takes no name of a constant with spaces around it, which Jackson would cut off. */
  private static final class ExactNames extends BeanDeserializerModifier {

    private static final long serialVersionUID = 1L;

    @Override
    public JsonDeserializer<?> modifyEnumDeserializer(
        DeserializationConfig config,
        JavaType type,
        BeanDescription description,
        JsonDeserializer<?> names) {
      return new StdScalarDeserializer<Object>(type) {

        private static final long serialVersionUID = 1L;

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context)
            throws IOException {
          String text = parser.getText();
          return text.equals(text.strip())
              ? names.deserialize(parser, context)
              : context.handleWeirdStringValue(handledType(), text, "spaces are around it");
        }
      };
    }
  }

  private Json() {}

  /** Neither {@code ""} nor {@code " "} is a number, a list or a record. */
  private static void noText(MutableCoercionConfig coercions) {
    coercions
        .setAcceptBlankAsEmpty(false)
        .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.String, CoercionAction.Fail);
  }

  private static void onlyText(MutableCoercionConfig coercions) {
    coercions
        .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
  }

  /** A value as one line. */
  public static String line(Object value) {
    try {
      return LINE.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not writable as JSON: " + value, e);
    }
  }

  /** A value as indented lines that end in a line feed. */
  public static String pretty(Object value) {
    try {
      return PRETTY.writeValueAsString(value).replace(System.lineSeparator(), "\n") + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not writable as JSON: " + value, e);
    }
  }

  /** A record as a tree that can be changed. */
  static ObjectNode tree(Record value) {
    return LINE.valueToTree(value);
  }

  /**
   * Reads a value from text.
   *
   * @throws IllegalArgumentException if the text is no JSON of this kind
   */
  public static <T> T read(String text, Class<T> type) {
    try {
      T value = text.isBlank() ? null : LINE.readValue(text, type);
      if (value == null) {
        throw new IllegalArgumentException(
            Text.of(
                "This is no JSON of a %s: %s.",
                type.getSimpleName(), text.isBlank() ? "it is empty" : "null is no value"));
      }
      requireDerived(text, value);
      return value;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          Text.of("This is no JSON of a %s: %s", type.getSimpleName(), complaint(e)), e);
    }
  }

  /** Sees that what follows from other parts of a record, and is written for readers, follows. */
  private static void requireDerived(String text, Object value) throws JsonProcessingException {
    JsonIgnoreProperties derived = value.getClass().getAnnotation(JsonIgnoreProperties.class);
    if (derived == null) {
      return;
    }
    JsonNode said = LINE.readTree(text);
    JsonNode right = LINE.readTree(line(value));
    for (String part : derived.value()) {
      if (!right.get(part).equals(said.get(part))) {
        throw new IllegalArgumentException(
            Text.of(
                "This is no JSON of a %s: %s.",
                value.getClass().getSimpleName(),
                said.has(part)
                    ? Text.of("its '%s' does not follow from the rest of it", part)
                    : Text.of("'%s' is missing", part)));
      }
    }
  }

  /** Where it is wrong, and what, in one line without the names of Java's classes. */
  private static String complaint(JsonProcessingException e) {
    boolean placed = e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty();
    return placed
        ? Text.of("at %s: %s", place(((JsonMappingException) e).getPath()), fault(e))
        : fault(e);
  }

  private static String fault(JsonProcessingException e) {
    String said = e.getOriginalMessage().lines().findFirst().orElse("");
    Matcher missing = MISSING.matcher(said);
    if (e.getCause() instanceof IllegalArgumentException refusal) {
      return refusal.getMessage();
    } else if (e instanceof UnrecognizedPropertyException unknown) {
      return Text.of(
          "there is no \"%s\", but %s.", unknown.getPropertyName(), unknown.getKnownPropertyIds());
    } else if (missing.find()) {
      return Text.of("%s is missing.", missing.group());
    } else if (e instanceof InvalidNullException) {
      return "null is no value: give one.";
    } else if (e instanceof MismatchedInputException mismatch
        && mismatch.getTargetType() != null
        && mismatch.getTargetType().isEnum()) {
      return Text.of(
          "one of %s was expected.",
          Arrays.stream(mismatch.getTargetType().getEnumConstants())
              .map(LINE::valueToTree)
              .map(Object::toString)
              .collect(Collectors.joining(", ")));
    } else if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
      return Text.of(
          "a value of another kind was expected, %s.", mismatch.getTargetType().getSimpleName());
    }
    String plain = SOURCE.matcher(OPTION.matcher(said).replaceAll("")).replaceAll("$1");
    plain = plain.replaceFirst("^Non-standard token ('.*')$", "$1 is no value of JSON");
    return plain.endsWith(".") ? plain : plain + ".";
  }

  private static String place(List<JsonMappingException.Reference> path) {
    return path.stream()
        .map(at -> at.getFieldName() == null ? "[" + at.getIndex() + "]" : at.getFieldName())
        .collect(Collectors.joining("."));
  }

  /**
   * Reads a value from a file of UTF-8; a byte order mark before it is passed over.
   *
   * @throws IllegalArgumentException if the file is not there, not UTF-8, or no JSON of this kind
   * @throws UncheckedIOException if it cannot be read
   */
  public static <T> T read(Path file, Class<T> type) {
    try {
      String text = Files.readString(file);
      return read(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text, type);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("There is no file " + file + ".", e);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          file + " is not UTF-8, as JSON must be: save it again as UTF-8.", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + Text.reason(e), e);
    }
  }
}
