/** Runs cells of Java: cuts, compiles, loads, stops, completes and documents them. */
package kilonet.kernel.repl;
