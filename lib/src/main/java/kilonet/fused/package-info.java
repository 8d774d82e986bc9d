/**
 * Trains and runs tiny convolutional nets at the speed of the machine's multiply-add units, with
 * DL4J's results, and with the same bits on every machine.
 *
 * <h2>Lanes</h2>
 *
 * Sixteen images lie side by side: an activation is {@code [channel][row][column][16]} floats in a
 * Java array ({@code Layout}), and every operation is the same arithmetic for sixteen images at
 * once. With {@code jdk.incubator.vector} sixteen lanes are one vector of 512 bits, two of 256 or
 * four of 128; without it they are a loop. No number of channels wastes anything.
 *
 * <h2>What flows where</h2>
 *
 * {@link kilonet.fused.FusedNetwork} is a DL4J {@code MultiLayerNetwork}. It copies DL4J's flat
 * parameter vector, has a plan compute gradients, and writes them into DL4J's flat gradient vector;
 * updaters, schedules, listeners, evaluation and serialisation do not notice.
 *
 * <ol>
 *   <li>{@code Stack} reads the layers, for images of one shape, into a list of {@code Stage}s:
 *       convolution (dense layers too), pointwise (batch norm, activation and dropout in one),
 *       pooling. A layer that has no stage is named once, and DL4J does the work.
 *   <li>{@code TrainingPlan} compiles the stages for one batch size: a {@code TrainingStage} each
 *       ({@code ConvolutionTraining}, {@code PointwiseTraining}, {@code PoolingTraining}) adds its
 *       steps to a {@code Program}. A grey image's first convolution is never stored: {@code
 *       FirstTraining} gets its statistics from the image's ({@code Moments}) and its gradient from
 *       sums. {@code InferencePlan} compiles them for any batch size, with batch norms folded into
 *       weights.
 *   <li>A {@code Program} is run by a {@code Team} of threads: each takes its own groups of sixteen
 *       through the steps of a phase, or, where there are fewer groups than threads, its share of
 *       each step. They meet where batch norm needs the statistics of the whole batch. Gradients of
 *       weights are divided by weights, not by images.
 *   <li>{@code Kernels} do the arithmetic: a convolution, and the gradient of its input, are sums
 *       over tables of taps ({@code TapSum}); the gradient of its weights are tiles of products
 *       ({@code WeightTiles}). Convolutions of 3x3 pixels between many channels are trained with
 *       transforms that save three quarters of the multiplications ({@code Winograd}); between few
 *       channels with transforms along rows, which save half of them and move less ({@code
 *       RowTiles}). Between them there is one pass over vectors. {@code VectorKernels} keep their
 *       sums in registers ({@code SumTiles} and others); {@code PlainKernels} do the same in plain
 *       Java, while the others are not compiled yet and where the module is missing ({@code
 *       KernelChoice}).
 * </ol>
 *
 * Updaters that are much work, as Muon with its {@link kilonet.fused.Orthogonalization}, are
 * divided among the team, layer by layer.
 *
 * <h2>Why the bits are the same</h2>
 *
 * A sum has one order: in a lane over taps, or over pixels and then groups, as a chain of fused
 * multiply-adds, which the Java language defines exactly; then over the sixteen lanes. It depends
 * neither on the width of vectors, nor on tiles, nor on threads. Statistics are summed as
 * differences to a channel's first pixel, and put together in double precision. Exponentials are
 * {@code Exponential}'s, logarithms {@code StrictMath}'s. What is dropped is a hash of seed, layer,
 * step, batch of the step, image and unit ({@code DropoutMask}). {@link
 * kilonet.fused.FusedNetwork#VERSION} names this arithmetic; with transforms it has {@link
 * kilonet.fused.FusedNetwork#WINOGRAD} or {@link kilonet.fused.FusedNetwork#ROWS} behind it.
 *
 * <h2>Memory</h2>
 *
 * A plan has one array, made once. Its vectors do not straddle cache lines where the garbage
 * collector puts large arrays at the start of a region, as G1 does ({@code Memory}).
 */
package kilonet.fused;
