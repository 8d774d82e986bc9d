/** The steps of the assignment, what they claim, and the reports that are written and checked. */
package kilonet.course;
