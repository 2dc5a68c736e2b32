#include "winograd_float32.h"

#include "winograd_float32_transforms.h"

typedef be_winograd_float32_convolution convolution_t;

// This file is compiled a second time, with eight lanes for AVX2. The second object file defines only this function.
__attribute__((visibility("hidden"))) void be_winograd_float32_convolve_avx2(
    const convolution_t *convolution, void *scratch, ptrdiff_t first, ptrdiff_t last);

// The number of tiles that are multiplied before their outputs are computed. It is a multiple of every `group` and
// `alone` that this file's entries pass to convolve_as_said.
enum { KEPT = LANE_COUNT == 8 ? 12 : 24 };

/// Returns the number of tiles that are transformed before they are multiplied. The tiles fill a sixth of the cache,
/// but there are at least KEPT and at most 10 * KEPT. With AVX2 the number is KEPT, 12, because such processors may
/// have only 512 KB of cache. On two threads 12 is 5 % faster than 24, and a constant number gains another 1 %.
static ptrdiff_t tiles_at_once(const be_winograd_float32_shape *shape) {
  if (LANE_COUNT == 8) return KEPT;
  const ptrdiff_t bytes = ELEMENTS * 16 * sizeof(float) * sixteens_of(shape->inputs);
  const ptrdiff_t tiles = shape->cache_bytes / 6 / bytes / KEPT * KEPT;
  return tiles < KEPT ? KEPT : least(tiles, 10 * KEPT);
}

// The strides between elements of the transform, in floats. Powers of two would put all 36 into the same few cache
// sets.
static ptrdiff_t value_stride(const be_winograd_float32_shape *shape) {
  return tiles_at_once(shape) * 16 * sixteens_of(shape->inputs) + 32;
}
// The sums of two vectors of outputs are kept for each tile.
enum { SUMS_OF_TILE = 2 * LANE_COUNT, SUM_STRIDE = KEPT * SUMS_OF_TILE + 32 };

#if LANE_COUNT == 16

ptrdiff_t be_winograd_float32_tiles(const be_winograd_float32_shape *shape) {
  return shape->images * rows_of_tiles(shape->output_height) * rows_of_tiles(shape->output_width);
}

// The bytes are enough for eight lanes too, which need less.
size_t be_winograd_float32_scratch_bytes(const be_winograd_float32_shape *shape) {
  return ELEMENTS * (value_stride(shape) + SUM_STRIDE) * sizeof(float);
}

#endif

/// Computes one of the 36 matrix products, for `group` tiles by `vectors` times LANE_COUNT outputs.
///
/// Prefetches the next values and matrix rows, also past the end of the matrix, where the next product's matrix lies.
/// With 256 input and 256 output channels, whose matrices take 9.4 MB, prefetching is 5 to 10 % faster.
///
/// - values: vectors of LANE_COUNT inputs. Vectors of consecutive tiles are adjacent. The vectors of the next inputs
///   are `stride` floats away.
BE_INLINE void multiply(int group, int vectors, const float *values, ptrdiff_t stride, ptrdiff_t depth,
                        const float *matrix, ptrdiff_t sixteen_stride, float *sums) {
  enum { AHEAD = 32 * 16 };
  lanes_t sum[12][2];
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < vectors; n++) sum[m][n] = 0;
  for (const float *end = matrix + depth * 16; matrix < end; values += stride) {
    UNROLL for (int m = 0; m < group; m += 16 / LANE_COUNT) __builtin_prefetch(values + stride + m * LANE_COUNT);
    for (ptrdiff_t in = 0; in < LANE_COUNT; in++, matrix += 16) {
      lanes_t out[2];
      UNROLL for (int n = 0; n < vectors; n++) {
        const float *row = matrix + n * LANE_COUNT / 16 * sixteen_stride + n * LANE_COUNT % 16;
        out[n] = load_floats(row);
        if (n * LANE_COUNT % 16 == 0) __builtin_prefetch(row + AHEAD);
      }
      UNROLL for (int m = 0; m < group; m++) {
        const lanes_t value = (lanes_t)values[m * LANE_COUNT + in];
        UNROLL for (int n = 0; n < vectors; n++) sum[m][n] = fused(value, out[n], sum[m][n]);
      }
    }
  }
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < vectors; n++) store_floats(sums + m * SUMS_OF_TILE + n * LANE_COUNT, sum[m][n]);
}

/// Computes row `i` of a tile's outputs.
BE_INLINE void finish_row(lanes_t columns[SIDE][4], int i, lanes_t bias, bool rectifies, lanes_t row[4]) {
  lanes_t m[SIDE];
  UNROLL for (int j = 0; j < SIDE; j++) m[j] = columns[j][i];
  gather_output(m, row);
  UNROLL for (int j = 0; j < 4; j++) row[j] = rectifies ? rectified(row[j] + bias) : row[j] + bias;
}

/// Stores the largest of 2x2 values and its index: the first of equal ones, or the last NaN if there is one.
BE_INLINE void store_largest(const plane_t *plane, ptrdiff_t row, ptrdiff_t column, const lanes_t values[4]) {
  lanes_t largest = values[0];
  numbers_t place = 0;
  UNROLL for (int number = 1; number < 4; number++) {
    const numbers_t isLarger = (values[number] > largest) | (values[number] != values[number]);
    largest = isLarger ? values[number] : largest;
    place = isLarger ? (numbers_t)number : place;
  }
  const ptrdiff_t at = (row * (plane->width / 2) + column) * 16;
  store_floats((float *)plane->first + at, largest);
  if (!plane->places) return;
  const places_t places = __builtin_convertvector(place, places_t);
  memcpy(plane->places + at, &places, sizeof places);
}

/// Computes A^T m A plus the bias, and the ReLU if `rectifies`; m is the matrix of a tile's sums. Writes the pixels, or
/// the maxima of 2x2 pixels, that are in the image.
BE_INLINE void finish_tile(const float *sums, lanes_t bias, bool rectifies, const plane_t *plane, ptrdiff_t y,
                           ptrdiff_t x) {
  lanes_t columns[SIDE][4];
  UNROLL for (int j = 0; j < SIDE; j++) {
    lanes_t m[SIDE];
    UNROLL for (int i = 0; i < SIDE; i++) m[i] = load_floats(sums + (SIDE * i + j) * SUM_STRIDE);
    gather_output(m, columns[j]);
  }
  if (plane->is_pooled) {
    UNROLL for (int i = 0; i < 4; i += 2) {
      if (y + i + 1 >= plane->height) break;
      lanes_t upper[4], lower[4];
      finish_row(columns, i, bias, rectifies, upper);
      finish_row(columns, i + 1, bias, rectifies, lower);
      UNROLL for (int j = 0; j < 4; j += 2) {
        if (x + j + 1 >= plane->width) break;
        const lanes_t four[4] = {upper[j], upper[j + 1], lower[j], lower[j + 1]};
        store_largest(plane, (y + i) / 2, (x + j) / 2, four);
      }
    }
    return;
  }
  UNROLL for (int i = 0; i < 4; i++) {
    if (y + i >= plane->height) break;
    lanes_t row[4];
    finish_row(columns, i, bias, rectifies, row);
    UNROLL for (int j = 0; j < 4; j++) {
      if (x + j >= plane->width) break;
      store_pixel(plane, y + i, x + j, row[j]);
    }
  }
}

/// Prefetches a tile's output pixels into the second-level cache.
BE_INLINE void fetch_tile(const plane_t *plane, ptrdiff_t y, ptrdiff_t x) {
  for (ptrdiff_t i = y; i < least(y + 4, plane->height); i++)
    UNROLL for (int j = 0; j < 4; j += 2)
      __builtin_prefetch(plane->first + (i * plane->width + x + j) * plane->block, 0, 2);
}

/// Convolves the tiles from first_tile up to but not including last_tile.
///
/// - group, vectors: the number of tiles, and of vectors of outputs, that are multiplied at a time.
/// - alone: the number of tiles that are multiplied at a time when a single vector of outputs remains.
/// - block, pooling: the shape's block and the convolution's pooling. Inlining makes them constants.
BE_INLINE void convolve(int group, int vectors, int alone, ptrdiff_t block, be_winograd_pooling pooling,
                        const convolution_t *convolution, void *scratch, ptrdiff_t first_tile,
                        ptrdiff_t last_tile) {
  const be_winograd_float32_shape *shape = &convolution->shape;
  const ptrdiff_t depth = LANE_COUNT * vectors_of(shape->inputs, block);
  const ptrdiff_t output_vectors = vectors_of(shape->outputs, block);
  const ptrdiff_t across = rows_of_tiles(shape->output_width), down = rows_of_tiles(shape->output_height);
  const ptrdiff_t at_once = tiles_at_once(shape), stride = value_stride(shape);
  const ptrdiff_t matrix_stride = sixteens_of(shape->inputs) * 256, sixteen_stride = ELEMENTS * matrix_stride;
  float *values = scratch, *sums = values + ELEMENTS * stride;
  for (ptrdiff_t start = first_tile; start < last_tile; start += at_once) {
    const ptrdiff_t count = least(at_once, last_tile - start);
    for (ptrdiff_t done = 0; done < count;) {
      const ptrdiff_t column = (start + done) % across, row = (start + done) / across % down;
      const ptrdiff_t image = (start + done) / across / down;
      const ptrdiff_t run = least(RUN, least(across - column, count - done));
      for (ptrdiff_t in = 0; in < depth / LANE_COUNT; in++) {
        const plane_t plane =
            pooling == BE_WINOGRAD_SPREADS
                ? pooled_plane_of(convolution->input, convolution->places, shape->inputs, shape->height,
                                  shape->width, image, in)
                : plane_of(convolution->input, shape->inputs, block, shape->height, shape->width, image, in);
        transform_input_run(&plane, 4 * row - shape->top, 4 * column - shape->left, run,
                            values + (in * at_once + done) * LANE_COUNT, stride, LANE_COUNT);
      }
      done += run;
    }
    for (ptrdiff_t out = 0; out < output_vectors; out += vectors) {
      const int some_vectors = out + vectors <= output_vectors ? vectors : 1;
      for (ptrdiff_t kept = 0; kept < count; kept += KEPT) {
        const ptrdiff_t some = least(KEPT, count - kept);
        for (int element = 0; element < ELEMENTS; element++) {
          // Prefetching the outputs of one tile before each product is 5 to 20 % faster if they are not in the cache.
          if (LANE_COUNT == 8 && pooling != BE_WINOGRAD_POOLS && element < some)
            for (int n = 0; n < some_vectors; n++) {
              const ptrdiff_t number = start + kept + element;
              const plane_t plane = plane_of(convolution->output, shape->outputs, block, shape->output_height,
                                             shape->output_width, number / across / down, out + n);
              fetch_tile(&plane, number / across % down * 4, number % across * 4);
            }
          const float *matrix = convolution->matrices + out * LANE_COUNT / 16 * sixteen_stride + out * LANE_COUNT % 16 +
                                element * matrix_stride;
          for (ptrdiff_t tile = 0; tile < some; tile += some_vectors == vectors ? group : alone) {
            const float *from = values + element * stride + (kept + tile) * LANE_COUNT;
            float *to = sums + element * SUM_STRIDE + tile * SUMS_OF_TILE;
            if (some_vectors == vectors)
              multiply(group, vectors, from, at_once * LANE_COUNT, depth, matrix, sixteen_stride, to);
            else
              multiply(alone, 1, from, at_once * LANE_COUNT, depth, matrix, sixteen_stride, to);
          }
        }
        for (int vector = 0; vector < some_vectors; vector++) {
          const ptrdiff_t first = LANE_COUNT * (out + vector);
          lanes_t added = 0;
          if (convolution->bias && (LANE_COUNT == 16 || first < shape->outputs))
            memcpy(&added, convolution->bias + first,
                   least(LANE_COUNT, shape->outputs - first) * sizeof *convolution->bias);
          for (ptrdiff_t tile = 0; tile < some; tile++) {
            const ptrdiff_t number = start + kept + tile;
            const ptrdiff_t image = number / across / down;
            const plane_t plane =
                pooling == BE_WINOGRAD_POOLS
                    ? pooled_plane_of(convolution->output, convolution->places, shape->outputs,
                                      shape->output_height, shape->output_width, image, out + vector)
                    : plane_of(convolution->output, shape->outputs, block, shape->output_height,
                               shape->output_width, image, out + vector);
            finish_tile(sums + tile * SUMS_OF_TILE + vector * LANE_COUNT, added, convolution->rectifies, &plane,
                        number / across % down * 4, number % across * 4);
          }
        }
      }
    }
  }
}

BE_INLINE void convolve_as_said(int group, int vectors, int alone, const convolution_t *convolution, void *scratch,
                                ptrdiff_t first, ptrdiff_t last) {
  if (convolution->shape.block == 8)
    return convolve(group, vectors, alone, 8, BE_WINOGRAD_WHOLE, convolution, scratch, first, last);
  switch (convolution->pooling) {
    case BE_WINOGRAD_WHOLE:
      return convolve(group, vectors, alone, 16, BE_WINOGRAD_WHOLE, convolution, scratch, first, last);
    case BE_WINOGRAD_POOLS:
      return convolve(group, vectors, alone, 16, BE_WINOGRAD_POOLS, convolution, scratch, first, last);
    case BE_WINOGRAD_SPREADS:
      return convolve(group, vectors, alone, 16, BE_WINOGRAD_SPREADS, convolution, scratch, first, last);
  }
}

// Sums fill most registers: 24 of 32 with AVX-512, 12 of 16 with AVX2.
#if LANE_COUNT == 8

BE_TARGET_AVX2 void be_winograd_float32_convolve_avx2(const convolution_t *convolution, void *scratch, ptrdiff_t first,
                                                      ptrdiff_t last) {
  convolve_as_said(6, 2, 12, convolution, scratch, first, last);
}

#else

static void convolve_plain(const convolution_t *convolution, void *scratch, ptrdiff_t first, ptrdiff_t last) {
  convolve_as_said(4, 1, 4, convolution, scratch, first, last);
}

static void convolve_avx2(const convolution_t *convolution, void *scratch, ptrdiff_t first, ptrdiff_t last) {
  be_winograd_float32_convolve_avx2(convolution, scratch, first, last);
}

BE_TARGET_AVX512 static void convolve_avx512(const convolution_t *convolution, void *scratch, ptrdiff_t first,
                                             ptrdiff_t last) {
  convolve_as_said(12, 2, 12, convolution, scratch, first, last);
}

void be_winograd_float32_convolve(be_instruction_set set, const convolution_t *convolution, void *scratch,
                                  ptrdiff_t first, ptrdiff_t last) {
  static __typeof__(convolve_plain) *const entries[] = BE_FLOAT32_ENTRIES(convolve);
  entries[set](convolution, scratch, first, last);
}

#endif
