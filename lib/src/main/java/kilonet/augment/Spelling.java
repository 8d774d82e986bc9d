package kilonet.augment;

import java.util.Locale;
import java.util.StringJoiner;
import kilonet.text.Numbers;

/** Writes an augmentation as {@link Augmentations} reads it, without what is at its default. */
final class Spelling {

  private final String name;
  private final StringJoiner arguments = new StringJoiner(", ", "(", ")").setEmptyValue("");

  private Spelling(String name) {
    this.name = name;
  }

  static Spelling of(String name) {
    return new Spelling(name);
  }

  Spelling with(String value) {
    arguments.add(value);
    return this;
  }

  Spelling with(String argument, String value) {
    arguments.add(argument + "=" + value);
    return this;
  }

  Spelling with(String argument, String value, String otherwise) {
    return value.equals(otherwise) ? this : with(argument, value);
  }

  Spelling with(String argument, double value) {
    return with(argument, Numbers.text(value));
  }

  Spelling with(String argument, double value, double otherwise) {
    return value == otherwise ? this : with(argument, value);
  }

  /** What is painted, unless that is black. */
  Spelling with(String argument, Fill value) {
    return value.equals(Fill.BLACK) ? this : with(argument, value.toString());
  }

  Spelling with(String argument, Enum<?> value, Enum<?> otherwise) {
    return value == otherwise ? this : with(argument, value.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public String toString() {
    return name + arguments;
  }
}
