package kilonet.course;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Words with numbers in them that stand for something, as people write them in the text of a step:
 * {@code reaches N}, {@code smaller than Step N}.
 *
 * @param words what is written, with {@code N} where a number goes
 * @param means what it stands for, for those that read the page about it
 * @param make makes that of the numbers, in the order in which they are written
 */
record Form<T>(String words, String means, Function<List<Double>, T> make) {

  private static final String NUMBER = "\\b" + "N" + "\\b";

  /** What somebody wrote stands for; nothing where it is none of some forms. */
  static <T> Optional<T> read(List<Form<T>> forms, String said) {
    return forms.stream().flatMap(form -> form.read(said).stream()).findFirst();
  }

  /** The words of all, for a sentence. */
  static <T> String list(List<Form<T>> forms) {
    return String.join("; ", forms.stream().map(form -> "'" + form.words + "'").toList());
  }

  private Optional<T> read(String said) {
    Matcher matcher =
        Pattern.compile(words.replaceAll(NUMBER, "([0-9]{1,9}(?:\\\\.[0-9]{1,9})?)"))
            .matcher(said.strip().replaceAll("\\s+", " "));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    List<Double> numbers = new ArrayList<>();
    for (int i = 1; i <= matcher.groupCount(); i++) {
      numbers.add(Double.parseDouble(matcher.group(i)));
    }
    return Optional.of(make.apply(numbers));
  }
}
