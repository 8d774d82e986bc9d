/**
 * Layers that Deeplearning4j's sequential nets lack: an addition of what stood earlier in the
 * chain, and a convolution in groups. And what all that read a net's layers share: the {@linkplain
 * kilonet.layer.Shape shape} of a picture, the {@linkplain kilonet.layer.Window window} that slides
 * over it, the {@linkplain kilonet.layer.ParameterPlaces order} in which Deeplearning4j keeps
 * weights.
 *
 * <h2>Residual additions</h2>
 *
 * A residual net adds to a value what it was some layers before (He and others: <i>Deep Residual
 * Learning for Image Recognition</i>, 2016). A {@code MultiLayerNetwork} is a chain, and so are the
 * files, checkpoints, updaters and exports that are built on it. So the addition is written as
 * marks on the chain:
 *
 * <pre>
 *   … {@link kilonet.layer.Keep} a … {@link kilonet.layer.Add} a …                          x + f(x)
 *   … {@link kilonet.layer.Keep} a … {@link kilonet.layer.Recall} a … {@link kilonet.layer.Add} a …            g(x) + f(x)
 * </pre>
 *
 * <p>The layers between are ordinary ones. The other road, one layer that wraps a whole block,
 * would hide its convolutions and batch norms from all that reads a net layer by layer: which
 * parameters decay, which are running statistics, how many there are, what is seen of the picture,
 * what can be folded.
 *
 * <p>Marks of one name find each other while a network is made: Deeplearning4j makes its layers one
 * after the other in one thread. Files name these classes, so that a reader needs this library
 * beside Deeplearning4j.
 *
 * <p>There is no group norm and no layer norm: they need statistics of each picture, for which the
 * engine has no pass; batch norm is what small nets of pictures use.
 */
package kilonet.layer;
