/**
 * Trains and runs tiny convolutional nets at the speed of the machine's multiply-add units, with
 * DL4J's results.
 *
 * <h2>What flows where</h2>
 *
 * {@link kilonet.fused.FusedNetwork} is a DL4J {@code MultiLayerNetwork}. It copies DL4J's flat
 * parameter vector, has a plan compute gradients, and writes them into DL4J's flat gradient vector;
 * updaters, schedules, listeners, evaluation and serialisation do not notice.
 *
 * <ol>
 *   <li>{@code Stack} reads the layers into a list of {@code Stage}s: convolution (dense layers
 *       too), pointwise (batch norm, activation and dropout in one), pooling. A layer that has no
 *       stage is named once, and DL4J does the work.
 *   <li>{@code TrainingPlan} compiles the stages for one batch size: a {@code TrainingStage} each
 *       ({@code ConvolutionTraining}, {@code PointwiseTraining}, {@code PoolingTraining}; {@code
 *       FoldedTraining} for two at once), oneDNN primitives bound to memory, once. {@code
 *       InferencePlan} compiles them for any batch size, with batch norms folded into weights.
 *   <li>{@code Team} runs a plan: a few threads, each with its own images.
 * </ol>
 *
 * <h2>Why it is fast</h2>
 *
 * <ul>
 *   <li><b>Chunks.</b> A batch is cut into chunks of 16 images, or of 32 or 64 where a net has
 *       hundreds of thousands or millions of weights, as a chunk goes through all of them; a small
 *       batch of such a net keeps few threads busy. A thread takes a chunk through as many
 *       operations as it can before another chunk, so that what one operation writes the next one
 *       finds in the cache. All threads meet only where the batch norm needs the statistics of the
 *       whole batch. oneDNN itself runs on one thread: no OpenMP barriers.
 *   <li><b>One memory format.</b> Activations lie in blocks of 16 channels ({@code nChw16c}), or of
 *       8 where the processor has no AVX-512, padded with zeros, from the first layer to the head;
 *       nothing is reordered in between.
 *   <li><b>Few passes.</b> The first convolution takes its batch norm in: the moments of the images
 *       ({@code PatchMoments}) tell its statistics beforehand, and its gradient's correction
 *       afterwards. Behind other convolutions, a channelwise 1x1 convolution does batch norm,
 *       activation and dropout's scale in one pass; its weight gradient gives the sums that batch
 *       norm needs, both ways. What scales the error goes into the weights of the convolution
 *       before. Dropout draws what it drops, not what it keeps, and writes zeros there; behind a
 *       ReLU it needs no pass back: the sign tells. A ReLU before a max pooling is done behind it.
 *   <li><b>Fewer multiplications.</b> Wide 3x3 convolutions are computed Winograd's way where
 *       oneDNN has it, which takes AVX-512.
 *   <li><b>Nothing allocated.</b> Calls are bound to their memory when the plan is made.
 * </ul>
 *
 * <h2>Why it is repeatable</h2>
 *
 * Chunks do not depend on the number of threads; each has its own partial sums, added in the
 * chunks' order, in double precision for statistics. Dropout's stream is counted by seed, layer,
 * step and image. So results are the same bit for bit whatever the number of threads.
 *
 * <h2>Native memory</h2>
 *
 * {@code NativeMemory} owns all of a plan's buffers and oneDNN objects and frees them when the
 * network is closed, or after it has become unreachable.
 */
package kilonet.fused;
