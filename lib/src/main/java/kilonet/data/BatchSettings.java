package kilonet.data;

import kilonet.augment.Augmentation;
import kilonet.augment.BatchAugmentation;

/**
 * What batches are like, as {@link Batches.Builder} says.
 *
 * @param set the images
 * @param batchSize images in a batch
 * @param shuffled whether each epoch has an order of its own
 * @param seed what order and augmentation depend on
 * @param augmentation how an image is changed at random, or null
 * @param mixing how a batch is mixed at random, or null
 * @param augmentedUntil the epoch, counted from 0 and in parts, from which on batches are neither
 *     augmented nor mixed
 * @param normalization what becomes of pixels
 * @param labels what stands for the one-hot labels, {@code [image][output]}, or null
 * @param labelSmoothing the smoothing's epsilon, from 0 to below 1
 * @param outputs columns of the labels
 * @param workers threads that make batches
 */
record BatchSettings(
    ImageSet set,
    int batchSize,
    boolean shuffled,
    long seed,
    Augmentation augmentation,
    BatchAugmentation mixing,
    double augmentedUntil,
    Normalization normalization,
    float[][] labels,
    float labelSmoothing,
    int outputs,
    int workers) {}
