/**
 * Somebody's answer to the assignment, written and checked: a folder of three notebooks, the texts
 * beside them, and the files of results.
 *
 * <p>In a notebook, {@link kilonet.course.StepRun} gives recipe and data and keeps the result.
 * Afterwards {@link kilonet.course.Reports} reads the texts ({@code StepText}: targets, {@code
 * Demand}, and claims, {@code Claims}), the results ({@code StepResults}) and the notebooks with
 * their outputs ({@code Notebook}, {@code OutputCheck}); it writes opening blocks and pages, or
 * says where they disagree. {@link kilonet.course.NewCourse} begins one, {@link
 * kilonet.course.Execution} has Jupyter run it. {@link kilonet.course.Catalogue} is where recipes
 * have names; {@link kilonet.course.PublishedReport} and {@link kilonet.course.RecordsReport} are
 * further pages of our own results.
 */
package kilonet.course;
