/** The names by which notebooks that were written for IJava say how values are shown. */
package io.github.spencerpark.jupyter.kernel.display;
