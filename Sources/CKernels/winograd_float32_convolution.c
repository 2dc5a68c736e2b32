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
BE_INLINE void multiply(int group, int vectors, const float *values, ptrdiff_t depth, const float *matrix,
                        ptrdiff_t block_stride, float *sums) {
  lanes_t sum[12][2];
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < vectors; n++) sum[m][n] = 0;
  for (ptrdiff_t in = 0; in < depth; in++) {
    lanes_t out[2];
    UNROLL for (int n = 0; n < vectors; n++) out[n] = load_floats(matrix + n * block_stride + in * 16);
    UNROLL for (int m = 0; m < group; m++) {
      const lanes_t value = (lanes_t)values[m * depth + in];
      UNROLL for (int n = 0; n < vectors; n++) sum[m][n] = fused(value, out[n], sum[m][n]);
    }
  }
  UNROLL for (int m = 0; m < group; m++)
    UNROLL for (int n = 0; n < vectors; n++) store_floats(sums + m * 32 + n * 16, sum[m][n]);
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
  UNROLL for (int i = 0; i < 4; i++) {
    if (y + i >= plane->height) break;
    lanes_t m[SIDE], result[4];
    UNROLL for (int j = 0; j < SIDE; j++) m[j] = columns[j][i];
    gather_output(m, result);
    UNROLL for (int j = 0; j < 4; j++) {
      if (x + j >= plane->width) break;
      const lanes_t finished = result[j] + bias;
      store_pixel(plane, y + i, x + j, rectifies ? rectified(finished) : finished);
    }
  }
}

/// - block: the shape's, a constant once this is inlined.
BE_INLINE void convolve(int group, int vectors, ptrdiff_t block, const convolution_t *convolution, void *scratch,
                        ptrdiff_t first_tile, ptrdiff_t last_tile) {
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
            plane_of(convolution->input, shape->inputs, block, shape->height, shape->width, image, in);
        transform_input_run(&plane, 4 * row - shape->top, 4 * column - shape->left, run,
                            values + done * depth + in * 16, stride, depth);
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
            const float *from = values + element * stride + (kept + tile) * depth;
            float *to = sums + element * SUM_STRIDE + tile * 32;
            if (some_vectors == vectors)
              multiply(group, vectors, from, depth, matrix, sixteen_stride, to);
            else
              multiply(group, 1, from, depth, matrix, sixteen_stride, to);
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
            const plane_t plane = plane_of(convolution->output, shape->outputs, block, shape->output_height,
                                           shape->output_width, number / across / down, sixteen);
            finish_tile(sums + tile * 32 + vector * 16, added, convolution->rectifies, &plane,
                        number / across % down * 4, number % across * 4);
          }
        }
      }
    }
  }
}

// As many sums at a time as fill the registers: 24 of 32, and 12 of 16.
static void convolve_plain(const convolution_t *convolution, void *scratch, ptrdiff_t first, ptrdiff_t last) {
  if (convolution->shape.block == 16) convolve(4, 1, 16, convolution, scratch, first, last);
  else convolve(4, 1, 8, convolution, scratch, first, last);
}

BE_TARGET_AVX2 static void convolve_avx2(const convolution_t *convolution, void *scratch, ptrdiff_t first,
                                         ptrdiff_t last) {
  if (convolution->shape.block == 16) convolve(6, 1, 16, convolution, scratch, first, last);
  else convolve(6, 1, 8, convolution, scratch, first, last);
}

BE_TARGET_AVX512 static void convolve_avx512(const convolution_t *convolution, void *scratch, ptrdiff_t first,
                                             ptrdiff_t last) {
  if (convolution->shape.block == 16) convolve(12, 2, 16, convolution, scratch, first, last);
  else convolve(12, 2, 8, convolution, scratch, first, last);
}

void be_winograd_float32_convolve(be_instruction_set set, const convolution_t *convolution, void *scratch,
                                  ptrdiff_t first, ptrdiff_t last) {
  static __typeof__(convolve_plain) *const entries[] = BE_FLOAT32_ENTRIES(convolve);
  entries[set](convolution, scratch, first, last);
}
