#include "winograd_float32.h"

#include "winograd_float32_transforms.h"

typedef be_winograd_float32_convolution convolution_t;

// Tiles that are multiplied before their outputs are computed: a multiple of every group below.
enum { KEPT = 24 };

/// Tiles that are transformed before they are multiplied: they take a sixth of the cache.
static ptrdiff_t tiles_at_once(const be_winograd_float32_shape *shape) {
  const ptrdiff_t bytes = ELEMENTS * 16 * sizeof(float) * sixteens_of(shape->inputs);
  const ptrdiff_t tiles = shape->cache_bytes / 6 / bytes / KEPT * KEPT;
  return tiles < KEPT ? KEPT : least(tiles, 10 * KEPT);
}

// From one element of the transform to the next, in numbers; no powers of two, which would put all 36 into the same
// few places of a cache.
static ptrdiff_t value_stride(const be_winograd_float32_shape *shape) {
  return tiles_at_once(shape) * 16 * sixteens_of(shape->inputs) + 32;
}
enum { SUM_STRIDE = KEPT * 32 + 32 };

ptrdiff_t be_winograd_float32_tiles(const be_winograd_float32_shape *shape) {
  return shape->images * rows_of_tiles(shape->output_height) * rows_of_tiles(shape->output_width);
}

size_t be_winograd_float32_scratch_bytes(const be_winograd_float32_shape *shape) {
  return ELEMENTS * (value_stride(shape) + SUM_STRIDE) * sizeof(float);
}

/// One of the 36 products for `group` tiles and `vectors` blocks of outputs.
///
/// What comes next is fetched ahead, past the ends as well, where the next product's matrix lies: with 256 channels on
/// both sides, whose matrices take 9.4 MB, 5 to 10 % faster.
///
/// - values: sixteens of inputs, `stride` from one to the next; in each, 16 of a tile after 16 of another.
BE_INLINE void multiply(int group, int vectors, const float *values, ptrdiff_t stride, ptrdiff_t depth,
                        const float *matrix, ptrdiff_t block_stride, float *sums) {
  enum { AHEAD = 32 * 16 };
  lanes_t sum[12][2];
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < vectors; n++) sum[m][n] = 0;
  for (const float *end = matrix + depth * 16; matrix < end; values += stride) {
    UNROLL for (int m = 0; m < group; m++) __builtin_prefetch(values + stride + m * 16);
    for (ptrdiff_t in = 0; in < 16; in++, matrix += 16) {
      lanes_t out[2];
      UNROLL for (int n = 0; n < vectors; n++) {
        out[n] = load_floats(matrix + n * block_stride);
        __builtin_prefetch(matrix + n * block_stride + AHEAD);
      }
      UNROLL for (int m = 0; m < group; m++) {
        const lanes_t value = (lanes_t)values[m * 16 + in];
        UNROLL for (int n = 0; n < vectors; n++) sum[m][n] = fused(value, out[n], sum[m][n]);
      }
    }
  }
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < vectors; n++) store_floats(sums + m * 32 + n * 16, sum[m][n]);
}

/// Row `i` of a tile's outputs.
BE_INLINE void finish_row(lanes_t columns[SIDE][4], int i, lanes_t bias, bool rectifies, lanes_t row[4]) {
  lanes_t m[SIDE];
  UNROLL for (int j = 0; j < SIDE; j++) m[j] = columns[j][i];
  gather_output(m, row);
  UNROLL for (int j = 0; j < 4; j++) row[j] = rectifies ? rectified(row[j] + bias) : row[j] + bias;
}

/// The largest of 2x2, the first of equal ones or of those that are no number, and which it is.
BE_INLINE void store_largest(const plane_t *plane, ptrdiff_t row, ptrdiff_t column, const lanes_t values[4]) {
  lanes_t largest = values[0];
  be_int16_lanes place = 0;
  UNROLL for (int number = 1; number < 4; number++) {
    const be_int16_lanes isLarger = (values[number] > largest) | (values[number] != values[number]);
    largest = isLarger ? values[number] : largest;
    place = isLarger ? (be_int16_lanes)number : place;
  }
  const ptrdiff_t at = (row * (plane->width / 2) + column) * 16;
  store_floats((float *)plane->first + at, largest);
  if (!plane->places) return;
  const places_t places = __builtin_convertvector(place, places_t);
  memcpy(plane->places + at, &places, sizeof places);
}

/// A transposed times the sums times A, plus the bias, into what of the tile is in the image.
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

/// - block, pooling: the shape's and the convolution's, constants once this is inlined.
BE_INLINE void convolve(int group, int vectors, ptrdiff_t block, be_winograd_pooling pooling,
                        const convolution_t *convolution, void *scratch, ptrdiff_t first_tile,
                        ptrdiff_t last_tile) {
  const be_winograd_float32_shape *shape = &convolution->shape;
  const ptrdiff_t depth = 16 * sixteens_of(shape->inputs), sixteens = sixteens_of(shape->outputs);
  const ptrdiff_t across = rows_of_tiles(shape->output_width), down = rows_of_tiles(shape->output_height);
  const ptrdiff_t at_once = tiles_at_once(shape), stride = value_stride(shape);
  const ptrdiff_t matrix_stride = depth * 16, sixteen_stride = ELEMENTS * matrix_stride;
  float *values = scratch, *sums = values + ELEMENTS * stride;
  for (ptrdiff_t start = first_tile; start < last_tile; start += at_once) {
    const ptrdiff_t count = least(at_once, last_tile - start);
    for (ptrdiff_t done = 0; done < count;) {
      const ptrdiff_t column = (start + done) % across, row = (start + done) / across % down;
      const ptrdiff_t image = (start + done) / across / down;
      const ptrdiff_t run = least(RUN, least(across - column, count - done));
      for (ptrdiff_t in = 0; in < depth / 16; in++) {
        const plane_t plane =
            pooling == BE_WINOGRAD_SPREADS
                ? pooled_plane_of(convolution->input, convolution->places, shape->inputs, shape->height,
                                  shape->width, image, in)
                : plane_of(convolution->input, shape->inputs, block, shape->height, shape->width, image, in);
        transform_input_run(&plane, 4 * row - shape->top, 4 * column - shape->left, run,
                            values + (in * at_once + done) * 16, stride, 16);
      }
      done += run;
    }
    for (ptrdiff_t out = 0; out < sixteens; out += vectors) {
      const int some_vectors = out + vectors <= sixteens ? vectors : 1;
      for (ptrdiff_t kept = 0; kept < count; kept += KEPT) {
        const ptrdiff_t some = least(KEPT, count - kept);
        for (int element = 0; element < ELEMENTS; element++) {
          const float *matrix = convolution->matrices + out * sixteen_stride + element * matrix_stride;
          for (ptrdiff_t tile = 0; tile < some; tile += group) {
            const float *from = values + element * stride + (kept + tile) * 16;
            float *to = sums + element * SUM_STRIDE + tile * 32;
            if (some_vectors == vectors)
              multiply(group, vectors, from, at_once * 16, depth, matrix, sixteen_stride, to);
            else
              multiply(group, 1, from, at_once * 16, depth, matrix, sixteen_stride, to);
          }
        }
        for (int vector = 0; vector < some_vectors; vector++) {
          const ptrdiff_t sixteen = out + vector;
          lanes_t added = 0;
          if (convolution->bias)
            memcpy(&added, convolution->bias + 16 * sixteen,
                   least(16, shape->outputs - 16 * sixteen) * sizeof *convolution->bias);
          for (ptrdiff_t tile = 0; tile < some; tile++) {
            const ptrdiff_t number = start + kept + tile;
            const ptrdiff_t image = number / across / down;
            const plane_t plane =
                pooling == BE_WINOGRAD_POOLS
                    ? pooled_plane_of(convolution->output, convolution->places, shape->outputs,
                                      shape->output_height, shape->output_width, image, sixteen)
                    : plane_of(convolution->output, shape->outputs, block, shape->output_height,
                               shape->output_width, image, sixteen);
            finish_tile(sums + tile * 32 + vector * 16, added, convolution->rectifies, &plane,
                        number / across % down * 4, number % across * 4);
          }
        }
      }
    }
  }
}

BE_INLINE void convolve_as_said(int group, int vectors, const convolution_t *convolution, void *scratch,
                                ptrdiff_t first, ptrdiff_t last) {
  if (convolution->shape.block == 8)
    return convolve(group, vectors, 8, BE_WINOGRAD_WHOLE, convolution, scratch, first, last);
  switch (convolution->pooling) {
    case BE_WINOGRAD_WHOLE:
      return convolve(group, vectors, 16, BE_WINOGRAD_WHOLE, convolution, scratch, first, last);
    case BE_WINOGRAD_POOLS:
      return convolve(group, vectors, 16, BE_WINOGRAD_POOLS, convolution, scratch, first, last);
    case BE_WINOGRAD_SPREADS:
      return convolve(group, vectors, 16, BE_WINOGRAD_SPREADS, convolution, scratch, first, last);
  }
}

// As many sums at a time as fill the registers: 24 of 32, and 12 of 16.
static void convolve_plain(const convolution_t *convolution, void *scratch, ptrdiff_t first, ptrdiff_t last) {
  convolve_as_said(4, 1, convolution, scratch, first, last);
}

BE_TARGET_AVX2 static void convolve_avx2(const convolution_t *convolution, void *scratch, ptrdiff_t first,
                                         ptrdiff_t last) {
  convolve_as_said(6, 1, convolution, scratch, first, last);
}

BE_TARGET_AVX512 static void convolve_avx512(const convolution_t *convolution, void *scratch, ptrdiff_t first,
                                             ptrdiff_t last) {
  convolve_as_said(12, 2, convolution, scratch, first, last);
}

void be_winograd_float32_convolve(be_instruction_set set, const convolution_t *convolution, void *scratch,
                                  ptrdiff_t first, ptrdiff_t last) {
  static __typeof__(convolve_plain) *const entries[] = BE_FLOAT32_ENTRIES(convolve);
  entries[set](convolution, scratch, first, last);
}
