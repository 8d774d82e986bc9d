/**
 * Pictures of digits and how they reach a net: MNIST, digits drawn by a generator, and batches.
 *
 * <p>Pictures stay 8-bit in memory ({@link kilonet.data.ImageSet}); they become floating-point
 * numbers, augmented and normalized, in {@link kilonet.data.Batches}, beside training.
 */
package kilonet.data;
