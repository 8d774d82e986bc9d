/** The names by which notebooks that were written for IJava reach their kernel. */
package io.github.spencerpark.ijava;
