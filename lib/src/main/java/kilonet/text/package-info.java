/**
 * The small language in which recipes write augmentations and schedules, its error messages, and
 * what is written for people and machines alike.
 *
 * <p>{@link kilonet.text.TermParser} makes {@link kilonet.text.Term}s of words such as {@code
 * step(size=6, gamma=0.1)}; {@link kilonet.text.Arguments} gives their values out by name, within
 * their ranges. {@link kilonet.text.Text} formats the same in every language of a machine, {@link
 * kilonet.text.Check} refuses what is out of range, {@link kilonet.text.Version} is the one place
 * of the version. Knows nothing of all other packages.
 */
package kilonet.text;
