/**
 * Digits read off photographs.
 *
 * <p>{@link kilonet.data.PictureFile} reads a file of a stranger within bounds and turns it the
 * right way round; {@link kilonet.photo.DigitPhoto} finds ink and paper ({@code InkMap}) and lays
 * each digit out as MNIST does, 28 x 28, for a net to read.
 */
package kilonet.photo;
