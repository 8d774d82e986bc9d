/*
 * @title@
 *
@provenance@
 *
 * C99 without allocation. @libm@
 *
 * A picture is @shape@, a byte a pixel, row by row@channels@: 0 for the ground, 255 for full ink.
 *
 * Flash: @constants@ bytes of constants, and the code, about @code@ KB for a Cortex-M with -Os.
 * RAM:   @arena@ bytes for activations, used again and again: the most that one layer reads and
 *        writes@first@. Beside it, the picture, @logit_bytes@ bytes of logits and some 200 bytes of stack.
 *        The activations are static: only one thread may classify at a time.
 *
 * Layer by layer, with what it multiplies and adds and the bytes of its activations:
@table@
 *
@int8  * Arithmetic, by which every platform gets the same answer to the last bit:
@int8  *   A value q from 0 to 255 stands for scale * (q - zero), with a scale and a zero a layer; a
@int8  *   weight w from -127 to 127 stands for scale * w, with a scale an output channel.
@int8  *   sum     = bias + the sum of w * (q - zero)              32 bits, which it never leaves
@int8  *   product = sum * multiplier                              64 bits
@int8  *   q       = (product + zero' * 2^shift + 2^(shift - 1)) / 2^shift, rounded down, from 0 to 255
@int8  *   A logit = product / 2^shift, a half rounded away from zero: 65,536 of its steps are one.
@int8  *   Where a layer has no padding, its bias holds what its zero comes to. ReLU is the cut at 0.
@float  * Arithmetic, float32, by which every platform with IEEE 754 and without contracted expressions
@float  * (-ffp-contract=off, which gcc's -std=c99 implies) gets the same logits to the last bit:
@float  *   value = (pixel * (1 / 255) - mean) / std
@float  *   sum   = bias + w * value, the window's rows first to last, in them its columns, in them the inputs
 *
 * Probabilities, where they are wanted: define @NAME@_PROBABILITIES for the source.
 * A try at the terminal: define @NAME@_MAIN. It reads pictures of @inputs@ bytes from standard
 * input, or an IDX file of them, and prints a line for each: the class, then the logits.
 *   cc -std=c99 -O2 -D@NAME@_MAIN @file@.c -o @file@ && ./@file@ < t10k-images-idx3-ubyte
 */
#ifndef @NAME@_H
#define @NAME@_H

#include <stdint.h>

/* Pixels of a picture, and classes. */
#define @NAME@_INPUTS @inputs@
#define @NAME@_CLASSES @classes@

/*
 * The class of a picture, from 0 to @NAME@_CLASSES - 1: the first of those with the largest logit.
@int8  * Logits have 16 bits behind the point: 65,536 is one.
 */
int @name@_classify(const uint8_t pixels[@NAME@_INPUTS], @logit@ logits[@NAME@_CLASSES]);

#ifdef @NAME@_PROBABILITIES
/* The softmax of logits, with expf of the C library (-lm). */
void @name@_probabilities(const @logit@ logits[@NAME@_CLASSES], float probabilities[@NAME@_CLASSES]);
#endif

#endif
