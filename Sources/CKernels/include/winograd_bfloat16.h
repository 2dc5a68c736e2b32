// Winograd's convolution F(2x2, 3x3) of images of bfloat16: the inner loops. Swift splits the work over
// threads, and gives the memory.
//
// An image of 2x2 outputs, a tile, depends on 4x4 inputs d. With the matrices
//
//   Bt = 1  0 -1  0    G = 1    0    0     At = 1  1  1  0
//        0  1  1  0        1/2  1/2  1/2        0  1 -1 -1
//        0 -1  1  0        1/2 -1/2  1/2
//        0  1  0 -1        0    0    1
//
// it is At [(G g Gt) . (Bt d B)] A for a kernel g, where . multiplies element by element: over all channels
// sixteen products of matrices, one for each element. The kernel's gradient is, with y a tile of the outputs'
// gradient, the sum over tiles Gt [(A y At) . (Bt d B)] G.
//
// Images are in oneDNN's layout nChw16c, kernels and their gradients are float32 in OIhw16i16o. With each instruction
// set the results are the same to the last bit; without AVX-512 BF16 they take very long, and are there for tests.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

// For Swift in the same library alone: what that exports is bigeggs.h's.
#pragma GCC visibility push(hidden)

/// Of the image that is read and of the one that is put out, which is as high and wide.
typedef struct {
  ptrdiff_t images, height, width;
  /// Channels of the two: multiples of 32.
  ptrdiff_t inputs, outputs;
} be_winograd_bfloat16_shape;

/// A kernel to be transformed.
typedef struct {
  ptrdiff_t inputs, outputs;
  /// For the convolution that gives the inputs' gradient, with the kernel turned by 180 degrees and inputs and
  /// outputs exchanged.
  bool isTurned;
  const float *_Nonnull kernel;
  /// 16 * inputs * outputs numbers of bfloat16.
  void *_Nonnull matrices;
} be_winograd_bfloat16_kernel;

/// Computes G g Gt for blocks of 16 outputs and 16 inputs, numbered as they follow each other in the kernel.
void be_winograd_bfloat16_transform(be_instruction_set set, const be_winograd_bfloat16_kernel *_Nonnull kernel,
                                    ptrdiff_t first_block, ptrdiff_t last_block);

/// Tiles that the innermost loop takes at a time: no thread should begin within such a group.
enum { BE_WINOGRAD_BFLOAT16_GROUP = 8 };

typedef struct {
  be_winograd_bfloat16_shape shape;
  const void *_Nonnull input;
  const void *_Nonnull matrices;
  /// A float32 for each output channel, or none.
  const float *_Nullable bias;
  /// max(x, 0) of the sum.
  bool rectifies;
  void *_Nonnull output;
} be_winograd_bfloat16_convolution;

/// Bytes of scratch that a thread needs for a convolution.
size_t be_winograd_bfloat16_scratch_bytes(const be_winograd_bfloat16_shape *_Nonnull shape);

/// Convolves: the tiles first_tile up to but not including last_tile, counted in rows, images after each other.
void be_winograd_bfloat16_convolve(be_instruction_set set,
                                   const be_winograd_bfloat16_convolution *_Nonnull convolution,
                                   void *_Nonnull scratch, ptrdiff_t first_tile, ptrdiff_t last_tile);

/// The gradients of kernel and bias, which are summed up in several parts.
typedef struct {
  be_winograd_bfloat16_shape shape;
  const void *_Nonnull input;
  const void *_Nonnull output_gradient;
  /// For each part 16 * inputs * outputs float32.
  float *_Nonnull sums;
  /// For each part a float32 for each output: the sums of the outputs' gradient.
  float *_Nonnull bias_sums;
  float *_Nonnull kernel_gradient;
} be_winograd_bfloat16_gradient;

/// Pairs of neighbouring tiles in all images: what the gradient of a kernel is summed over.
ptrdiff_t be_winograd_bfloat16_tile_pairs(const be_winograd_bfloat16_shape *_Nonnull shape);

/// Bytes of scratch that a thread needs to sum up a gradient.
size_t be_winograd_bfloat16_gradient_scratch_bytes(const be_winograd_bfloat16_shape *_Nonnull shape);

/// Sums (A y At) . (Bt d B) up over pairs of tiles, and replaces the sums of a part by them.
void be_winograd_bfloat16_sum_gradient(be_instruction_set set,
                                       const be_winograd_bfloat16_gradient *_Nonnull gradient, ptrdiff_t part,
                                       void *_Nonnull scratch, ptrdiff_t first_pair, ptrdiff_t last_pair);

/// Adds the sums of the parts and turns them into the kernel's gradient, for blocks of 16 outputs and 16 inputs.
void be_winograd_bfloat16_finish_gradient(be_instruction_set set,
                                          const be_winograd_bfloat16_gradient *_Nonnull gradient, ptrdiff_t parts,
                                          ptrdiff_t first_block, ptrdiff_t last_block);

#pragma GCC visibility pop
