/** How values of the libraries on the class path look in a notebook. */
package kilonet.kernel.render;
