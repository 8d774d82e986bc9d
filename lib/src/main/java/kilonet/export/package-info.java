/**
 * Trained nets for other places: ONNX for other runtimes, C99 for microcontrollers, a page for a
 * browser.
 *
 * <p>A net is first {@linkplain kilonet.export.Folding folded} into a short list of {@linkplain
 * kilonet.export.Operation operations}, from which every format is written and which an interpreter
 * in plain Java computes, in float32 or in whole numbers, so that what is written can be held
 * against the net it came from.
 */
package kilonet.export;
