/** The commands that a cell can hold besides Java. */
package kilonet.kernel.magic;
