#include "winograd_bfloat16.h"

#include "winograd_bfloat16_tiles.h"

typedef be_winograd_bfloat16_shape shape_t;
typedef be_winograd_bfloat16_convolution convolution_t;

// Products are summed for 8 tiles by 32 outputs at a time. The sums of 16 tiles are kept until all sixteen elements of
// each tile are computed.
enum { GROUP = BE_WINOGRAD_BFLOAT16_GROUP, VECTORS = 2, LANES = 16 * VECTORS, KEPT = 16 };

// The bytes of the second-level cache that transformed tiles may take; the rest is for the matrices.
enum { VALUE_BYTES = 262144 };

/// Returns the number of tiles that are transformed before they are multiplied.
static ptrdiff_t tiles_at_once(const shape_t *shape) {
  const ptrdiff_t tiles = VALUE_BYTES / (32 * shape->inputs) / KEPT * KEPT;
  return tiles < KEPT ? KEPT : tiles > 256 ? 256 : tiles;
}

// The strides between elements of the transform, in numbers. Powers of two would put all sixteen into the same few
// cache sets.
static ptrdiff_t value_stride(const shape_t *shape) { return tiles_at_once(shape) * shape->inputs + 64; }
enum { SUM_STRIDE = KEPT * LANES + 16 };

size_t be_winograd_bfloat16_scratch_bytes(const shape_t *shape) {
  return 16 * (value_stride(shape) * sizeof(bfloat) + SUM_STRIDE * sizeof(float));
}

/// Computes B^T d B of consecutive tiles in a row, stored as [elements, tiles, channels].
BE_INLINE void transform_inputs(operations_t on, const shape_t *shape, const bfloat *image, ptrdiff_t row,
                                ptrdiff_t column, ptrdiff_t count, bfloat *target, ptrdiff_t stride) {
  const ptrdiff_t plane = shape->height * shape->width * 16, width = shape->width;
  for (ptrdiff_t block = 0; block < shape->inputs / 16; block++) {
    const rows_t rows = rows_of_tile(image + block * plane, shape->height, width, row);
    lanes_t a[4], b[4], c[4], d[4];
    ptrdiff_t x = 2 * column;
    transform_column(&rows, x - 1, width, a);
    transform_column(&rows, x, width, b);
    bfloat *to = target + block * 16;
    for (ptrdiff_t tile = 0; tile < count; tile++, to += shape->inputs, x += 2) {
      transform_column(&rows, x + 1, width, c);
      transform_column(&rows, x + 2, width, d);
      UNROLL for (int i = 0; i < 4; i++) {
        store_halves(to + (4 * i) * stride, on.narrow(a[i] - c[i]));
        store_halves(to + (4 * i + 1) * stride, on.narrow(b[i] + c[i]));
        store_halves(to + (4 * i + 2) * stride, on.narrow(c[i] - b[i]));
        store_halves(to + (4 * i + 3) * stride, on.narrow(b[i] - d[i]));
        a[i] = c[i];
        b[i] = d[i];
      }
    }
  }
}

/// Computes one of the sixteen matrix products, for 8 tiles by 32 outputs.
BE_INLINE void multiply(operations_t on, const bfloat *values, const bfloat *matrix, ptrdiff_t inputs,
                        float *sums) {
  lanes_t sum[GROUP][VECTORS];
  for (int m = 0; m < GROUP; m++)
    for (int n = 0; n < VECTORS; n++) sum[m][n] = 0;
  for (ptrdiff_t in = 0; in < inputs; in += 2, matrix += 2 * LANES) {
    pairs_t out[VECTORS];
    for (int n = 0; n < VECTORS; n++) out[n] = load_pairs(matrix + n * 32);
    UNROLL for (int m = 0; m < GROUP; m++) {
      uint32_t pair;
      memcpy(&pair, values + m * inputs + in, sizeof pair);
      for (int n = 0; n < VECTORS; n++) sum[m][n] = on.add_products(sum[m][n], out[n], (pairs_t)pair);
    }
  }
  for (int m = 0; m < GROUP; m++)
    for (int n = 0; n < VECTORS; n++) store_floats(sums + m * LANES + n * 16, sum[m][n]);
}

/// Computes A^T m A plus the bias, where m is the matrix of a tile's sums.
BE_INLINE void transform_sums(const float *sums, lanes_t bias, lanes_t result[2][2]) {
  lanes_t rows[2][4];
  UNROLL for (int j = 0; j < 4; j++) {
    lanes_t m[4];
    for (int i = 0; i < 4; i++) m[i] = load_floats(sums + (4 * i + j) * SUM_STRIDE);
    rows[0][j] = m[0] + m[1] + m[2];
    rows[1][j] = m[1] - m[2] - m[3];
  }
  for (int i = 0; i < 2; i++) {
    result[i][0] = rows[i][0] + rows[i][1] + rows[i][2] + bias;
    result[i][1] = rows[i][1] - rows[i][2] - rows[i][3] + bias;
  }
}

/// Writes the pixels of a tile that are in the image, for 16 outputs.
BE_INLINE void store_tile(operations_t on, const shape_t *shape, lanes_t tile[2][2], bool rectifies, bfloat *plane,
                          ptrdiff_t y, ptrdiff_t x) {
  const lanes_t least = rectifies ? 0 : -__builtin_inff();
  bfloat *at = plane + (y * shape->width + x) * 16;
  UNROLL for (int i = 0; i < 4; i++) {
    if (y + i / 2 >= shape->height || x + i % 2 >= shape->width) continue;
    const lanes_t lanes = tile[i / 2][i % 2];
    // A comparison with NaN is false and selects `lanes`: NaN stays NaN.
    store_halves(at + (i / 2 * shape->width + i % 2) * 16, on.narrow(least > lanes ? least : lanes));
  }
}

BE_INLINE void convolve(operations_t on, const convolution_t *convolution, void *scratch, ptrdiff_t first_tile,
                        ptrdiff_t last_tile) {
  const shape_t *const shape = &convolution->shape;
  const float *const bias = convolution->bias;
  const ptrdiff_t inputs = shape->inputs, outputs = shape->outputs, pixels = shape->height * shape->width;
  const ptrdiff_t across = (shape->width + 1) / 2, down = (shape->height + 1) / 2;
  const ptrdiff_t at_once = tiles_at_once(shape), stride = value_stride(shape);
  bfloat *values = scratch;
  float *sums = (float *)(values + 16 * stride);
  for (ptrdiff_t start = first_tile; start < last_tile; start += at_once) {
    const ptrdiff_t count = last_tile - start < at_once ? last_tile - start : at_once;
    for (ptrdiff_t done = 0; done < count;) {
      const ptrdiff_t column = (start + done) % across, row = (start + done) / across % down;
      const ptrdiff_t image = (start + done) / across / down;
      const ptrdiff_t run = across - column < count - done ? across - column : count - done;
      transform_inputs(on, shape, (const bfloat *)convolution->input + image * inputs * pixels, row, column, run,
                       values + done * inputs, stride);
      done += run;
    }
    for (ptrdiff_t out = 0; out < outputs; out += LANES) {
      const bfloat *matrix = (const bfloat *)convolution->matrices + out * 16 * inputs;
      for (ptrdiff_t kept = 0; kept < count; kept += KEPT) {
        const ptrdiff_t some = count - kept < KEPT ? count - kept : KEPT;
        for (int element = 0; element < 16; element++)
          for (ptrdiff_t tile = 0; tile < some; tile += GROUP)
            multiply(on, values + element * stride + (kept + tile) * inputs, matrix + element * inputs * LANES, inputs,
                     sums + element * SUM_STRIDE + tile * LANES);
        for (ptrdiff_t tile = 0; tile < some; tile++) {
          const ptrdiff_t number = start + kept + tile, image = number / across / down;
          const ptrdiff_t y = number / across % down * 2, x = number % across * 2;
          UNROLL for (int half = 0; half < VECTORS; half++) {
            const ptrdiff_t channel = out + half * 16;
            lanes_t finished[2][2];
            transform_sums(sums + tile * LANES + half * 16, bias ? load_floats(bias + channel) : (lanes_t)0,
                           finished);
            store_tile(on, shape, finished, convolution->rectifies,
                       (bfloat *)convolution->output + (image * outputs + channel) * pixels, y, x);
          }
        }
      }
    }
  }
}

static void convolve_plain(const convolution_t *convolution, void *scratch, ptrdiff_t first, ptrdiff_t last) {
  convolve(operations_plain, convolution, scratch, first, last);
}

BE_TARGET_AVX512_BF16 static void convolve_avx512_bf16(const convolution_t *convolution, void *scratch,
                                                       ptrdiff_t first, ptrdiff_t last) {
  convolve(operations_avx512_bf16, convolution, scratch, first, last);
}

void be_winograd_bfloat16_convolve(be_instruction_set set, const convolution_t *convolution, void *scratch,
                                   ptrdiff_t first, ptrdiff_t last) {
  static __typeof__(convolve_plain) *const entries[] = BE_BFLOAT16_ENTRIES(convolve);
  entries[set](convolution, scratch, first, last);
}
