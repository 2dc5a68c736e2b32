// The inner loops of Winograd's convolution F(4x4, 3x3) of float32 images. Swift divides the work among threads
// and allocates the memory.
//
// A tile of 4x4 outputs depends on 6x6 inputs d. For a kernel g the tile is A^T [(G g G^T) . (B^T d B)] A, where the
// point multiplies element by element. Over all channels, the point stands for 36 matrix products, one for each
// element. A tile takes 36 multiplications for each pair of an input and an output channel instead of 144. The kernel's
// gradient is the sum over tiles of G^T [(A y A^T) . (B^T d B)] G, where y is a tile of the outputs' gradient.
//
// The matrices interpolate at 0, ±5/8, ±3/2 and infinity. All but G are exact in float32. With 64 channels the
// outputs' error against float64 is 6e-7 of their root mean square. The direct sum in float32 has an error of 3e-7, the
// usual points 0, ±1, ±2 and infinity an error of 15e-7.
//
// With blocks of 16 channels, images are in the layout nChw16c, kernels and their gradients in OIhw16i16o. With blocks
// of 8, they are in nChw8c and OIhw8i8o. Channels that pad a block are zero in images, kernels and gradients, and stay
// zero. Sums have a fixed order: results are bit-identical for any number of threads, cache size and instruction set.
//
// Images of at most 2x2 pixels have their own convolution, in tiny_convolution.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instruction_set.h"

#pragma GCC visibility push(hidden)

typedef struct {
  /// The number of images, and the height and width of input images.
  ptrdiff_t images, height, width;
  /// Padding: the number of rows of zeros above an input image, and of columns of zeros to its left.
  ptrdiff_t top, left;
  /// Height and width of output images. Pixels below and to the right of an input image count as zeros too.
  ptrdiff_t output_height, output_width;
  /// Channels of input and output images.
  ptrdiff_t inputs, outputs;
  /// Channels of a block in memory, 16 or 8; the last block is padded.
  ptrdiff_t block;
  /// Size of a core's second-level cache. Affects speed, not results.
  ptrdiff_t cache_bytes;
} be_winograd_float32_shape;

/// A kernel, and the matrices that it is transformed to.
typedef struct {
  ptrdiff_t inputs, outputs;
  /// Channels of a block of the kernel in memory, 16 or 8.
  ptrdiff_t block;
  /// Whether to turn the kernel by 180 degrees and exchange its inputs and outputs, as for the gradient of the inputs.
  bool isTurned;
  const float *_Nonnull kernel;
  float *_Nonnull matrices;
} be_winograd_float32_kernel;

/// Returns the bytes of a kernel's 36 matrices.
size_t be_winograd_float32_matrix_bytes(ptrdiff_t inputs, ptrdiff_t outputs);

/// Computes G g G^T for squares of 16 output by 16 input channels, from first_square up to but not including
/// last_square. Squares are numbered as in the layout OIhw16i16o.
void be_winograd_float32_transform(be_instruction_set set, const be_winograd_float32_kernel *_Nonnull kernel,
                                   ptrdiff_t first_square, ptrdiff_t last_square);

/// A multiple of the number of tiles that the innermost loop handles as a group. Each thread's first tile should be a
/// multiple of this number.
enum { BE_WINOGRAD_FLOAT32_GROUP = 12 };

/// Whether a max pooling over 2x2 is part of the convolution. Images in blocks of 8 have none.
typedef enum {
  /// No pooling.
  BE_WINOGRAD_WHOLE,
  /// The output is pooled: the largest of each 2x2 of `output_height` by `output_width` pixels. An odd last row or
  /// column is left out.
  BE_WINOGRAD_POOLS,
  /// The input is the gradient of pooled outputs. It is spread over `height` by `width` pixels.
  BE_WINOGRAD_SPREADS,
} be_winograd_pooling;

typedef struct {
  be_winograd_float32_shape shape;
  be_winograd_pooling pooling;
  /// For each pooled value, which of its four pixels is the largest: 0 to 3, row by row, the first of equal ones or the
  /// last NaN. Pooling writes the numbers, spreading reads them. NULL if not needed.
  uint8_t *_Nullable places;
  const float *_Nonnull input;
  const float *_Nonnull matrices;
  /// A number for each output channel, or NULL.
  const float *_Nullable bias;
  /// Whether to take max(x, 0) of the sum; NaN stays NaN.
  bool rectifies;
  float *_Nonnull output;
} be_winograd_float32_convolution;

/// Returns the number of tiles in all images. Tiles are counted row by row, image after image.
ptrdiff_t be_winograd_float32_tiles(const be_winograd_float32_shape *_Nonnull shape);

/// Returns the bytes of scratch that a thread needs for a convolution.
size_t be_winograd_float32_scratch_bytes(const be_winograd_float32_shape *_Nonnull shape);

/// Convolves the tiles from first_tile up to but not including last_tile.
void be_winograd_float32_convolve(be_instruction_set set, const be_winograd_float32_convolution *_Nonnull convolution,
                                  void *_Nonnull scratch, ptrdiff_t first_tile, ptrdiff_t last_tile);

/// The gradients of kernel and bias. They are summed in several parts.
typedef struct {
  be_winograd_float32_shape shape;
  const float *_Nonnull input;
  const float *_Nonnull output_gradient;
  /// The `places` of the convolution if its output was pooled, otherwise NULL. If not NULL, `output_gradient` is the
  /// gradient of the pooled output.
  const uint8_t *_Nullable places;
  /// `be_winograd_float32_sums` numbers for each part.
  float *_Nonnull sums;
  /// A number for each part and output channel; the number of channels is rounded up to a multiple of 16.
  float *_Nonnull bias_sums;
  float *_Nonnull kernel_gradient;
} be_winograd_float32_gradient;

/// Returns the number of parts in which a kernel's gradient is summed. A part is a range of the batch's images. The
/// number does not depend on the number of threads. The sums of several parts take at most 2.4 MB in total; a single
/// part may take more.
ptrdiff_t be_winograd_float32_parts(const be_winograd_float32_shape *_Nonnull shape);

/// Returns the maximum number of output channels for one call of `be_winograd_float32_sum_gradient`, a multiple of 16.
/// If these are more than 128 channels, their sums stay in the cache.
ptrdiff_t be_winograd_float32_outputs_at_once(const be_winograd_float32_shape *_Nonnull shape);

/// Returns the number of sums of one part.
ptrdiff_t be_winograd_float32_sums(const be_winograd_float32_shape *_Nonnull shape);

/// Returns the bytes of scratch that a thread needs to sum a gradient.
size_t be_winograd_float32_gradient_scratch_bytes(const be_winograd_float32_shape *_Nonnull shape);

/// Sums (A y A^T) . (B^T d B), and y for the bias, over the tiles of one part, for the groups of 16 output channels
/// from first_sixteen up to but not including last_sixteen.
void be_winograd_float32_sum_gradient(be_instruction_set set, const be_winograd_float32_gradient *_Nonnull gradient,
                                      void *_Nonnull scratch, ptrdiff_t part, ptrdiff_t first_sixteen,
                                      ptrdiff_t last_sixteen);

/// Adds the parts' sums and transforms them into the kernel's gradient, for squares of 16 output by 16 input channels.
void be_winograd_float32_finish_gradient(be_instruction_set set,
                                         const be_winograd_float32_gradient *_Nonnull gradient,
                                         ptrdiff_t first_square, ptrdiff_t last_square);

#pragma GCC visibility pop
