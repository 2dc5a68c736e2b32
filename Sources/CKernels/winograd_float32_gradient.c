#include "winograd_float32.h"

#include "winograd_float32_transforms.h"

typedef be_winograd_float32_gradient gradient_t;

// This file is compiled a second time, with eight lanes for AVX2. The second object file defines only this function.
__attribute__((visibility("hidden"))) void be_winograd_float32_sum_gradient_avx2(
    const gradient_t *gradient, void *scratch, ptrdiff_t part, ptrdiff_t first_sixteen, ptrdiff_t last_sixteen);

// The maximum number of sums of all parts, if there are several parts. So many sums take 2.4 MB.
enum { SUMS = ELEMENTS * 128 * 128 };

#if LANE_COUNT == 16

ptrdiff_t be_winograd_float32_sums(const be_winograd_float32_shape *shape) {
  return ELEMENTS * sixteens_of(shape->inputs) * sixteens_of(shape->outputs) * 256;
}

ptrdiff_t be_winograd_float32_parts(const be_winograd_float32_shape *shape) {
  const ptrdiff_t parts = least(16, least(SUMS / be_winograd_float32_sums(shape), shape->images));
  return parts < 1 ? 1 : parts;
}

ptrdiff_t be_winograd_float32_outputs_at_once(const be_winograd_float32_shape *shape) {
  // Sums may take 60 % of the cache, but one call always computes those of up to 128 outputs, because each call
  // transforms the inputs again. With 256 inputs and 32 outputs a call, the transforms would cost a third of the speed.
  const ptrdiff_t bytes = ELEMENTS * sixteens_of(shape->inputs) * 256 * sizeof(float);
  const ptrdiff_t fitting = shape->cache_bytes * 3 / 5 / bytes / 2 * 2;
  return 16 * least(sixteens_of(shape->outputs), fitting < 8 ? 8 : fitting);
}

#endif

/// Returns the number of tiles that are transformed before they are multiplied. The tiles fill a third of the cache,
/// but there are at least 32 and at most 128. With AVX2 the number is 24, because such processors may have only 512 KB
/// of cache. On two threads 24 is 3 % faster than 32, and a constant number gains another 4 %.
static ptrdiff_t tiles_at_once(const be_winograd_float32_shape *shape) {
  if (LANE_COUNT == 8) return 24;
  const ptrdiff_t channels = 16 * sixteens_of(shape->inputs) + be_winograd_float32_outputs_at_once(shape);
  const ptrdiff_t tiles = shape->cache_bytes / 3 / (ELEMENTS * channels * sizeof(float));
  return tiles < 32 ? 32 : least(tiles, 128);
}

// The stride between elements of the transform, in floats. A power of two would put all 36 into the same few cache
// sets.
static ptrdiff_t element_stride(const be_winograd_float32_shape *shape, ptrdiff_t channels) {
  return tiles_at_once(shape) * channels + 32;
}

#if LANE_COUNT == 16

// The bytes are enough for eight lanes too, which need less.
size_t be_winograd_float32_gradient_scratch_bytes(const be_winograd_float32_shape *shape) {
  const ptrdiff_t inputs = 16 * sixteens_of(shape->inputs), outputs = be_winograd_float32_outputs_at_once(shape);
  return ELEMENTS * (element_stride(shape, inputs) + element_stride(shape, outputs)) * sizeof(float);
}

#endif

/// Computes A y A^T of consecutive tiles in a row, for LANE_COUNT channels.
///
/// - total: the sum of y so far. Each tile's sum is added separately, so that the result does not depend on the number
///   of tiles in a call.
/// - Returns: `total` plus the sums of these tiles.
BE_INLINE lanes_t transform_gradient_run(const plane_t *plane, ptrdiff_t y, ptrdiff_t x, ptrdiff_t count, float *target,
                                       ptrdiff_t stride, ptrdiff_t step, lanes_t total) {
  for (ptrdiff_t tile = 0; tile < count; tile++) {
    lanes_t columns[4][SIDE], of_tile = 0;
    float *to = target + tile * step;
    UNROLL for (int j = 0; j < 4; j++) {
      lanes_t column[4];
      if (j % 2 == 0) fetch_ahead(plane, y, x + 4 * tile + j);
      UNROLL for (int i = 0; i < 4; i++) column[i] = pixel(plane, y + i, x + 4 * tile + j);
      of_tile += (column[0] + column[1]) + (column[2] + column[3]);
      spread_gradient(column, columns[j]);
    }
    total += of_tile;
    UNROLL for (int i = 0; i < SIDE; i++) {
      const lanes_t row[4] = {columns[0][i], columns[1][i], columns[2][i], columns[3][i]};
      lanes_t result[SIDE];
      spread_gradient(row, result);
      UNROLL for (int j = 0; j < SIDE; j++) store_floats(to + (SIDE * i + j) * stride, result[j]);
    }
  }
  return total;
}

/// Adds one of the 36 matrix products to the sums of `group` inputs by `vectors` times LANE_COUNT outputs.
BE_INLINE void multiply(int group, int vectors, const float *inputs, const float *outputs,
                        ptrdiff_t output_stride, ptrdiff_t tiles, float *sums, ptrdiff_t sixteen_stride) {
  lanes_t sum[8][2];
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < vectors; n++)
      sum[m][n] = load_floats(sums + n * LANE_COUNT / 16 * sixteen_stride + m * 16 + n * LANE_COUNT % 16);
  for (ptrdiff_t tile = 0; tile < tiles; tile++, inputs += LANE_COUNT, outputs += LANE_COUNT) {
    lanes_t out[2];
    UNROLL for (int n = 0; n < vectors; n++) out[n] = load_floats(outputs + n * output_stride);
    UNROLL for (int m = 0; m < group; m++) {
      const lanes_t in = (lanes_t)inputs[m];
      UNROLL for (int n = 0; n < vectors; n++) sum[m][n] = fused(in, out[n], sum[m][n]);
    }
  }
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < vectors; n++)
      store_floats(sums + n * LANE_COUNT / 16 * sixteen_stride + m * 16 + n * LANE_COUNT % 16, sum[m][n]);
}

/// Sums the gradients of one part, for the groups of 16 outputs from first_sixteen up to but not including
/// last_sixteen.
///
/// - group, vectors: the number of inputs, and of vectors of outputs, that are multiplied at a time.
/// - block, is_pooled: the shape's block, and whether `places` is set. Inlining makes them constants.
BE_INLINE void sum_gradient(int group, int vectors, ptrdiff_t block, bool is_pooled, const gradient_t *gradient,
                            void *scratch, ptrdiff_t part, ptrdiff_t first_sixteen, ptrdiff_t last_sixteen) {
  const be_winograd_float32_shape *shape = &gradient->shape;
  const ptrdiff_t inputs = 16 * sixteens_of(shape->inputs), outputs = 16 * (last_sixteen - first_sixteen);
  const ptrdiff_t sixteens = sixteens_of(shape->outputs), sixteen_stride = inputs * 16;
  const ptrdiff_t across = rows_of_tiles(shape->output_width), down = rows_of_tiles(shape->output_height);
  const ptrdiff_t at_once = tiles_at_once(shape), parts = be_winograd_float32_parts(shape);
  const ptrdiff_t input_stride = element_stride(shape, inputs), output_stride = element_stride(shape, outputs);
  const ptrdiff_t first = shape->images * part / parts * down * across;
  const ptrdiff_t last = shape->images * (part + 1) / parts * down * across;
  float *sums = gradient->sums + part * be_winograd_float32_sums(shape);
  float *bias_sums = gradient->bias_sums + part * 16 * sixteens;
  const ptrdiff_t input_vectors = vectors_of(shape->inputs, block), first_vector = first_sixteen * 16 / LANE_COUNT;
  const ptrdiff_t last_vector = least(last_sixteen * 16 / LANE_COUNT, vectors_of(shape->outputs, block));
  float *inputs_at = scratch, *outputs_at = inputs_at + ELEMENTS * input_stride;
  for (int element = 0; element < ELEMENTS; element++)
    memset(sums + (element * sixteens + first_sixteen) * sixteen_stride, 0, outputs * inputs * sizeof *sums);
  memset(bias_sums + 16 * first_sixteen, 0, outputs * sizeof *bias_sums);
  for (ptrdiff_t start = first; start < last; start += at_once) {
    const ptrdiff_t count = least(at_once, last - start);
    for (ptrdiff_t done = 0; done < count;) {
      const ptrdiff_t column = (start + done) % across, row = (start + done) / across % down;
      const ptrdiff_t image = (start + done) / across / down;
      const ptrdiff_t run = least(RUN, least(across - column, count - done));
      for (ptrdiff_t in = 0; in < input_vectors; in++) {
        const plane_t plane =
            plane_of(gradient->input, shape->inputs, block, shape->height, shape->width, image, in);
        transform_input_run(&plane, 4 * row - shape->top, 4 * column - shape->left, run,
                            inputs_at + (in * at_once + done) * LANE_COUNT, input_stride, LANE_COUNT);
      }
      for (ptrdiff_t out = first_vector; out < last_vector; out++) {
        const plane_t plane =
            is_pooled ? pooled_plane_of(gradient->output_gradient, gradient->places, shape->outputs,
                                        shape->output_height, shape->output_width, image, out)
                      : plane_of(gradient->output_gradient, shape->outputs, block, shape->output_height,
                                 shape->output_width, image, out);
        const lanes_t total = transform_gradient_run(
            &plane, 4 * row, 4 * column, run, outputs_at + ((out - first_vector) * at_once + done) * LANE_COUNT,
            output_stride, LANE_COUNT, load_floats(bias_sums + LANE_COUNT * out));
        store_floats(bias_sums + LANE_COUNT * out, total);
      }
      done += run;
    }
    for (int element = 0; element < ELEMENTS; element++)
      for (ptrdiff_t out = first_vector; out < last_vector; out += vectors) {
        const float *from = outputs_at + element * output_stride + (out - first_vector) * at_once * LANE_COUNT;
        for (ptrdiff_t in = 0; in < input_vectors * LANE_COUNT; in += group) {
          const float *with =
              inputs_at + element * input_stride + in / LANE_COUNT * at_once * LANE_COUNT + in % LANE_COUNT;
          float *to = sums + (element * sixteens + out * LANE_COUNT / 16) * sixteen_stride + in * 16 +
                      out * LANE_COUNT % 16;
          if (out + vectors <= last_vector)
            multiply(group, vectors, with, from, at_once * LANE_COUNT, count, to, sixteen_stride);
          else
            multiply(group, 1, with, from, at_once * LANE_COUNT, count, to, sixteen_stride);
        }
      }
  }
}

#if LANE_COUNT == 16

/// Writes a square, nine taps of 16 inputs by 16 outputs, to a kernel's gradient in blocks of 8.
BE_INLINE void divide(const float *square, const gradient_t *gradient, ptrdiff_t in, ptrdiff_t out) {
  const be_winograd_float32_shape *shape = &gradient->shape;
  const ptrdiff_t input_blocks = blocks_of(shape->inputs, 8), output_blocks = blocks_of(shape->outputs, 8);
  for (int quarter = 0; quarter < 4; quarter++) {
    const ptrdiff_t from = 2 * in + quarter % 2, to = 2 * out + quarter / 2;
    if (from >= input_blocks || to >= output_blocks) continue;
    for (int row = 0; row < 9 * 8; row++)
      memcpy(gradient->kernel_gradient + ((to * input_blocks + from) * 9 * 8 + row) * 8,
             square + (row / 8 * 16 + quarter % 2 * 8 + row % 8) * 16 + quarter / 2 * 8, 8 * sizeof *square);
  }
}

BE_INLINE void finish_gradient(const gradient_t *gradient, ptrdiff_t first_square, ptrdiff_t last_square) {
  const be_winograd_float32_shape *shape = &gradient->shape;
  const ptrdiff_t across = sixteens_of(shape->inputs), down = sixteens_of(shape->outputs);
  const ptrdiff_t parts = be_winograd_float32_parts(shape), part_stride = be_winograd_float32_sums(shape);
  for (ptrdiff_t number = first_square; number < last_square; number++) {
    const ptrdiff_t out = number / across, in = number % across;
    float joined[9 * 256], *square = shape->block == 8 ? joined : gradient->kernel_gradient + number * 9 * 256;
    for (int channel = 0; channel < 16; channel++) {
      lanes_t columns[SIDE][3];
      for (int j = 0; j < SIDE; j++) {
        lanes_t m[SIDE];
        for (int i = 0; i < SIDE; i++) {
          const float *from =
              gradient->sums + (((SIDE * i + j) * down + out) * across + in) * 256 + channel * 16;
          m[i] = load_floats(from);
          for (ptrdiff_t part = 1; part < parts; part++) m[i] += load_floats(from + part * part_stride);
        }
        gather_kernel(m, columns[j]);
      }
      for (int i = 0; i < 3; i++) {
        lanes_t m[SIDE], result[3];
        for (int j = 0; j < SIDE; j++) m[j] = columns[j][i];
        gather_kernel(m, result);
        for (int j = 0; j < 3; j++) store_floats(square + (3 * i + j) * 256 + channel * 16, result[j]);
      }
    }
    if (shape->block == 8) divide(joined, gradient, in, out);
  }
}

#endif

BE_INLINE void sum_gradient_as_said(int group, int vectors, const gradient_t *gradient, void *scratch,
                                    ptrdiff_t part, ptrdiff_t first, ptrdiff_t last) {
  if (gradient->shape.block == 8)
    sum_gradient(group, vectors, 8, false, gradient, scratch, part, first, last);
  else if (gradient->places)
    sum_gradient(group, vectors, 16, true, gradient, scratch, part, first, last);
  else
    sum_gradient(group, vectors, 16, false, gradient, scratch, part, first, last);
}

#if LANE_COUNT == 8

BE_TARGET_AVX2 void be_winograd_float32_sum_gradient_avx2(const gradient_t *gradient, void *scratch, ptrdiff_t part,
                                                          ptrdiff_t first, ptrdiff_t last) {
  sum_gradient_as_said(4, 2, gradient, scratch, part, first, last);
}

#else

// Sums fill half of the registers, 16 of 32 with AVX-512 and 8 of 16 with AVX2, and leave the others for the factors.
static void sum_gradient_plain(const gradient_t *gradient, void *scratch, ptrdiff_t part, ptrdiff_t first,
                               ptrdiff_t last) {
  sum_gradient_as_said(4, 1, gradient, scratch, part, first, last);
}

static void sum_gradient_avx2(const gradient_t *gradient, void *scratch, ptrdiff_t part, ptrdiff_t first,
                              ptrdiff_t last) {
  be_winograd_float32_sum_gradient_avx2(gradient, scratch, part, first, last);
}

BE_TARGET_AVX512 static void sum_gradient_avx512(const gradient_t *gradient, void *scratch, ptrdiff_t part,
                                                 ptrdiff_t first, ptrdiff_t last) {
  sum_gradient_as_said(8, 2, gradient, scratch, part, first, last);
}

void be_winograd_float32_sum_gradient(be_instruction_set set, const gradient_t *gradient, void *scratch,
                                      ptrdiff_t part, ptrdiff_t first, ptrdiff_t last) {
  static __typeof__(sum_gradient_plain) *const entries[] = BE_FLOAT32_ENTRIES(sum_gradient);
  entries[set](gradient, scratch, part, first, last);
}

static void finish_gradient_plain(const gradient_t *gradient, ptrdiff_t first, ptrdiff_t last) {
  finish_gradient(gradient, first, last);
}

BE_TARGET_AVX2 static void finish_gradient_avx2(const gradient_t *gradient, ptrdiff_t first, ptrdiff_t last) {
  finish_gradient(gradient, first, last);
}

BE_TARGET_AVX512 static void finish_gradient_avx512(const gradient_t *gradient, ptrdiff_t first, ptrdiff_t last) {
  finish_gradient(gradient, first, last);
}

void be_winograd_float32_finish_gradient(be_instruction_set set, const gradient_t *gradient, ptrdiff_t first,
                                         ptrdiff_t last) {
  static __typeof__(finish_gradient_plain) *const entries[] = BE_FLOAT32_ENTRIES(finish_gradient);
  entries[set](gradient, first, last);
}

#endif
