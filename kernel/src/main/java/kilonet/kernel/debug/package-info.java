/** Jupyter's debug protocol: breakpoints in cells, steps, and what variables hold. */
package kilonet.kernel.debug;
