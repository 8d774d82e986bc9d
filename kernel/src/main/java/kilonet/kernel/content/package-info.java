/** What messages hold: JSON, and values in the forms that notebooks show. */
package kilonet.kernel.content;
