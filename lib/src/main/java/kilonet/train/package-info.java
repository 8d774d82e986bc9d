/**
 * A run from its recipe to its verdict: {@link kilonet.train.Recipe} says what is done, {@link
 * kilonet.train.Trainer} does it, {@link kilonet.train.Result} is what came of it.
 *
 * <p>The trainer takes its pictures as the recipe splits them, gives batches to a {@code Learner}
 * (a net with its optimizer and schedule, in the fused engine or Deeplearning4j's), with what a
 * {@link kilonet.train.Teacher} says in the labels where the recipe has one, averages parameters,
 * tests after each epoch, and tells a {@link kilonet.train.Progress}. What it leaves is in a {@link
 * kilonet.train.RunFolder}; a {@code Checkpoint} there lets it go on with the same bits. {@link
 * kilonet.train.Runs} are many runs, on which {@link kilonet.train.Sweep}, {@link
 * kilonet.train.Search} and {@link kilonet.train.Ablations} stand. {@link kilonet.train.Contract}
 * is the assignment, {@link kilonet.train.Spread} the statistics over seeds.
 */
package kilonet.train;
