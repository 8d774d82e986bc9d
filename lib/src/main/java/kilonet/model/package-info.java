/** Nets as values: the models of the course, the block builder, summaries and receptive fields. */
package kilonet.model;
