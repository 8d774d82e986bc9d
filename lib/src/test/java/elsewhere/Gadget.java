package elsewhere;

/** A class that is no part of a net, and whose code runs as soon as it is looked for by name. */
public final class Gadget {

  static {
    System.setProperty("elsewhere.Gadget", "ran");
  }
}
