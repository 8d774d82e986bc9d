/**
 * Charts and galleries of data, nets and runs.
 *
 * <p>Each takes values of other packages (a history, a confusion matrix, pictures) and gives a
 * {@link kilonet.chart.Figure}, which notebooks show and reports file as PNG. A file carries the
 * digest of the data that it was drawn from ({@link kilonet.chart.PngNote}), so that a picture of
 * something else is found.
 */
package kilonet.chart;
