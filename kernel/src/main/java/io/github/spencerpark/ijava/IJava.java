package io.github.spencerpark.ijava;

/** Where notebooks that were written for IJava find their kernel. */
public final class IJava {
  private static final JavaKernel KERNEL = new JavaKernel();

  private IJava() {}

  /**
   * The kernel.
   *
   * @return always the same
   */
  public static JavaKernel getKernelInstance() {
    return KERNEL;
  }
}
