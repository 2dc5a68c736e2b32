#include "winograd.h"

#include "lanes.h"

#ifdef BE_WINOGRAD

bool be_winograd_is_compiled(void) { return true; }

// Products of 8 tiles and 32 outputs are summed at a time, and those of 16 tiles are kept until all of a
// tile's sixteen elements are there.
enum { GROUP = BE_WINOGRAD_GROUP, VECTORS = 2, LANES = 16 * VECTORS, KEPT = 16 };

// What of the second-level cache transformed tiles may take, which leaves a place for the matrices.
enum { VALUE_BYTES = 262144 };

/// Tiles that are transformed before they are multiplied.
static ptrdiff_t tiles_at_once(const be_winograd_shape *shape) {
  const ptrdiff_t tiles = VALUE_BYTES / (32 * shape->inputs) / KEPT * KEPT;
  return tiles < KEPT ? KEPT : tiles > 256 ? 256 : tiles;
}

// From one element of the transform to the next; not powers of two, which would put all sixteen into the same
// few places of a cache.
static ptrdiff_t value_stride(const be_winograd_shape *shape) { return tiles_at_once(shape) * shape->inputs + 64; }
enum { SUM_STRIDE = KEPT * LANES + 16 };

size_t be_winograd_scratch_bytes(const be_winograd_shape *shape) {
  return 16 * (value_stride(shape) * sizeof(bfloat) + SUM_STRIDE * sizeof(float));
}

/// Bt d B of tiles that follow each other in a row: for each element, tile and channel.
static void transform_inputs(const be_winograd_shape *shape, const bfloat *image, ptrdiff_t row, ptrdiff_t column,
                             ptrdiff_t count, bfloat *target, ptrdiff_t stride) {
  const ptrdiff_t plane = shape->height * shape->width * 16, width = shape->width;
  for (ptrdiff_t block = 0; block < shape->inputs / 16; block++) {
    const rows_t rows = rows_of_tile(image + block * plane, shape->height, width, row);
    __m512 a[4], b[4], c[4], d[4];
    ptrdiff_t x = 2 * column;
    transform_column(&rows, x - 1, width, a);
    transform_column(&rows, x, width, b);
    bfloat *to = target + block * 16;
    for (ptrdiff_t tile = 0; tile < count; tile++, to += shape->inputs, x += 2) {
      transform_column(&rows, x + 1, width, c);
      transform_column(&rows, x + 2, width, d);
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) {
        store_lanes(to + (4 * i) * stride, a[i] - c[i]);
        store_lanes(to + (4 * i + 1) * stride, b[i] + c[i]);
        store_lanes(to + (4 * i + 2) * stride, c[i] - b[i]);
        store_lanes(to + (4 * i + 3) * stride, b[i] - d[i]);
        a[i] = c[i];
        b[i] = d[i];
      }
    }
  }
}

/// One of the sixteen products for 8 tiles and 32 outputs.
INLINE void multiply(const bfloat *values, const bfloat *matrix, ptrdiff_t inputs, float *sums) {
  __m512 sum[GROUP][VECTORS];
  for (int m = 0; m < GROUP; m++)
    for (int n = 0; n < VECTORS; n++) sum[m][n] = _mm512_setzero_ps();
  for (ptrdiff_t in = 0; in < inputs; in += 2, matrix += 2 * LANES) {
    __m512bh out[VECTORS];
    for (int n = 0; n < VECTORS; n++) out[n] = (__m512bh)_mm512_loadu_si512(matrix + n * 32);
#pragma clang loop unroll(full)
    for (int m = 0; m < GROUP; m++) {
      int32_t pair;
      __builtin_memcpy(&pair, values + m * inputs + in, sizeof pair);
      for (int n = 0; n < VECTORS; n++)
        sum[m][n] = _mm512_dpbf16_ps(sum[m][n], out[n], (__m512bh)_mm512_set1_epi32(pair));
    }
  }
  for (int m = 0; m < GROUP; m++)
    for (int n = 0; n < VECTORS; n++) _mm512_storeu_ps(sums + m * LANES + n * 16, sum[m][n]);
}

/// At times the sums times A, plus the bias.
INLINE void transform_sums(const float *sums, __m512 bias, __m512 result[2][2]) {
  __m512 rows[2][4];
#pragma clang loop unroll(full)
  for (int j = 0; j < 4; j++) {
    __m512 m[4];
    for (int i = 0; i < 4; i++) m[i] = _mm512_loadu_ps(sums + (4 * i + j) * SUM_STRIDE);
    rows[0][j] = m[0] + m[1] + m[2];
    rows[1][j] = m[1] - m[2] - m[3];
  }
  for (int i = 0; i < 2; i++) {
    result[i][0] = rows[i][0] + rows[i][1] + rows[i][2] + bias;
    result[i][1] = rows[i][1] - rows[i][2] - rows[i][3] + bias;
  }
}

/// Puts out one tile for 16 outputs, or what of it is in the image.
INLINE void store_tile(const be_winograd_shape *shape, __m512 tile[2][2], bool rectifies, bfloat *plane, ptrdiff_t y,
                       ptrdiff_t x) {
  // Of two numbers that cannot be compared, the second: a NaN stays one.
  const __m512 least = _mm512_set1_ps(rectifies ? 0 : -__builtin_inff());
  bfloat *at = plane + (y * shape->width + x) * 16;
  const bool right = x + 1 < shape->width, below = y + 1 < shape->height;
  store_lanes(at, _mm512_max_ps(least, tile[0][0]));
  if (right) store_lanes(at + 16, _mm512_max_ps(least, tile[0][1]));
  if (below) store_lanes(at + shape->width * 16, _mm512_max_ps(least, tile[1][0]));
  if (right && below) store_lanes(at + shape->width * 16 + 16, _mm512_max_ps(least, tile[1][1]));
}

void be_winograd_convolve(const be_winograd_shape *shape, const void *input, const void *matrices, const float *bias,
                          bool rectifies, void *output, void *scratch, ptrdiff_t first_tile, ptrdiff_t last_tile) {
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
      transform_inputs(shape, (const bfloat *)input + image * inputs * pixels, row, column, run,
                       values + done * inputs, stride);
      done += run;
    }
    for (ptrdiff_t out = 0; out < outputs; out += LANES) {
      const bfloat *matrix = (const bfloat *)matrices + out * 16 * inputs;
      for (ptrdiff_t kept = 0; kept < count; kept += KEPT) {
        const ptrdiff_t some = count - kept < KEPT ? count - kept : KEPT;
        for (int element = 0; element < 16; element++)
          for (ptrdiff_t tile = 0; tile < some; tile += GROUP)
            multiply(values + element * stride + (kept + tile) * inputs, matrix + element * inputs * LANES, inputs,
                     sums + element * SUM_STRIDE + tile * LANES);
        for (ptrdiff_t tile = 0; tile < some; tile++) {
          const ptrdiff_t number = start + kept + tile, image = number / across / down;
          const ptrdiff_t y = number / across % down * 2, x = number % across * 2;
#pragma clang loop unroll(full)
          for (int half = 0; half < VECTORS; half++) {
            const ptrdiff_t channel = out + half * 16;
            __m512 finished[2][2];
            transform_sums(sums + tile * LANES + half * 16,
                           bias ? _mm512_loadu_ps(bias + channel) : _mm512_setzero_ps(), finished);
            store_tile(shape, finished, rectifies, (bfloat *)output + (image * outputs + channel) * pixels, y, x);
          }
        }
      }
    }
  }
}
#else
bool be_winograd_is_compiled(void) { return false; }
size_t be_winograd_scratch_bytes(const be_winograd_shape *shape) { return 0; }
void be_winograd_convolve(const be_winograd_shape *shape, const void *input, const void *matrices, const float *bias,
                          bool rectifies, void *output, void *scratch, ptrdiff_t first_tile, ptrdiff_t last_tile) {}
#endif
