/**
 * Nets as values: the models of the course, the block builder, summaries and receptive fields.
 *
 * <p>A {@link kilonet.model.Stack} is written block by block, is part of a recipe, prints as JSON
 * and reads back; it becomes a configuration of Deeplearning4j for a seed and an optimizer. {@link
 * kilonet.model.Summary} counts its parameters and multiply-adds, layer by layer, without training.
 */
package kilonet.model;
