package kilonet.fused;

/** Says which layer of a network has no fused form, and why. */
final class UnsupportedLayerException extends Exception {
  private static final long serialVersionUID = 1L;

  UnsupportedLayerException(int layer, Object what, String why) {
    super("layer " + layer + " (" + what.getClass().getSimpleName() + "): " + why);
  }
}
