// Convolutions and matrix products of bfloat16 numbers with AMX's matrix tiles. Swift divides the work among threads
// and allocates the memory.
//
// A tile has 16 rows of 64 bytes. The instruction TDPBF16PS adds to 16x16 float32 sums the product of 16x32 and 32x16
// bfloat16 numbers. A group of 32 images is handled at once: their pixels at one position fill the rows of two tiles,
// so all of them have the same neighbours, and a part of the window outside the image is skipped.
//
// Images have all channels of a pixel side by side (NHWC), in bfloat16. Kernels and their gradients are float32 in
// oneDNN's layout OIhw16i16o, with channels padded to multiples of 16. A matrix product is the convolution of images
// with one pixel. Results are bit-identical for all instruction sets. The code without AMX is very slow, and only for
// tests.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

// Only Swift code in the same library calls these functions. The library exports only the symbols of bigeggs.h.
#pragma GCC visibility push(hidden)

/// Returns whether the processor has AMX with bfloat16.
bool be_processor_has_tiles(void);

/// Asks Linux for permission to use AMX's tiles, for all threads of the process.
bool be_tiles_are_allowed(void);

/// The number of images that are handled at once.
enum { BE_TILE_GROUP = 32 };

typedef struct {
  ptrdiff_t images;
  /// The input images of the convolution.
  ptrdiff_t height, width, inputs;
  /// The output images.
  ptrdiff_t output_height, output_width, outputs;
  /// The window, its strides, and the zeros above and to the left.
  ptrdiff_t rows, columns, row_stride, column_stride, zeros_above, zeros_left;
} be_tile_shape;

/// A kernel that is rounded and copied to tiles.
typedef struct {
  ptrdiff_t inputs, outputs, rows, columns;
  /// Whether the kernel's inputs and outputs are exchanged, as for the gradient of the inputs.
  bool is_turned;
} be_tile_kernel;

/// Returns the bytes of a kernel's tiles.
size_t be_tile_kernel_bytes(const be_tile_kernel *_Nonnull kernel);

/// Returns the number of pieces that the copy is divided into.
ptrdiff_t be_tile_kernel_pieces(const be_tile_kernel *_Nonnull kernel);

/// Rounds the pieces from first up to but not including last.
void be_tile_kernel_round(be_instruction_set set, const be_tile_kernel *_Nonnull kernel, const float *_Nonnull values,
                          void *_Nonnull tiles, ptrdiff_t first, ptrdiff_t last);

typedef struct {
  /// The shape of the forward pass.
  be_tile_shape shape;
  /// Whether to compute the gradient of the inputs from that of the outputs.
  bool is_turned;
  const void *_Nonnull source;
  const void *_Nonnull tiles;
  /// A float32 for each output channel, or NULL.
  const float *_Nullable bias;
  /// Whether to take max(x, 0) of the sum; NaN stays NaN.
  bool rectifies;
  /// Whether the target is float32.
  bool is_float32;
  void *_Nonnull target;
} be_tile_convolution;

/// Returns the bytes of scratch that a thread needs for a convolution, or for the gradient of its inputs.
size_t be_tile_convolution_scratch_bytes(const be_tile_shape *_Nonnull shape, bool is_turned);

/// A piece of a convolution: rows and channels of the target for one group of images. The last ones are not included.
typedef struct {
  ptrdiff_t group, first_row, last_row;
  /// Multiples of 32, except for the last channel of all.
  ptrdiff_t first_channel, last_channel;
} be_tile_piece;

void be_tile_convolve(be_instruction_set set, const be_tile_convolution *_Nonnull convolution, void *_Nonnull scratch,
                      const be_tile_piece *_Nonnull piece);

/// The gradients of kernel and bias. They are summed in several parts.
typedef struct {
  be_tile_shape shape;
  const void *_Nonnull input;
  const void *_Nonnull output_gradient;
  /// For each part, the sums of the kernel's gradient.
  float *_Nonnull sums;
  /// For each part, the sums of the bias's gradient: a float32 for each output channel, padded to a multiple of 16.
  float *_Nonnull bias_sums;
  float *_Nonnull kernel_gradient;
  float *_Nullable bias_gradient;
} be_tile_gradient;

/// Returns the number of float32 sums of one part.
size_t be_tile_gradient_sums(const be_tile_shape *_Nonnull shape);

/// Whether the images are single pixels and the window is one pixel. All groups should then be one part: each adds only
/// one step to the sums, which are large.
bool be_tile_gradient_is_product(const be_tile_shape *_Nonnull shape);

/// Whether the sums are in the same order as the kernel's gradient. A single part can then be summed there.
bool be_tile_gradient_is_direct(const be_tile_shape *_Nonnull shape);

/// Returns the bytes of scratch that a thread needs to sum a gradient.
///
/// - groups: the largest number of groups in a part.
size_t be_tile_gradient_scratch_bytes(const be_tile_shape *_Nonnull shape, ptrdiff_t groups);

/// A piece of a gradient: groups of images of one part, and blocks of 16 output channels. The last ones are not
/// included.
typedef struct {
  ptrdiff_t part, first_group, last_group;
  /// Multiples of 2, except for the last block of all.
  ptrdiff_t first_block, last_block;
} be_tile_gradient_piece;

/// Overwrites the sums of a piece.
void be_tile_sum_gradient(be_instruction_set set, const be_tile_gradient *_Nonnull gradient, void *_Nonnull scratch,
                          const be_tile_gradient_piece *_Nonnull piece);

/// Adds the parts' sums into the gradients, for blocks of 16 output channels.
void be_tile_finish_gradient(be_instruction_set set, const be_tile_gradient *_Nonnull gradient, ptrdiff_t parts,
                             ptrdiff_t first_block, ptrdiff_t last_block);

#pragma GCC visibility pop
