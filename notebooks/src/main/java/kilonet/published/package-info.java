/** The experiments that five people published for the assignment, as recipes. */
package kilonet.published;
