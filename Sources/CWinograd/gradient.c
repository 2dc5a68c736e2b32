#include "winograd.h"

#include "lanes.h"

#ifdef BE_WINOGRAD
#include <string.h>

// Products of one element of the transform are summed for 8 inputs and 32 outputs at a time.
enum { GROUP = 8, VECTORS = 2, LANES = 16 * VECTORS };

// What of the second-level cache transformed tiles may take.
enum { TILE_BYTES = 600000 };


ptrdiff_t be_winograd_tile_pairs(const be_winograd_shape *shape) {
  return shape->images * ((shape->height + 1) / 2) * ((shape->width + 3) / 4);
}

/// Pairs of tiles that are transformed before they are multiplied.
static ptrdiff_t pairs_at_once(const be_winograd_shape *shape) {
  const ptrdiff_t pairs = TILE_BYTES / (64 * (shape->inputs + shape->outputs));
  return pairs < 8 ? 8 : pairs > 64 ? 64 : pairs;
}

/// From one element of the transform to the next, in pairs of bfloat16; not a power of two, which would put
/// all sixteen into the same few places of a cache.
static ptrdiff_t element_stride(const be_winograd_shape *shape, ptrdiff_t channels) {
  return pairs_at_once(shape) * channels + 32;
}

size_t be_winograd_gradient_scratch_bytes(const be_winograd_shape *shape) {
  return 64 * (element_stride(shape, shape->inputs) + element_stride(shape, shape->outputs));
}

/// Bt d B of pairs of tiles that follow each other in a row.
static void transform_inputs(const be_winograd_shape *shape, const bfloat *image, ptrdiff_t row, ptrdiff_t column,
                             ptrdiff_t count, uint32_t *target, ptrdiff_t stride) {
  const ptrdiff_t channels = shape->inputs, plane = shape->height * shape->width * 16, width = shape->width;
  const __m512i order = interleaving();
  for (ptrdiff_t block = 0; block < channels / 16; block++) {
    const rows_t rows = rows_of_tile(image + block * plane, shape->height, width, row);
    __m512 a[4], b[4], c[4], d[4], e[4], f[4];
    ptrdiff_t x = 4 * column;
    transform_column(&rows, x - 1, width, a);
    transform_column(&rows, x, width, b);
    uint32_t *to = target + block * 16;
    for (ptrdiff_t pair = 0; pair < count; pair++, to += channels, x += 4) {
      transform_column(&rows, x + 1, width, c);
      transform_column(&rows, x + 2, width, d);
      transform_column(&rows, x + 3, width, e);
      transform_column(&rows, x + 4, width, f);
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) {
        store_pairs(to + (4 * i) * stride, a[i] - c[i], c[i] - e[i], order);
        store_pairs(to + (4 * i + 1) * stride, b[i] + c[i], d[i] + e[i], order);
        store_pairs(to + (4 * i + 2) * stride, c[i] - b[i], e[i] - d[i], order);
        store_pairs(to + (4 * i + 3) * stride, b[i] - d[i], d[i] - f[i], order);
        a[i] = e[i];
        b[i] = f[i];
      }
    }
  }
}

/// A y At of the same, but for the sign of the fourth row and column, which finish_gradient has.
static void transform_gradients(const be_winograd_shape *shape, const bfloat *image, ptrdiff_t row, ptrdiff_t column,
                                ptrdiff_t count, uint32_t *target, ptrdiff_t stride, float *bias_sums) {
  const ptrdiff_t channels = shape->outputs, plane = shape->height * shape->width * 16, width = shape->width;
  const __m512i order = interleaving();
  const ptrdiff_t y = 2 * row;
  const __mmask16 second = y + 1 < shape->height ? 0xffff : 0;
  for (ptrdiff_t block = 0; block < channels / 16; block++) {
    const bfloat *upper = image + block * plane + y * width * 16;
    const bfloat *lower = second ? upper + width * 16 : upper;
    uint32_t *to = target + block * 16;
    __m512 sum = _mm512_setzero_ps();
    for (ptrdiff_t pair = 0; pair < count; pair++, to += channels) {
      __m512 column_of[4][4];
#pragma clang loop unroll(full)
      for (int j = 0; j < 4; j++) {
        const ptrdiff_t x = 4 * (column + pair) + j;
        const int inside = x < width;
        const ptrdiff_t at = inside ? x * 16 : 0;
        const __m512 p = load_lanes(upper + at, inside ? 0xffff : 0), q = load_lanes(lower + at, inside ? second : 0);
        column_of[j][0] = p;
        column_of[j][1] = p + q;
        column_of[j][2] = p - q;
        column_of[j][3] = q;
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) {
        const __m512 p = column_of[0][i], q = column_of[1][i], r = column_of[2][i], s = column_of[3][i];
        store_pairs(to + (4 * i) * stride, p, r, order);
        store_pairs(to + (4 * i + 1) * stride, p + q, r + s, order);
        store_pairs(to + (4 * i + 2) * stride, p - q, r - s, order);
        store_pairs(to + (4 * i + 3) * stride, q, s, order);
        if (i == 1) sum += (p + q) + (r + s);
      }
    }
    _mm512_storeu_ps(bias_sums + block * 16, _mm512_loadu_ps(bias_sums + block * 16) + sum);
  }
}

/// Adds the products of 8 inputs and 32 outputs to their sums.
INLINE void multiply(const uint32_t *inputs, ptrdiff_t input_stride, const uint32_t *outputs, ptrdiff_t output_stride,
                     ptrdiff_t pairs, float *sums) {
  __m512 sum[GROUP][VECTORS];
  for (int m = 0; m < GROUP; m++)
    for (int n = 0; n < VECTORS; n++) sum[m][n] = _mm512_loadu_ps(sums + m * LANES + n * 16);
  for (ptrdiff_t pair = 0; pair < pairs; pair++, inputs += input_stride, outputs += output_stride) {
    __m512bh out[VECTORS];
    for (int n = 0; n < VECTORS; n++) out[n] = (__m512bh)_mm512_loadu_si512(outputs + n * 16);
#pragma clang loop unroll(full)
    for (int m = 0; m < GROUP; m++) {
      const __m512bh in = (__m512bh)_mm512_set1_epi32((int)inputs[m]);
      for (int n = 0; n < VECTORS; n++) sum[m][n] = _mm512_dpbf16_ps(sum[m][n], out[n], in);
    }
  }
  for (int m = 0; m < GROUP; m++)
    for (int n = 0; n < VECTORS; n++) _mm512_storeu_ps(sums + m * LANES + n * 16, sum[m][n]);
}

void be_winograd_sum_gradient(const be_winograd_shape *shape, const void *input, const void *output_gradient,
                              float *sums, float *bias_sums, void *scratch, ptrdiff_t first_pair,
                              ptrdiff_t last_pair) {
  const ptrdiff_t channels = shape->inputs, outputs = shape->outputs;
  const ptrdiff_t pixels = shape->height * shape->width, at_once = pairs_at_once(shape);
  const ptrdiff_t across = (shape->width + 3) / 4, down = (shape->height + 1) / 2;
  const ptrdiff_t input_stride = element_stride(shape, channels), output_stride = element_stride(shape, outputs);
  uint32_t *inputs_at = scratch, *outputs_at = inputs_at + 16 * input_stride;
  memset(sums, 0, 16 * channels * outputs * sizeof *sums);
  memset(bias_sums, 0, outputs * sizeof *bias_sums);
  for (ptrdiff_t start = first_pair; start < last_pair; start += at_once) {
    const ptrdiff_t count = last_pair - start < at_once ? last_pair - start : at_once;
    for (ptrdiff_t done = 0; done < count;) {
      const ptrdiff_t column = (start + done) % across, row = (start + done) / across % down;
      const ptrdiff_t image = (start + done) / across / down;
      const ptrdiff_t run = across - column < count - done ? across - column : count - done;
      transform_inputs(shape, (const bfloat *)input + image * channels * pixels, row, column, run,
                       inputs_at + done * channels, input_stride);
      transform_gradients(shape, (const bfloat *)output_gradient + image * outputs * pixels, row, column, run,
                          outputs_at + done * outputs, output_stride, bias_sums);
      done += run;
    }
    float *to = sums;
    for (int element = 0; element < 16; element++)
      for (ptrdiff_t in = 0; in < channels; in += GROUP)
        for (ptrdiff_t out = 0; out < outputs; out += LANES, to += GROUP * LANES)
          multiply(inputs_at + element * input_stride + in, channels, outputs_at + element * output_stride + out,
                   outputs, count, to);
  }
}

/// Gt times a column.
INLINE void gather(__m512 a, __m512 b, __m512 c, __m512 d, __m512 result[3]) {
  const __m512 half = _mm512_set1_ps(0.5f);
  const __m512 even = (b + c) * half;
  result[0] = a + even;
  result[1] = (b - c) * half;
  result[2] = even - d;
}

void be_winograd_finish_gradient(const be_winograd_shape *shape, const float *sums, ptrdiff_t threads,
                                 ptrdiff_t stride, float *kernel_gradient, ptrdiff_t first_block,
                                 ptrdiff_t last_block) {
  const ptrdiff_t channels = shape->inputs, outputs = shape->outputs;
  for (ptrdiff_t block = first_block; block < last_block; block++) {
    const ptrdiff_t out = block / (channels / 16) * 16, in = block % (channels / 16) * 16;
    for (int lane = 0; lane < 16; lane++) {
      const ptrdiff_t channel = in + lane;
      const float *from = sums + ((channel / GROUP * (outputs / LANES) + out / LANES) * GROUP + channel % GROUP) * LANES + out % LANES;
      __m512 columns[3][4], all[16];
      for (int element = 0; element < 16; element++) {
        all[element] = _mm512_setzero_ps();
        for (ptrdiff_t thread = 0; thread < threads; thread++)
          all[element] += _mm512_loadu_ps(from + element * channels * outputs + thread * stride);
      }
      for (int j = 0; j < 4; j++) {
        __m512 column[3];
        gather(all[j], all[4 + j], all[8 + j], all[12 + j], column);
        for (int i = 0; i < 3; i++) columns[i][j] = column[i];
      }
      for (int i = 0; i < 3; i++) {
        __m512 row[3];
        gather(columns[i][0], columns[i][1], columns[i][2], columns[i][3], row);
        for (int j = 0; j < 3; j++)
          _mm512_storeu_ps(kernel_gradient + block * 9 * 256 + (3 * i + j) * 256 + lane * 16, row[j]);
      }
    }
  }
}
#else
ptrdiff_t be_winograd_tile_pairs(const be_winograd_shape *shape) { return 0; }
size_t be_winograd_gradient_scratch_bytes(const be_winograd_shape *shape) { return 0; }
void be_winograd_sum_gradient(const be_winograd_shape *shape, const void *input, const void *output_gradient,
                              float *sums, float *bias_sums, void *scratch, ptrdiff_t first_pair,
                              ptrdiff_t last_pair) {}
void be_winograd_finish_gradient(const be_winograd_shape *shape, const float *sums, ptrdiff_t threads,
                                 ptrdiff_t stride, float *kernel_gradient, ptrdiff_t first_block,
                                 ptrdiff_t last_block) {}
#endif
