/* @title@. See @file@.h. */
#include "@file@.h"

#ifdef @NAME@_PROBABILITIES
#include <math.h>
#endif
#ifdef @NAME@_MAIN
#include <stdio.h>
#endif

/* Values lie in the order row, column, channel; weights in the order output, row, column, input. */
typedef struct {
  const @weight@ *weights;
  const @sum@ *bias;
@int8   const int32_t *multipliers;
@float   float slope; /* what values below zero are multiplied by */
  int32_t to; /* where in the activations the layer writes */
  int32_t taps; /* weights of an output */
  int16_t kind; /* 0: convolution, 1: average, 2: maximum */
  int16_t in_height, in_width, in_channels;
  int16_t out_height, out_width, out_channels;
  int16_t inputs, outputs; /* of a group */
  int16_t kernel_height, kernel_width, run; /* columns whose inputs lie side by side */
  int16_t stride_height, stride_width;
  int16_t pad_top, pad_left;
  int16_t dilation_height, dilation_width;
  int16_t pool_height, pool_width; /* of the maximum that is taken of a convolution at once */
@int8   uint8_t in_zero, out_zero, shift;
  uint8_t flag; /* a convolution's: ReLU; an average's: what lies beyond the edge counts as zero */
} layer;

@constants_text@
static const layer layers[@layers@] = {
@layers_text@
};

static @value@ activations[@arena_values@];

/* The innermost loop: kept apart, it has the registers for itself. At least one product. */
#if defined(__GNUC__)
__attribute__((noinline))
#endif
static @sum@ dot(const @weight@ *w, const @value@ *v, int32_t n, @sum@ result@zero_parameter@) {
  const @weight@ *const end = w + n;
  do {
    result += @product@;
  } while (w != end);
  return result;
}

/*
 * What a convolution sums for one output, whose inputs start at the channel "group", with the
 * window's first pixel at a row and a column.
 */
static @sum@ sum(const layer *l, const @value@ *in, int32_t output, int32_t group, int32_t row,
    int32_t column) {
  const @weight@ *weight = l->weights + output * l->taps;
  @sum@ result = l->bias[output];
  for (int32_t ky = 0; ky < l->kernel_height; ky++) {
    const int32_t y = row + ky * l->dilation_height;
    for (int32_t kx = 0; kx < l->kernel_width; kx += l->run) {
      const int32_t x = column + kx * l->dilation_width;
      const int32_t first = x < 0 ? -x : 0;
      const int32_t end = l->in_width - x < l->run ? l->in_width - x : l->run;
      if (y >= 0 && y < l->in_height && first < end) {
        const @value@ *v = in + (y * l->in_width + x + first) * l->in_channels + group;
        result = dot(weight + first * l->inputs, v, (end - first) * l->inputs, result@zero_argument@);
      }
      weight += l->run * l->inputs;
    }
  }
  return result;
}

@int8 /* A sum as a step from 0 to 255. */
@int8 static uint8_t step(const layer *l, int32_t sum_of, int32_t multiplier) {
@int8   int64_t value = (int64_t)sum_of * multiplier;
@int8   value += (int64_t)(2 * l->out_zero + 1) << (l->shift - 1);
@int8   if (value < 0) {
@int8     return 0;
@int8   }
@int8   value >>= l->shift;
@int8   return value > 255 ? (uint8_t)255 : (uint8_t)value;
@int8 }
@int8 
@int8 /* A sum as a logit. */
@int8 static int32_t logit(const layer *l, int32_t sum_of, int32_t multiplier) {
@int8   const int64_t half = (int64_t)1 << (l->shift - 1);
@int8   const int64_t value = (int64_t)sum_of * multiplier;
@int8   return value < 0 ? -(int32_t)((half - value) >> l->shift) : (int32_t)((half + value) >> l->shift);
@int8 }
@int8 
@int8 /* Writes the value of an output, or of the last layer its logit. */
@int8 static void put(const layer *l, int32_t at, int32_t sum_of, int32_t multiplier, int32_t *logits) {
@int8   if (logits) {
@int8     logits[at] = logit(l, sum_of, multiplier);
@int8   } else {
@int8     activations[l->to + at] = step(l, sum_of, multiplier);
@int8   }
@int8 }
@int8 
@int8 static void convolve(const layer *l, const uint8_t *in, int32_t *logits) {
@float static void convolve(const layer *l, const float *in, float *out) {
  int32_t at = 0;
  for (int32_t y = 0; y < l->out_height; y++) {
    for (int32_t x = 0; x < l->out_width; x++) {
      int32_t group = 0;
      int32_t left = l->outputs;
      for (int32_t o = 0; o < l->out_channels; o++) {
        @sum@ most = @least@;
        for (int32_t py = 0; py < l->pool_height; py++) {
          const int32_t row = (y * l->pool_height + py) * l->stride_height - l->pad_top;
          for (int32_t px = 0; px < l->pool_width; px++) {
            const int32_t column = (x * l->pool_width + px) * l->stride_width - l->pad_left;
            const @sum@ one = sum(l, in, o, group, row, column);
            most = one > most ? one : most;
          }
        }
@int8         if (logits && l->flag && most < 0) {
@int8           most = 0;
@int8         }
@int8         put(l, at++, most, l->multipliers[o], logits);
@float         out[at++] = most > 0.0f ? most : l->slope * most;
        if (--left == 0) {
          left = l->outputs;
          group += l->inputs;
        }
      }
    }
  }
}

@pool @int8 static void pool(const layer *l, const uint8_t *in, int32_t *logits) {
@pool @float static void pool(const layer *l, const float *in, float *out) {
@pool   int32_t at = 0;
@pool   for (int32_t y = 0; y < l->out_height; y++) {
@pool     for (int32_t x = 0; x < l->out_width; x++) {
@pool       for (int32_t c = 0; c < l->out_channels; c++) {
@pool         @sum@ total = 0;
@pool         @sum@ most = @least@;
@pool         int32_t count = 0;
@pool         for (int32_t ky = 0; ky < l->kernel_height; ky++) {
@pool           const int32_t row = y * l->stride_height - l->pad_top + ky;
@pool           for (int32_t kx = 0; kx < l->kernel_width; kx++) {
@pool             const int32_t column = x * l->stride_width - l->pad_left + kx;
@pool             if (row >= 0 && row < l->in_height && column >= 0 && column < l->in_width) {
@pool               const @sum@ value = in[(row * l->in_width + column) * l->in_channels + c]@minus_zero@;
@pool               total += value;
@pool               most = value > most ? value : most;
@pool               count++;
@pool             }
@pool           }
@pool         }
@pool         if (l->flag) {
@pool           count = l->kernel_height * l->kernel_width;
@pool         }
@pool @int8         if (l->kind == 2 && !logits) {
@pool @int8           activations[l->to + at++] = (uint8_t)(most + l->in_zero);
@pool @int8         } else {
@pool @int8           put(l, at++, l->kind == 2 ? most : total, l->multipliers[l->taps > 1 ? count - 1 : 0], logits);
@pool @int8         }
@pool @float         out[at++] = l->kind == 2 ? most : total / (float)count;
@pool       }
@pool     }
@pool   }
@pool }
@pool 
int @name@_classify(const uint8_t pixels[@NAME@_INPUTS], @logit@ logits[@NAME@_CLASSES]) {
@int8   const uint8_t *from = pixels;
@float   float *from = activations;
@float   for (int32_t i = 0; i < @NAME@_INPUTS; i++) {
@float     from[i] = ((float)pixels[i] * @pixel_step@ - @mean@) / @std@;
@float   }
  for (int32_t i = 0; i < @layers@; i++) {
    const layer *l = &layers[i];
@int8     int32_t *last = i == @last@ ? logits : 0;
@float     float *to = i == @last@ ? logits : activations + l->to;
@pool     if (l->kind != 0) {
@pool @int8       pool(l, from, last);
@pool @float       pool(l, from, to);
@pool     } else {
@pool @int8       convolve(l, from, last);
@pool @float       convolve(l, from, to);
@pool     }
@nopool @int8     convolve(l, from, last);
@nopool @float     convolve(l, from, to);
@int8     from = activations + l->to;
@float     from = to;
  }
  int best = 0;
  for (int i = 1; i < @NAME@_CLASSES; i++) {
    best = logits[i] > logits[best] ? i : best;
  }
  return best;
}

#ifdef @NAME@_PROBABILITIES
void @name@_probabilities(const @logit@ logits[@NAME@_CLASSES], float probabilities[@NAME@_CLASSES]) {
  @logit@ most = logits[0];
  float total = 0.0f;
  for (int i = 1; i < @NAME@_CLASSES; i++) {
    most = logits[i] > most ? logits[i] : most;
  }
  for (int i = 0; i < @NAME@_CLASSES; i++) {
@int8     probabilities[i] = expf(((float)logits[i] - (float)most) / 65536.0f);
@float     probabilities[i] = expf(logits[i] - most);
    total += probabilities[i];
  }
  for (int i = 0; i < @NAME@_CLASSES; i++) {
    probabilities[i] /= total;
  }
}
#endif

#ifdef @NAME@_MAIN
int main(void) {
  static uint8_t pixels[@NAME@_INPUTS];
  @logit@ logits[@NAME@_CLASSES];
  size_t have = fread(pixels, 1, @NAME@_INPUTS < 16 ? @NAME@_INPUTS : 16, stdin);
  if (have == 16 && pixels[0] == 0 && pixels[1] == 0 && pixels[2] == 8 && pixels[3] == 3) {
    have = 0; /* the header of an IDX file */
  }
  for (;;) {
    have += fread(pixels + have, 1, @NAME@_INPUTS - have, stdin);
    if (have < @NAME@_INPUTS) {
      break;
    }
    have = 0;
    printf("%d", @name@_classify(pixels, logits));
    for (int i = 0; i < @NAME@_CLASSES; i++) {
@int8       printf(" %ld", (long)logits[i]);
@float       printf(" %.9g", (double)logits[i]);
    }
    printf("\n");
  }
  if (have > 0) {
    fprintf(stderr, "The last picture has %lu of %d bytes.\n", (unsigned long)have, @NAME@_INPUTS);
    return 1;
  }
  return 0;
}
#endif
