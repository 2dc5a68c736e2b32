// The inner loops of Winograd's convolution F(2x2, 3x3) of bfloat16 images. Swift divides the work among
// threads and allocates the memory.
//
// A tile of 2x2 outputs depends on 4x4 inputs d. With the matrices
//
//   B^T = 1  0 -1  0    G = 1    0    0     A^T = 1  1  1  0
//         0  1  1  0        1/2  1/2  1/2         0  1 -1 -1
//         0 -1  1  0        1/2 -1/2  1/2
//         0  1  0 -1        0    0    1
//
// the tile is A^T [(G g G^T) . (B^T d B)] A for a kernel g, where the point multiplies element by element. Over all
// channels, the point stands for sixteen matrix products, one for each element. The kernel's gradient is the sum over
// tiles of G^T [(A y A^T) . (B^T d B)] G, where y is a tile of the outputs' gradient.
//
// Images are in oneDNN's layout nChw16c; kernels and their gradients are float32 in OIhw16i16o. Results are
// bit-identical for all instruction sets. The code without AVX-512 BF16 is very slow, and only for tests.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

// Only Swift code in the same library calls these functions. The library exports only the symbols of bigeggs.h.
#pragma GCC visibility push(hidden)

/// The shape of input and output images, which have the same height and width.
typedef struct {
  ptrdiff_t images, height, width;
  /// Channels of input and output images: multiples of 32.
  ptrdiff_t inputs, outputs;
} be_winograd_bfloat16_shape;

/// A kernel, and the matrices that it is transformed to.
typedef struct {
  ptrdiff_t inputs, outputs;
  /// Whether to turn the kernel by 180 degrees and exchange its inputs and outputs, as for the gradient of the inputs.
  bool isTurned;
  const float *_Nonnull kernel;
  /// 16 * inputs * outputs bfloat16 numbers.
  void *_Nonnull matrices;
} be_winograd_bfloat16_kernel;

/// Computes G g G^T for blocks of 16 output by 16 input channels, from first_block up to but not including last_block.
/// Blocks are numbered in the kernel's order in memory.
void be_winograd_bfloat16_transform(be_instruction_set set, const be_winograd_bfloat16_kernel *_Nonnull kernel,
                                    ptrdiff_t first_block, ptrdiff_t last_block);

/// The number of tiles that the innermost loop handles as a group. Each thread's first tile should begin a group.
enum { BE_WINOGRAD_BFLOAT16_GROUP = 8 };

typedef struct {
  be_winograd_bfloat16_shape shape;
  const void *_Nonnull input;
  const void *_Nonnull matrices;
  /// A float32 for each output channel, or NULL.
  const float *_Nullable bias;
  /// Whether to take max(x, 0) of the sum; NaN stays NaN.
  bool rectifies;
  void *_Nonnull output;
} be_winograd_bfloat16_convolution;

/// Returns the bytes of scratch that a thread needs for a convolution.
size_t be_winograd_bfloat16_scratch_bytes(const be_winograd_bfloat16_shape *_Nonnull shape);

/// Convolves the tiles from first_tile up to but not including last_tile, counted row by row, image after image.
void be_winograd_bfloat16_convolve(be_instruction_set set,
                                   const be_winograd_bfloat16_convolution *_Nonnull convolution,
                                   void *_Nonnull scratch, ptrdiff_t first_tile, ptrdiff_t last_tile);

/// The gradients of kernel and bias. They are summed in several parts.
typedef struct {
  be_winograd_bfloat16_shape shape;
  const void *_Nonnull input;
  const void *_Nonnull output_gradient;
  /// 16 * inputs * outputs float32 numbers for each part.
  float *_Nonnull sums;
  /// Sums of the outputs' gradient: for each part, a float32 for each output channel.
  float *_Nonnull bias_sums;
  float *_Nonnull kernel_gradient;
} be_winograd_bfloat16_gradient;

/// Returns the number of pairs of neighbouring tiles in all images. The kernel's gradient is summed over these pairs.
ptrdiff_t be_winograd_bfloat16_tile_pairs(const be_winograd_bfloat16_shape *_Nonnull shape);

/// Returns the bytes of scratch that a thread needs to sum a gradient.
size_t be_winograd_bfloat16_gradient_scratch_bytes(const be_winograd_bfloat16_shape *_Nonnull shape);

/// Sums (A y A^T) . (B^T d B), and y for the bias, over the pairs of tiles from first_pair up to but not including
/// last_pair. Overwrites the sums of `part`.
void be_winograd_bfloat16_sum_gradient(be_instruction_set set,
                                       const be_winograd_bfloat16_gradient *_Nonnull gradient, ptrdiff_t part,
                                       void *_Nonnull scratch, ptrdiff_t first_pair, ptrdiff_t last_pair);

/// Adds the parts' sums and transforms them into the kernel's gradient, for blocks of 16 output by 16 input channels.
void be_winograd_bfloat16_finish_gradient(be_instruction_set set,
                                          const be_winograd_bfloat16_gradient *_Nonnull gradient, ptrdiff_t parts,
                                          ptrdiff_t first_block, ptrdiff_t last_block);

#pragma GCC visibility pop
