/**
 * How good a net is: accuracy and its error, confusion, calibration, mistakes, the gap between
 * training and test.
 *
 * <p>All of it is made of {@code kilonet.train.Predictions}, the probabilities of a trained net for
 * pictures with labels, or of a run's epochs; charts and pages show it.
 */
package kilonet.evaluate;
