/**
 * The small language in which recipes write augmentations and schedules, and its error messages.
 */
package kilonet.text;
