#include "winograd_float32.h"

#include "winograd_float32_transforms.h"

size_t be_winograd_float32_matrix_bytes(ptrdiff_t inputs, ptrdiff_t outputs) {
  return ELEMENTS * sixteens_of(inputs) * sixteens_of(outputs) * 256 * sizeof(float);
}

/// Assembles a square (nine taps of 16 inputs by 16 outputs) of a kernel that is stored in blocks of 8 by 8 channels.
/// A square consists of four blocks; those beyond the kernel's last are zero.
BE_INLINE void join(const be_winograd_float32_kernel *kernel, ptrdiff_t in, ptrdiff_t out, float *square) {
  const ptrdiff_t input_blocks = blocks_of(kernel->inputs, 8), output_blocks = blocks_of(kernel->outputs, 8);
  memset(square, 0, 9 * 256 * sizeof *square);
  for (int quarter = 0; quarter < 4; quarter++) {
    const ptrdiff_t from = 2 * in + quarter % 2, to = 2 * out + quarter / 2;
    if (from >= input_blocks || to >= output_blocks) continue;
    for (int row = 0; row < 9 * 8; row++)
      memcpy(square + (row / 8 * 16 + quarter % 2 * 8 + row % 8) * 16 + quarter / 2 * 8,
             kernel->kernel + ((to * input_blocks + from) * 9 * 8 + row) * 8, 8 * sizeof *square);
  }
}

/// Exchanges inputs and outputs of a square, and turns its nine taps by 180 degrees.
BE_INLINE void turn(const float *square, float *turned) {
  for (int tap = 0; tap < 9; tap++)
    for (int row = 0; row < 16; row++)
      for (int column = 0; column < 16; column++)
        turned[(8 - tap) * 256 + column * 16 + row] = square[tap * 256 + row * 16 + column];
}

BE_INLINE void transform(const be_winograd_float32_kernel *kernel, ptrdiff_t first_square, ptrdiff_t last_square) {
  const ptrdiff_t across = sixteens_of(kernel->inputs), down = sixteens_of(kernel->outputs);
  const bool isTurned = kernel->isTurned;
  for (ptrdiff_t number = first_square; number < last_square; number++) {
    const ptrdiff_t out = number / across, in = number % across;
    const float *square = kernel->kernel + number * 9 * 256;
    float joined[9 * 256], turned[9 * 256];
    if (kernel->block == 8) {
      join(kernel, in, out, joined);
      square = joined;
    }
    if (isTurned) {
      turn(square, turned);
      square = turned;
    }
    // The square's output block and input block in the matrices; a turned kernel has them exchanged.
    const ptrdiff_t to = isTurned ? in : out, from = isTurned ? out : in;
    // The number of channels that the matrix products sum over, rounded up to a multiple of 16.
    const ptrdiff_t depth = 16 * (isTurned ? down : across);
    for (int channel = 0; channel < 16; channel++) {
      lanes_t columns[3][SIDE];
      for (int x = 0; x < 3; x++) {
        lanes_t g[3];
        for (int y = 0; y < 3; y++) g[y] = load_floats(square + (3 * y + x) * 256 + channel * 16);
        spread_kernel(g, columns[x]);
      }
      for (int i = 0; i < SIDE; i++) {
        const lanes_t g[3] = {columns[0][i], columns[1][i], columns[2][i]};
        lanes_t result[SIDE];
        spread_kernel(g, result);
        for (int j = 0; j < SIDE; j++)
          store_floats(kernel->matrices + ((to * ELEMENTS + SIDE * i + j) * depth + from * 16 + channel) * 16,
                       result[j]);
      }
    }
  }
}

static void transform_plain(const be_winograd_float32_kernel *kernel, ptrdiff_t first, ptrdiff_t last) {
  transform(kernel, first, last);
}

BE_TARGET_AVX2 static void transform_avx2(const be_winograd_float32_kernel *kernel, ptrdiff_t first, ptrdiff_t last) {
  transform(kernel, first, last);
}

BE_TARGET_AVX512 static void transform_avx512(const be_winograd_float32_kernel *kernel, ptrdiff_t first,
                                              ptrdiff_t last) {
  transform(kernel, first, last);
}

void be_winograd_float32_transform(be_instruction_set set, const be_winograd_float32_kernel *kernel, ptrdiff_t first,
                                   ptrdiff_t last) {
  static __typeof__(transform_plain) *const entries[] = BE_FLOAT32_ENTRIES(transform);
  entries[set](kernel, first, last);
}
