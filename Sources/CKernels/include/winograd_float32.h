// Winograd's convolution F(4x4, 3x3) of float32 images: the inner loops. Swift divides the work over threads
// and gives the memory.
//
// A tile of 4x4 outputs depends on 6x6 inputs d. For a kernel g it is At [(G g Gt) . (Bt d B)] A, where . multiplies
// element by element: over all channels 36 products of matrices, one for each element, in place of 144
// multiplications for each pair of channels. The kernel's gradient is the sum over tiles
// Gt [(A y At) . (Bt d B)] G, with y a tile of the outputs' gradient.
//
// The matrices interpolate at 0, ±5/8, ±3/2 and infinity, and are exact in float32 but for G. Against float64 the
// outputs of 64 channels are off by 6e-7 of their root mean square; the direct sum in float32 is off by 3e-7, the
// usual points 0, ±1, ±2 by 15e-7.
//
// Images are in the layout nChw16c, kernels and their gradients in OIhw16i16o, or in nChw8c and OIhw8i8o. Channels
// that fill up a block are zero in all of them, and stay so. Every sum has one order, whatever the number of
// threads, the cache and the instruction set: results are the same bits.
//
// Images of at most 2x2 pixels have a convolution of their own, in tiny_convolution.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

#pragma GCC visibility push(hidden)

typedef struct {
  /// Of the image that is read.
  ptrdiff_t images, height, width;
  /// Zeros above and to the left of it.
  ptrdiff_t top, left;
  /// Of the image that is put out; whatever it needs below and to the right is zero as well.
  ptrdiff_t output_height, output_width;
  /// Channels of the two.
  ptrdiff_t inputs, outputs;
  /// Channels of a block in memory, 16 or 8, to multiples of which channels are filled up.
  ptrdiff_t block;
  /// What the second-level cache of a core holds. Speed depends on it, results do not.
  ptrdiff_t cache_bytes;
} be_winograd_float32_shape;

/// A kernel to be transformed.
typedef struct {
  ptrdiff_t inputs, outputs;
  /// Of the kernel in memory, 16 or 8.
  ptrdiff_t block;
  /// For the convolution that gives the inputs' gradient, with the kernel turned by 180 degrees and inputs and
  /// outputs exchanged.
  bool isTurned;
  const float *_Nonnull kernel;
  float *_Nonnull matrices;
} be_winograd_float32_kernel;

/// Bytes of a kernel's 36 matrices.
size_t be_winograd_float32_matrix_bytes(ptrdiff_t inputs, ptrdiff_t outputs);

/// Computes G g Gt for squares of 16 outputs and 16 inputs, numbered as they follow each other in the kernel.
void be_winograd_float32_transform(be_instruction_set set, const be_winograd_float32_kernel *_Nonnull kernel,
                                   ptrdiff_t first_square, ptrdiff_t last_square);

/// Tiles that the innermost loop takes at a time: no thread should begin within such a group.
enum { BE_WINOGRAD_FLOAT32_GROUP = 12 };

/// Whether a max pooling over 2x2 is a part of the convolution; images in blocks of 16 alone.
typedef enum {
  /// None is.
  BE_WINOGRAD_WHOLE,
  /// The output is pooled: of `output_height` by `output_width` pixels the largest of each two by two, an odd last
  /// row or column left out.
  BE_WINOGRAD_POOLS,
  /// The input is the gradient of what was pooled, and of `height` by `width` where it is spread.
  BE_WINOGRAD_SPREADS,
} be_winograd_pooling;

typedef struct {
  be_winograd_float32_shape shape;
  be_winograd_pooling pooling;
  /// For each pooled number which of the four it was, row by row, the first of equal ones: written if it pools, read
  /// if it spreads. None where nobody asks.
  uint8_t *_Nullable places;
  const float *_Nonnull input;
  const float *_Nonnull matrices;
  /// One for each output channel, or none.
  const float *_Nullable bias;
  /// max(x, 0) of the sum; a NaN stays one.
  bool rectifies;
  float *_Nonnull output;
} be_winograd_float32_convolution;

/// Tiles in all images: rows of them, images after each other.
ptrdiff_t be_winograd_float32_tiles(const be_winograd_float32_shape *_Nonnull shape);

/// Bytes of scratch that a thread needs for a convolution.
size_t be_winograd_float32_scratch_bytes(const be_winograd_float32_shape *_Nonnull shape);

/// Convolves: the tiles first_tile up to but not including last_tile.
void be_winograd_float32_convolve(be_instruction_set set, const be_winograd_float32_convolution *_Nonnull convolution,
                                  void *_Nonnull scratch, ptrdiff_t first_tile, ptrdiff_t last_tile);

/// The gradients of kernel and bias, which are summed up in several parts.
typedef struct {
  be_winograd_float32_shape shape;
  const float *_Nonnull input;
  const float *_Nonnull output_gradient;
  /// If the output was pooled: where each of its numbers comes from. The gradient is that of what was pooled.
  const uint8_t *_Nullable places;
  /// `be_winograd_float32_sums` for each part.
  float *_Nonnull sums;
  /// One for each output and part, the outputs filled up to whole 16s.
  float *_Nonnull bias_sums;
  float *_Nonnull kernel_gradient;
} be_winograd_float32_gradient;

/// The parts that a kernel's gradient is summed up in: runs of the batch's images, as many for every number of
/// threads. Their sums take at most 2.4 MB together, or more than that where there is one part alone.
ptrdiff_t be_winograd_float32_parts(const be_winograd_float32_shape *_Nonnull shape);

/// Outputs that one call of the sum may take at most, so that their sums stay in the cache; a multiple of 16.
ptrdiff_t be_winograd_float32_outputs_at_once(const be_winograd_float32_shape *_Nonnull shape);

/// Numbers in the sums of one part.
ptrdiff_t be_winograd_float32_sums(const be_winograd_float32_shape *_Nonnull shape);

/// Bytes of scratch that a thread needs to sum up a gradient.
size_t be_winograd_float32_gradient_scratch_bytes(const be_winograd_float32_shape *_Nonnull shape);

/// Sums (A y At) . (Bt d B), and y for the bias, up over the tiles of one part, for a run of 16s of outputs.
void be_winograd_float32_sum_gradient(be_instruction_set set, const be_winograd_float32_gradient *_Nonnull gradient,
                                      void *_Nonnull scratch, ptrdiff_t part, ptrdiff_t first_sixteen,
                                      ptrdiff_t last_sixteen);

/// Adds the parts' sums and turns them into the kernel's gradient, for squares of 16 outputs and 16 inputs.
void be_winograd_float32_finish_gradient(be_instruction_set set,
                                         const be_winograd_float32_gradient *_Nonnull gradient,
                                         ptrdiff_t first_square, ptrdiff_t last_square);

#pragma GCC visibility pop
