/**
 * What a cell of a notebook can use of the kernel: display, progress, input, and the interface by
 * which other libraries show their values. The packages below it are the kernel itself, which cells
 * do not see.
 */
package kilonet.kernel;
