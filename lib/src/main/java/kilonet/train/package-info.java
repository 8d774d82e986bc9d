/**
 * A run from its recipe to its verdict: {@link kilonet.train.Recipe} says what is done, {@link
 * kilonet.train.Trainer} does it, {@link kilonet.train.Result} is what came of it.
 */
package kilonet.train;
