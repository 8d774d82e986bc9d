/** The command line: options in, one line of JSON out, everything else in other packages. */
package kilonet.cli;
