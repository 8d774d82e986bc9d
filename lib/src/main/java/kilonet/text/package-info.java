/**
 * The small language in which recipes write augmentations and schedules, its error messages, and
 * whether a person is there to read.
 */
package kilonet.text;
