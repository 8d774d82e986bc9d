/**
 * Random changes of pictures, with the meaning and the names of torchvision.
 *
 * <p>{@link kilonet.augment.Augmentations} reads a recipe's words, such as {@code rotation(7) +
 * cutout(4)}, into an {@link kilonet.augment.Augmentation}. {@code kilonet.data.Batches} gives it
 * each picture as a frame of floating-point numbers and a stream of draws that follows from seed,
 * epoch and the picture's number; what comes out goes to the net. A {@link
 * kilonet.augment.BatchAugmentation} mixes the pictures and labels of a whole batch afterwards.
 */
package kilonet.augment;
