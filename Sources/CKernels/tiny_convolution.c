#include "tiny_convolution.h"

#include <stdint.h>

#include "float32_lanes.h"

// This file is compiled a second time, with eight lanes for AVX2. The second object file defines only these functions.
__attribute__((visibility("hidden"))) void be_tiny_convolve_avx2(
    const be_tiny_convolution *convolution, ptrdiff_t first, ptrdiff_t last);
__attribute__((visibility("hidden"))) void be_tiny_sum_gradient_avx2(
    const be_tiny_gradient *gradient, ptrdiff_t first, ptrdiff_t last);

/// The number of columns of a panel, and the number of vectors in a row of a panel.
enum { PANEL = 16, VECTORS = PANEL / LANE_COUNT };

BE_INLINE ptrdiff_t blocks_of(ptrdiff_t channels, ptrdiff_t block) { return (channels + block - 1) / block; }

BE_INLINE ptrdiff_t pixels_of(const be_tiny_shape *shape) { return shape->height * shape->width; }

/// Returns the number of elements of an image.
BE_INLINE ptrdiff_t image_stride(const be_tiny_shape *shape, ptrdiff_t channels) {
  return pixels_of(shape) * blocks_of(channels, shape->block) * shape->block;
}

/// Returns the offset, in elements, of a pixel's block of 8 or 16 channels in an image.
BE_INLINE ptrdiff_t block_offset(const be_tiny_shape *shape, ptrdiff_t block, ptrdiff_t pixel) {
  return (block * pixels_of(shape) + pixel) * shape->block;
}

/// Returns the index, 0 to 8, of the tap that connects an input pixel to an output pixel.
BE_INLINE int tap_of(const be_tiny_shape *shape, ptrdiff_t input, ptrdiff_t output) {
  const ptrdiff_t row = input / shape->width - output / shape->width;
  const ptrdiff_t column = input % shape->width - output % shape->width;
  return (int)(3 * (row + 1) + column + 1);
}

#if LANE_COUNT == 16

ptrdiff_t be_tiny_panels(const be_tiny_shape *shape) {
  return (image_stride(shape, shape->outputs) + PANEL - 1) / PANEL;
}

size_t be_tiny_panel_bytes(const be_tiny_shape *shape) {
  return PANEL * image_stride(shape, shape->inputs) * sizeof(float);
}

/// Copies a square of `block` by `block` channels of the kernel to `block` columns of a panel, beginning at `row`.
/// Exchanges inputs and outputs of the square if `isTurned`.
BE_INLINE void copy_square(const float *square, ptrdiff_t block, bool isTurned, float *row) {
  for (ptrdiff_t in = 0; in < block; in++, row += PANEL) {
    if (!isTurned) {
      memcpy(row, square + in * block, block * sizeof *row);
    } else {
      for (ptrdiff_t out = 0; out < block; out++) row[out] = square[out * block + in];
    }
  }
}

void be_tiny_expand(const be_tiny_kernel *kernel, ptrdiff_t first_panel, ptrdiff_t last_panel) {
  const be_tiny_shape *shape = &kernel->shape;
  const ptrdiff_t block = shape->block, pixels = pixels_of(shape);
  const ptrdiff_t input_blocks = blocks_of(shape->inputs, block), output_blocks = blocks_of(shape->outputs, block);
  const ptrdiff_t rows = image_stride(shape, shape->inputs);
  for (ptrdiff_t panel = first_panel; panel < last_panel; panel++) {
    float *first_row = kernel->panels + panel * rows * PANEL;
    for (ptrdiff_t part = 0; part < PANEL / block; part++) {
      const ptrdiff_t number = panel * (PANEL / block) + part;
      const ptrdiff_t out = number / pixels, output = number % pixels;
      float *row = first_row + part * block;
      if (out >= output_blocks) {
        for (ptrdiff_t at = 0; at < rows; at++) memset(row + at * PANEL, 0, block * sizeof *row);
        continue;
      }
      // Rows are in summation order: groups of 16 channels, pixels, channels.
      for (ptrdiff_t sixteen = 0; sixteen * 16 < shape->inputs; sixteen++) {
        for (ptrdiff_t input = 0; input < pixels; input++) {
          for (ptrdiff_t in = sixteen * (16 / block); in < (sixteen + 1) * (16 / block) && in < input_blocks; in++) {
            const ptrdiff_t square = kernel->isTurned ? (in * output_blocks + out) * 9 + tap_of(shape, output, input)
                                                      : (out * input_blocks + in) * 9 + tap_of(shape, input, output);
            copy_square(kernel->kernel + square * block * block, block, kernel->isTurned, row);
            row += block * PANEL;
          }
        }
      }
    }
  }
}

size_t be_tiny_gathered_bytes(const be_tiny_shape *shape, ptrdiff_t channels) {
  return blocks_of(channels, 16) * pixels_of(shape) * shape->images * 16 * sizeof(float);
}

/// Copies a block of channels, which begins at element `at`, as float32.
BE_INLINE void copy_block(const void *from, bool is_bfloat16, ptrdiff_t at, ptrdiff_t block, float *to) {
  if (!is_bfloat16) {
    memcpy(to, (const float *)from + at, block * sizeof *to);
    return;
  }
  for (ptrdiff_t channel = 0; channel < block; channel++) {
    const uint32_t bits = (uint32_t)((const uint16_t *)from)[at + channel] << 16;
    memcpy(to + channel, &bits, sizeof bits);
  }
}

/// Copies a group of 16 channels as float32 [pixels, images, 16 channels]. Channels of missing blocks are zero.
BE_INLINE void gather(const be_tiny_shape *shape, const void *from, bool is_bfloat16, ptrdiff_t channels,
                      ptrdiff_t sixteen, float *to) {
  const ptrdiff_t block = shape->block, stride = image_stride(shape, channels);
  for (ptrdiff_t pixel = 0; pixel < pixels_of(shape); pixel++) {
    for (ptrdiff_t image = 0; image < shape->images; image++, to += 16) {
      for (ptrdiff_t part = 0; part < 16 / block; part++) {
        const ptrdiff_t number = sixteen * (16 / block) + part;
        if (number < blocks_of(channels, block)) {
          copy_block(from, is_bfloat16, image * stride + block_offset(shape, number, pixel), block, to + part * block);
        } else {
          memset(to + part * block, 0, block * sizeof *to);
        }
      }
    }
  }
}

void be_tiny_gather(const be_tiny_gradient *gradient, ptrdiff_t first_sixteen, ptrdiff_t last_sixteen) {
  const be_tiny_shape *shape = &gradient->shape;
  const ptrdiff_t input_sixteens = blocks_of(shape->inputs, 16), rows = pixels_of(shape) * shape->images;
  for (ptrdiff_t number = first_sixteen; number < last_sixteen; number++) {
    if (number < input_sixteens) {
      gather(shape, gradient->input, gradient->is_bfloat16, shape->inputs, number,
             gradient->gathered_input + number * rows * 16);
      continue;
    }
    const ptrdiff_t out = number - input_sixteens;
    float *to = gradient->gathered_gradient + out * rows * 16;
    gather(shape, gradient->output_gradient, gradient->is_bfloat16, shape->outputs, out, to);
    if (!gradient->bias_gradient) continue;
    lanes_t sum = 0;
    for (ptrdiff_t row = 0; row < rows; row++) sum += load_floats(to + row * 16);
    for (int channel = 0; channel < 16 && out * 16 + channel < shape->outputs; channel++)
      gradient->bias_gradient[out * 16 + channel] = sum[channel];
  }
}

#endif

/// Computes a panel's columns of the product for `group` images.
BE_INLINE void multiply(int group, const be_tiny_shape *shape, const float *input, const float *panel,
                        lanes_t sums[][VECTORS]) {
  const ptrdiff_t block = shape->block, pixels = pixels_of(shape), stride = image_stride(shape, shape->inputs);
  const ptrdiff_t blocks = blocks_of(shape->inputs, block), joined = 16 / block;
  // This local array stays in registers; the array parameter might not.
  lanes_t sum[12][VECTORS];
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < VECTORS; n++) sum[m][n] = 0;
  for (ptrdiff_t first = 0; first < blocks; first += joined) {
    for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
      for (ptrdiff_t in = first; in < first + joined && in < blocks; in++) {
        const float *values = input + block_offset(shape, in, pixel);
        for (ptrdiff_t channel = 0; channel < block; channel++, panel += PANEL) {
          lanes_t row[VECTORS];
          UNROLL for (int n = 0; n < VECTORS; n++) row[n] = load_floats(panel + n * LANE_COUNT);
          UNROLL for (int m = 0; m < group; m++) {
            const lanes_t value = (lanes_t)values[m * stride + channel];
            UNROLL for (int n = 0; n < VECTORS; n++) sum[m][n] = fused(value, row[n], sum[m][n]);
          }
        }
      }
    }
  }
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < VECTORS; n++) sums[m][n] = sum[m][n];
}

BE_INLINE void finish(int group, const be_tiny_convolution *convolution, ptrdiff_t panel, const lanes_t added[VECTORS],
                      ptrdiff_t image, const float *input, const float *panels) {
  const be_tiny_shape *shape = &convolution->shape;
  const ptrdiff_t stride = image_stride(shape, shape->outputs);
  lanes_t sums[12][VECTORS];
  multiply(group, shape, input, panels, sums);
  for (int m = 0; m < group; m++) {
    for (int n = 0; n < VECTORS; n++) {
      const ptrdiff_t column = panel * PANEL + n * LANE_COUNT;
      if (column >= stride) continue;
      const lanes_t value = sums[m][n] + added[n];
      float *to = convolution->output + (image + m) * stride + column;
      const lanes_t result = convolution->rectifies ? rectified(value) : value;
      // With blocks of 8 the last panel may be half empty.
      memcpy(to, &result, (stride - column < LANE_COUNT ? stride - column : LANE_COUNT) * sizeof *to);
    }
  }
}

BE_INLINE void convolve(int group, int rest, const be_tiny_convolution *convolution, ptrdiff_t first, ptrdiff_t last) {
  const be_tiny_shape *shape = &convolution->shape;
  const ptrdiff_t rows = image_stride(shape, shape->inputs), pixels = pixels_of(shape);
  for (ptrdiff_t panel = first; panel < last; panel++) {
    float bias[PANEL] = {0};
    for (int column = 0; column < PANEL && convolution->bias; column++) {
      const ptrdiff_t number = (panel * PANEL + column) / shape->block;
      const ptrdiff_t channel = number / pixels * shape->block + (panel * PANEL + column) % shape->block;
      if (channel < shape->outputs) bias[column] = convolution->bias[channel];
    }
    lanes_t added[VECTORS];
    for (int n = 0; n < VECTORS; n++) added[n] = load_floats(bias + n * LANE_COUNT);
    const float *matrix = convolution->panels + panel * rows * PANEL;
    ptrdiff_t image = 0;
    for (; image + group <= shape->images; image += group)
      finish(group, convolution, panel, added, image, convolution->input + image * rows, matrix);
    for (; image + rest <= shape->images; image += rest)
      finish(rest, convolution, panel, added, image, convolution->input + image * rows, matrix);
    for (; image < shape->images; image++)
      finish(1, convolution, panel, added, image, convolution->input + image * rows, matrix);
  }
}

/// Computes the gradient of a tap for 16 outputs and `group` inputs: a sum over images and the pairs of pixels that the
/// tap connects.
BE_INLINE void sum_tap(int group, const be_tiny_gradient *gradient, const float *inputs, const float *outputs, int tap,
                       lanes_t sums[][VECTORS]) {
  const be_tiny_shape *shape = &gradient->shape;
  const ptrdiff_t pixels = pixels_of(shape), images = shape->images;
  lanes_t sum[12][VECTORS];
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < VECTORS; n++) sum[m][n] = 0;
  for (ptrdiff_t output = 0; output < pixels; output++) {
    for (ptrdiff_t input = 0; input < pixels; input++) {
      if (tap_of(shape, input, output) != tap) continue;
      const float *values = inputs + input * images * 16, *rows = outputs + output * images * 16;
      for (ptrdiff_t image = 0; image < images; image++, values += 16, rows += 16) {
        lanes_t row[VECTORS];
        UNROLL for (int n = 0; n < VECTORS; n++) row[n] = load_floats(rows + n * LANE_COUNT);
        UNROLL for (int m = 0; m < group; m++) {
          const lanes_t value = (lanes_t)values[m];
          UNROLL for (int n = 0; n < VECTORS; n++) sum[m][n] = fused(value, row[n], sum[m][n]);
        }
      }
    }
  }
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < VECTORS; n++) sums[m][n] = sum[m][n];
}

BE_INLINE void sum_gradient(int group, int rest, const be_tiny_gradient *gradient, ptrdiff_t first, ptrdiff_t last) {
  const be_tiny_shape *shape = &gradient->shape;
  const ptrdiff_t block = shape->block, rows = pixels_of(shape) * shape->images;
  const ptrdiff_t input_blocks = blocks_of(shape->inputs, block), output_blocks = blocks_of(shape->outputs, block);
  const ptrdiff_t across = blocks_of(shape->inputs, 16);
  for (ptrdiff_t square = first; square < last; square++) {
    const float *inputs = gradient->gathered_input + square % across * rows * 16;
    const float *outputs = gradient->gathered_gradient + square / across * rows * 16;
    for (int tap = 0; tap < 9; tap++) {
      float sums[16][PANEL] __attribute__((aligned(64)));
      int in = 0;
      for (; in + group <= 16; in += group)
        sum_tap(group, gradient, inputs + in, outputs, tap, (lanes_t(*)[VECTORS])sums[in]);
      for (; in + rest <= 16; in += rest)
        sum_tap(rest, gradient, inputs + in, outputs, tap, (lanes_t(*)[VECTORS])sums[in]);
      for (int part = 0; part < 16 * 16 / block; part++) {
        const int input = part % 16, half = part / 16;
        const ptrdiff_t from = (square % across * 16 + input) / block, to = square / across * (16 / block) + half;
        if (from >= input_blocks || to >= output_blocks) continue;
        memcpy(gradient->kernel_gradient + (((to * input_blocks + from) * 9 + tap) * block + input % block) * block,
               sums[input] + half * block, block * sizeof(float));
      }
    }
  }
}

// `group` images or inputs are computed together, then groups of `rest`, then single ones of the images. Both numbers
// are chosen so that the sums fit into the registers.
#if LANE_COUNT == 8

BE_TARGET_AVX2 void be_tiny_convolve_avx2(const be_tiny_convolution *convolution, ptrdiff_t first, ptrdiff_t last) {
  convolve(6, 4, convolution, first, last);
}

BE_TARGET_AVX2 void be_tiny_sum_gradient_avx2(const be_tiny_gradient *gradient, ptrdiff_t first, ptrdiff_t last) {
  sum_gradient(6, 4, gradient, first, last);
}

#else

static void convolve_plain(const be_tiny_convolution *convolution, ptrdiff_t first, ptrdiff_t last) {
  convolve(2, 2, convolution, first, last);
}

static void convolve_avx2(const be_tiny_convolution *convolution, ptrdiff_t first, ptrdiff_t last) {
  be_tiny_convolve_avx2(convolution, first, last);
}

BE_TARGET_AVX512 static void convolve_avx512(const be_tiny_convolution *convolution, ptrdiff_t first, ptrdiff_t last) {
  convolve(12, 4, convolution, first, last);
}

void be_tiny_convolve(be_instruction_set set, const be_tiny_convolution *convolution, ptrdiff_t first_panel,
                      ptrdiff_t last_panel) {
  static __typeof__(convolve_plain) *const entries[] = BE_FLOAT32_ENTRIES(convolve);
  entries[set](convolution, first_panel, last_panel);
}

static void sum_gradient_plain(const be_tiny_gradient *gradient, ptrdiff_t first, ptrdiff_t last) {
  sum_gradient(2, 2, gradient, first, last);
}

static void sum_gradient_avx2(const be_tiny_gradient *gradient, ptrdiff_t first, ptrdiff_t last) {
  be_tiny_sum_gradient_avx2(gradient, first, last);
}

BE_TARGET_AVX512 static void sum_gradient_avx512(const be_tiny_gradient *gradient, ptrdiff_t first, ptrdiff_t last) {
  sum_gradient(8, 4, gradient, first, last);
}

void be_tiny_sum_gradient(be_instruction_set set, const be_tiny_gradient *gradient, ptrdiff_t first_square,
                          ptrdiff_t last_square) {
  static __typeof__(sum_gradient_plain) *const entries[] = BE_FLOAT32_ENTRIES(sum_gradient);
  entries[set](gradient, first_square, last_square);
}

#endif
