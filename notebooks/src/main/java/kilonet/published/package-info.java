/**
 * The experiments that five people published for the assignment: as recipes, whose names {@code
 * kilonet.course.Catalogue} knows, and what their authors say that they reached.
 */
package kilonet.published;
