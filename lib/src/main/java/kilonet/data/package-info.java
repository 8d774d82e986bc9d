/**
 * Pictures and how they reach a net: MNIST and other sets that are known by name, digits drawn by a
 * generator, folders of one's own pictures, and batches.
 *
 * <p>Pictures stay 8-bit in memory ({@link kilonet.data.ImageSet}); they become floating-point
 * numbers, augmented and normalized, in {@link kilonet.data.Batches}, beside training.
 */
package kilonet.data;
