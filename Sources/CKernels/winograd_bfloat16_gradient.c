#include "winograd_bfloat16.h"

#include "winograd_bfloat16_tiles.h"

typedef be_winograd_bfloat16_shape shape_t;
typedef be_winograd_bfloat16_gradient gradient_t;

// The products of one element of the transform are summed for 8 inputs by 32 outputs at a time.
enum { GROUP = 8, VECTORS = 2, LANES = 16 * VECTORS };

// The bytes of the second-level cache that transformed tiles may take.
enum { TILE_BYTES = 600000 };

ptrdiff_t be_winograd_bfloat16_tile_pairs(const shape_t *shape) {
  return shape->images * ((shape->height + 1) / 2) * ((shape->width + 3) / 4);
}

/// Returns the number of pairs of tiles that are transformed before they are multiplied.
static ptrdiff_t pairs_at_once(const shape_t *shape) {
  const ptrdiff_t pairs = TILE_BYTES / (64 * (shape->inputs + shape->outputs));
  return pairs < 8 ? 8 : pairs > 64 ? 64 : pairs;
}

/// Returns the stride between elements of the transform, in pairs of bfloat16. A power of two would put all sixteen
/// into the same few cache sets.
static ptrdiff_t element_stride(const shape_t *shape, ptrdiff_t channels) {
  return pairs_at_once(shape) * channels + 32;
}

size_t be_winograd_bfloat16_gradient_scratch_bytes(const shape_t *shape) {
  return 64 * (element_stride(shape, shape->inputs) + element_stride(shape, shape->outputs));
}

/// Computes B^T d B of consecutive pairs of tiles in a row, stored as [elements, pairs, channels].
BE_INLINE void transform_inputs(operations_t on, const shape_t *shape, const bfloat *image, ptrdiff_t row,
                                ptrdiff_t column, ptrdiff_t count, uint32_t *target, ptrdiff_t stride) {
  const ptrdiff_t channels = shape->inputs, plane = shape->height * shape->width * 16, width = shape->width;
  for (ptrdiff_t block = 0; block < channels / 16; block++) {
    const rows_t rows = rows_of_tile(image + block * plane, shape->height, width, row);
    lanes_t a[4], b[4], c[4], d[4], e[4], f[4];
    ptrdiff_t x = 4 * column;
    transform_column(&rows, x - 1, width, a);
    transform_column(&rows, x, width, b);
    uint32_t *to = target + block * 16;
    for (ptrdiff_t pair = 0; pair < count; pair++, to += channels, x += 4) {
      transform_column(&rows, x + 1, width, c);
      transform_column(&rows, x + 2, width, d);
      transform_column(&rows, x + 3, width, e);
      transform_column(&rows, x + 4, width, f);
      UNROLL for (int i = 0; i < 4; i++) {
        store_pairs(to + (4 * i) * stride, on.narrow_pairs(a[i] - c[i], c[i] - e[i]));
        store_pairs(to + (4 * i + 1) * stride, on.narrow_pairs(b[i] + c[i], d[i] + e[i]));
        store_pairs(to + (4 * i + 2) * stride, on.narrow_pairs(c[i] - b[i], e[i] - d[i]));
        store_pairs(to + (4 * i + 3) * stride, on.narrow_pairs(b[i] - d[i], d[i] - f[i]));
        a[i] = e[i];
        b[i] = f[i];
      }
    }
  }
}

/// Computes A y A^T of consecutive pairs of tiles in a row, without the negative sign of the fourth row and column.
/// finish_gradient applies the sign. Adds y to the sums for the bias.
BE_INLINE void transform_gradients(operations_t on, const shape_t *shape, const bfloat *image, ptrdiff_t row,
                                   ptrdiff_t column, ptrdiff_t count, uint32_t *target, ptrdiff_t stride,
                                   float *bias_sums) {
  const ptrdiff_t channels = shape->outputs, plane = shape->height * shape->width * 16, width = shape->width;
  const ptrdiff_t y = 2 * row;
  const bool has_lower = y + 1 < shape->height;
  for (ptrdiff_t block = 0; block < channels / 16; block++) {
    const bfloat *upper = image + block * plane + y * width * 16;
    uint32_t *to = target + block * 16;
    lanes_t sum = 0;
    for (ptrdiff_t pair = 0; pair < count; pair++, to += channels) {
      lanes_t column_of[4][4];
      UNROLL for (int j = 0; j < 4; j++) {
        const ptrdiff_t x = 4 * (column + pair) + j;
        const lanes_t p = be_load_bfloat16(x < width ? upper + x * 16 : outside);
        const lanes_t q = be_load_bfloat16(x < width && has_lower ? upper + (width + x) * 16 : outside);
        column_of[j][0] = p;
        column_of[j][1] = p + q;
        column_of[j][2] = p - q;
        column_of[j][3] = q;
      }
      UNROLL for (int i = 0; i < 4; i++) {
        const lanes_t p = column_of[0][i], q = column_of[1][i], r = column_of[2][i], s = column_of[3][i];
        store_pairs(to + (4 * i) * stride, on.narrow_pairs(p, r));
        store_pairs(to + (4 * i + 1) * stride, on.narrow_pairs(p + q, r + s));
        store_pairs(to + (4 * i + 2) * stride, on.narrow_pairs(p - q, r - s));
        store_pairs(to + (4 * i + 3) * stride, on.narrow_pairs(q, s));
        if (i == 1) sum += (p + q) + (r + s);
      }
    }
    store_floats(bias_sums + block * 16, load_floats(bias_sums + block * 16) + sum);
  }
}

/// Adds the products of one element of the transform to the sums of 8 inputs by 32 outputs.
BE_INLINE void multiply(operations_t on, const uint32_t *inputs, ptrdiff_t input_stride, const uint32_t *outputs,
                        ptrdiff_t output_stride, ptrdiff_t pairs, float *sums) {
  lanes_t sum[GROUP][VECTORS];
  for (int m = 0; m < GROUP; m++)
    for (int n = 0; n < VECTORS; n++) sum[m][n] = load_floats(sums + m * LANES + n * 16);
  for (ptrdiff_t pair = 0; pair < pairs; pair++, inputs += input_stride, outputs += output_stride) {
    pairs_t out[VECTORS];
    for (int n = 0; n < VECTORS; n++) out[n] = load_pairs(outputs + n * 16);
    UNROLL for (int m = 0; m < GROUP; m++) {
      const pairs_t in = (pairs_t)inputs[m];
      for (int n = 0; n < VECTORS; n++) sum[m][n] = on.add_products(sum[m][n], out[n], in);
    }
  }
  for (int m = 0; m < GROUP; m++)
    for (int n = 0; n < VECTORS; n++) store_floats(sums + m * LANES + n * 16, sum[m][n]);
}

BE_INLINE void sum_gradient(operations_t on, const gradient_t *gradient, ptrdiff_t part, void *scratch,
                            ptrdiff_t first_pair, ptrdiff_t last_pair) {
  const shape_t *const shape = &gradient->shape;
  const ptrdiff_t channels = shape->inputs, outputs = shape->outputs;
  float *const sums = gradient->sums + part * 16 * channels * outputs;
  float *const bias_sums = gradient->bias_sums + part * outputs;
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
      transform_inputs(on, shape, (const bfloat *)gradient->input + image * channels * pixels, row, column, run,
                       inputs_at + done * channels, input_stride);
      transform_gradients(on, shape, (const bfloat *)gradient->output_gradient + image * outputs * pixels, row,
                          column, run, outputs_at + done * outputs, output_stride, bias_sums);
      done += run;
    }
    float *to = sums;
    for (int element = 0; element < 16; element++)
      for (ptrdiff_t in = 0; in < channels; in += GROUP)
        for (ptrdiff_t out = 0; out < outputs; out += LANES, to += GROUP * LANES)
          multiply(on, inputs_at + element * input_stride + in, channels,
                   outputs_at + element * output_stride + out, outputs, count, to);
  }
}

/// Computes G^T times a column, and applies the negative sign of the column's fourth element.
BE_INLINE void gather(lanes_t a, lanes_t b, lanes_t c, lanes_t d, lanes_t result[3]) {
  const lanes_t even = (b + c) * 0.5f;
  result[0] = a + even;
  result[1] = (b - c) * 0.5f;
  result[2] = even - d;
}

BE_INLINE void finish_gradient(const gradient_t *gradient, ptrdiff_t parts, ptrdiff_t first_block,
                               ptrdiff_t last_block) {
  const ptrdiff_t channels = gradient->shape.inputs, outputs = gradient->shape.outputs;
  for (ptrdiff_t block = first_block; block < last_block; block++) {
    const ptrdiff_t out = block / (channels / 16) * 16, in = block % (channels / 16) * 16;
    for (int lane = 0; lane < 16; lane++) {
      const ptrdiff_t channel = in + lane;
      const ptrdiff_t group = channel / GROUP * (outputs / LANES) + out / LANES;
      const float *from = gradient->sums + (group * GROUP + channel % GROUP) * LANES + out % LANES;
      lanes_t columns[3][4], all[16];
      for (int element = 0; element < 16; element++) {
        all[element] = 0;
        for (ptrdiff_t part = 0; part < parts; part++)
          all[element] += load_floats(from + (part * 16 + element) * channels * outputs);
      }
      for (int j = 0; j < 4; j++) {
        lanes_t column[3];
        gather(all[j], all[4 + j], all[8 + j], all[12 + j], column);
        for (int i = 0; i < 3; i++) columns[i][j] = column[i];
      }
      for (int i = 0; i < 3; i++) {
        lanes_t row[3];
        gather(columns[i][0], columns[i][1], columns[i][2], columns[i][3], row);
        for (int j = 0; j < 3; j++)
          store_floats(gradient->kernel_gradient + block * 9 * 256 + (3 * i + j) * 256 + lane * 16, row[j]);
      }
    }
  }
}

static void sum_gradient_plain(const gradient_t *gradient, ptrdiff_t part, void *scratch, ptrdiff_t first,
                               ptrdiff_t last) {
  sum_gradient(operations_plain, gradient, part, scratch, first, last);
}

BE_TARGET_AVX512_BF16 static void sum_gradient_avx512_bf16(const gradient_t *gradient, ptrdiff_t part, void *scratch,
                                                           ptrdiff_t first, ptrdiff_t last) {
  sum_gradient(operations_avx512_bf16, gradient, part, scratch, first, last);
}

void be_winograd_bfloat16_sum_gradient(be_instruction_set set, const gradient_t *gradient, ptrdiff_t part,
                                       void *scratch, ptrdiff_t first, ptrdiff_t last) {
  static __typeof__(sum_gradient_plain) *const entries[] = BE_BFLOAT16_ENTRIES(sum_gradient);
  entries[set](gradient, part, scratch, first, last);
}

static void finish_gradient_plain(const gradient_t *gradient, ptrdiff_t parts, ptrdiff_t first, ptrdiff_t last) {
  finish_gradient(gradient, parts, first, last);
}

BE_TARGET_AVX512_BF16 static void finish_gradient_avx512_bf16(const gradient_t *gradient, ptrdiff_t parts,
                                                              ptrdiff_t first, ptrdiff_t last) {
  finish_gradient(gradient, parts, first, last);
}

void be_winograd_bfloat16_finish_gradient(be_instruction_set set, const gradient_t *gradient, ptrdiff_t parts,
                                          ptrdiff_t first, ptrdiff_t last) {
  static __typeof__(finish_gradient_plain) *const entries[] = BE_BFLOAT16_ENTRIES(finish_gradient);
  entries[set](gradient, parts, first, last);
}
