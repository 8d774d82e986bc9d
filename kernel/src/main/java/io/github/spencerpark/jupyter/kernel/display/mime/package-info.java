/** The names by which notebooks that were written for IJava write MIME types. */
package io.github.spencerpark.jupyter.kernel.display.mime;
