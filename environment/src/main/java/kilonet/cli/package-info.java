/**
 * The command line: a class a command, options in, words and one line of JSON out, everything else
 * in other packages. {@code Kilonet} turns exceptions into a sentence and an exit status; it is
 * here, not in the library, that options are named.
 */
package kilonet.cli;
