/** The command line: runs, installs, removes and examines the kernel. */
package kilonet.kernel.install;
