/** The Jupyter protocol: sockets, messages, and what is done about each request. */
package kilonet.kernel.jupyter;
