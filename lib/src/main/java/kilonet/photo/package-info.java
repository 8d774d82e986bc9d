/** Digits read off photographs. */
package kilonet.photo;
