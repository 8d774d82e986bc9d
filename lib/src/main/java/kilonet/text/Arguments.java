package kilonet.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The arguments of a term, given by name or, first ones first, by position, and their canonical
 * spelling: all that was given and read, by name, in the order of the names.
 */
public final class Arguments {

  private final Term term;
  private final Map<String, Term.Argument> byName = new HashMap<>();
  private final List<String> names;
  private final Map<String, String> spelled = new HashMap<>();

  /**
   * The arguments of a term that knows these names.
   *
   * @throws TextException if an argument has another name, is one too many or is given twice
   */
  public Arguments(Term term, String... names) {
    this.term = term;
    this.names = List.of(names);
    int next = 0;
    for (Term.Argument argument : term.arguments()) {
      String name = argument.name();
      if (name.isEmpty()) {
        if (next == names.length) {
          throw error(argument, Text.of("%s takes %s.", term.name(), known(names)));
        }
        name = names[next++];
      } else if (!this.names.contains(name)) {
        throw error(
            argument, Text.of("%s knows no '%s'; it takes %s.", term.name(), name, known(names)));
      }
      if (byName.put(name, argument) != null) {
        throw error(argument, Text.of("%s is given twice; give it once.", name));
      }
    }
  }

  /**
   * The arguments by name of a term whose unnamed ones are terms themselves, such as {@code
   * choice(a, b, p=[1, 2])}; {@link #parts} gives those.
   */
  public static Arguments besideParts(Term term, String... names) {
    List<Term.Argument> named =
        term.arguments().stream().filter(argument -> !argument.name().isEmpty()).toList();
    return new Arguments(new Term(term.text(), term.position(), term.name(), named), names);
  }

  /** What the unnamed arguments of a term say, each of which must be terms itself. */
  public static List<List<Term>> parts(Term term) {
    List<List<Term>> parts = new ArrayList<>();
    for (Term.Argument argument : term.arguments()) {
      if (argument.name().isEmpty()) {
        if (!(argument.value() instanceof Value.Terms terms)) {
          throw new TextException(
              term.text(), argument.position(), term.name() + " takes no number here.");
        }
        parts.add(terms.terms());
      }
    }
    return parts;
  }

  /** Whether the argument is given. */
  public boolean has(String name) {
    return byName.containsKey(name);
  }

  /** Whether the argument is given as numbers in brackets. */
  public boolean isList(String name) {
    return has(name) && byName.get(name).value() instanceof Value.Numbers;
  }

  /** A number that must be given. */
  public double number(String name) {
    return number(name, Double.NaN, true);
  }

  /** A number, or a default. */
  public double number(String name, double otherwise) {
    return number(name, otherwise, false);
  }

  private double number(String name, double otherwise, boolean needed) {
    Term.Argument argument = argument(name, needed, "a number");
    if (argument == null) {
      return otherwise;
    }
    if (!(argument.value() instanceof Value.Number number)) {
      throw error(argument, Text.of("%s of %s must be a number.", name, term.name()));
    }
    spelled.put(name, Numbers.text(number.value()));
    return number.value();
  }

  /** A whole number that must be given. */
  public int whole(String name) {
    return whole(name, number(name));
  }

  /** A whole number, or a default. */
  public int whole(String name, int otherwise) {
    return whole(name, number(name, otherwise));
  }

  private int whole(String name, double value) {
    if (value != (int) value) {
      throw error(
          byName.get(name),
          Text.of("%s of %s is %s: give a whole number.", name, term.name(), Numbers.text(value)));
    }
    return (int) value;
  }

  /** A number that must be given, or a range, such as {@code 0.9..1.1}. */
  public Value numberOrRange(String name) {
    Term.Argument argument = argument(name, true, "a number or a range, such as 0.9..1.1");
    if (argument.value() instanceof Value.Number number) {
      spelled.put(name, Numbers.text(number.value()));
      return number;
    }
    if (argument.value() instanceof Value.Range range) {
      spelled.put(name, Numbers.text(range.low()) + ".." + Numbers.text(range.high()));
      return range;
    }
    throw error(
        argument,
        Text.of("%s of %s must be a number or a range, such as 0.9..1.1.", name, term.name()));
  }

  /** Two numbers in brackets, or one for both, that must be given. */
  public List<Double> pair(String name) {
    if (has(name) && byName.get(name).value() instanceof Value.Numbers numbers) {
      if (numbers.values().size() != 2) {
        throw error(
            byName.get(name),
            Text.of("%s of %s must be one number or two, such as [1, 2].", name, term.name()));
      }
      return numbers(name);
    }
    double both = number(name);
    return List.of(both, both);
  }

  /** Numbers in brackets that must be given. */
  public List<Double> numbers(String name) {
    Term.Argument argument = argument(name, true, "numbers in brackets, such as [6, 12]");
    if (!(argument.value() instanceof Value.Numbers numbers)) {
      throw error(
          argument,
          Text.of("%s of %s must be numbers in brackets, such as [6, 12].", name, term.name()));
    }
    spelled.put(
        name,
        numbers.values().stream().map(Numbers::text).collect(Collectors.joining(", ", "[", "]")));
    return numbers.values();
  }

  /** Whole numbers in brackets that must be given. */
  public List<Integer> wholes(String name) {
    return numbers(name).stream().map(value -> whole(name, value)).toList();
  }

  /** Two whole numbers in brackets, or one for both, that must be given. */
  public List<Integer> wholePair(String name) {
    return pair(name).stream().map(value -> whole(name, value)).toList();
  }

  /** {@code true} or {@code false}, or a default. */
  public boolean flag(String name, boolean otherwise) {
    return word(name, Boolean.toString(otherwise), "true", "false").equals("true");
  }

  /** The constant of an enum, written in lower case, or a default. */
  public <E extends Enum<E>> E choice(String name, E otherwise) {
    return choice(name, otherwise.getDeclaringClass(), otherwise.name());
  }

  /** The constant of an enum, written in lower case, that must be given. */
  public <E extends Enum<E>> E choice(String name, Class<E> type) {
    argument(name, true, "a word");
    return choice(name, type, "");
  }

  private <E extends Enum<E>> E choice(String name, Class<E> type, String otherwise) {
    String[] words =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .toArray(String[]::new);
    String word = word(name, otherwise.toLowerCase(Locale.ROOT), words);
    return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
  }

  /** One of some words, or a default. */
  public String word(String name, String otherwise, String... allowed) {
    Term.Argument argument = byName.get(name);
    if (argument == null) {
      return otherwise;
    }
    if (argument.value() instanceof Value.Terms terms
        && terms.terms().size() == 1
        && terms.terms().get(0).arguments().isEmpty()
        && Arrays.asList(allowed).contains(terms.terms().get(0).name())) {
      String word = terms.terms().get(0).name();
      spelled.put(name, word);
      return word;
    }
    throw error(
        argument,
        Text.of("%s of %s must be one of %s.", name, term.name(), String.join(", ", allowed)));
  }

  /** The term with all that was read from it, every argument by name. */
  public String spelling() {
    String inside =
        names.stream()
            .filter(spelled::containsKey)
            .map(name -> name + "=" + spelled.get(name))
            .collect(Collectors.joining(", "));
    return inside.isEmpty() ? term.name() : term.name() + "(" + inside + ")";
  }

  private Term.Argument argument(String name, boolean needed, String what) {
    Term.Argument argument = byName.get(name);
    if (argument == null && needed) {
      throw term.error(Text.of("%s needs %s: give %s.", term.name(), name, what));
    }
    return argument;
  }

  private TextException error(Term.Argument argument, String complaint) {
    return new TextException(term.text(), argument.position(), complaint);
  }

  private static String known(String[] names) {
    return names.length == 0 ? "no arguments" : String.join(", ", names);
  }
}
