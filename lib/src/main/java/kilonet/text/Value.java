package kilonet.text;

import java.util.List;

/** What an argument can be. */
public sealed interface Value {

  /** A number, such as {@code 7} or {@code 1e-5}. */
  record Number(double value) implements Value {}

  /** A range, such as {@code 0.9..1.1}. */
  record Range(double low, double high) implements Value {}

  /** Numbers, such as {@code [6, 12]}. */
  record Numbers(List<Double> values) implements Value {}

  /** A word, such as {@code bilinear}, or terms, such as {@code rotation(7) + shift(2)}. */
  record Terms(List<Term> terms) implements Value {}
}
