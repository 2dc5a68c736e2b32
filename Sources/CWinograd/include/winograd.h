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
// Images are in oneDNN's layout nChw16c, kernels and their gradients are float32 in OIhw16i16o.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// For Swift in the same library alone: what that exports is bigeggs.h's.
#pragma GCC visibility push(hidden)

typedef struct {
  /// Of the image that is read and of the one that is put out, which is as high and wide.
  ptrdiff_t images, height, width;
  /// Channels of the two: multiples of 32.
  ptrdiff_t inputs, outputs;
} be_winograd_shape;

/// Whether this build has what follows: it was compiled for a processor with dot products of bfloat16.
/// Elsewhere the functions do nothing.
bool be_winograd_is_compiled(void);

/// Tiles that the innermost loop takes at a time: no thread should begin within such a group.
enum { BE_WINOGRAD_GROUP = 8 };

/// Computes G g Gt for blocks of 16 outputs and 16 inputs, numbered as they follow each other in the kernel.
///
/// - isTurned: for the convolution that gives the inputs' gradient, with the kernel turned by 180 degrees
///   and inputs and outputs exchanged.
/// - matrices: 16 * inputs * outputs numbers of bfloat16.
void be_winograd_transform_kernel(const float *_Nonnull kernel, ptrdiff_t inputs, ptrdiff_t outputs, bool isTurned,
                                  void *_Nonnull matrices, ptrdiff_t first_block, ptrdiff_t last_block);

/// Bytes of scratch that a thread needs for a convolution.
size_t be_winograd_scratch_bytes(const be_winograd_shape *_Nonnull shape);

/// Convolves: the tiles first_tile up to but not including last_tile, counted in rows, images after each other.
///
/// - bias: a float32 for each output channel, or none.
/// - rectifies: max(x, 0) of the sum.
void be_winograd_convolve(const be_winograd_shape *_Nonnull shape, const void *_Nonnull input,
                          const void *_Nonnull matrices, const float *_Nullable bias, bool rectifies,
                          void *_Nonnull output, void *_Nonnull scratch, ptrdiff_t first_tile, ptrdiff_t last_tile);

/// Pairs of neighbouring tiles in all images: what the gradient of a kernel is summed over.
ptrdiff_t be_winograd_tile_pairs(const be_winograd_shape *_Nonnull shape);

/// Bytes of scratch that a thread needs to sum up a gradient.
size_t be_winograd_gradient_scratch_bytes(const be_winograd_shape *_Nonnull shape);

/// Sums (A y At) . (Bt d B) up over pairs of tiles.
///
/// - sums: 16 * inputs * outputs float32, which are replaced.
/// - bias_sums: a float32 for each output, which are replaced by the sums of the gradient.
void be_winograd_sum_gradient(const be_winograd_shape *_Nonnull shape, const void *_Nonnull input,
                              const void *_Nonnull output_gradient, float *_Nonnull sums, float *_Nonnull bias_sums,
                              void *_Nonnull scratch, ptrdiff_t first_pair, ptrdiff_t last_pair);

/// Adds several threads' sums and turns them into the kernel's gradient, for blocks of 16 outputs and 16
/// inputs.
///
/// - sums: the first thread's.
/// - stride: float32 from one thread's to the next one's.
void be_winograd_finish_gradient(const be_winograd_shape *_Nonnull shape, const float *_Nonnull sums,
                                 ptrdiff_t threads, ptrdiff_t stride, float *_Nonnull kernel_gradient,
                                 ptrdiff_t first_block, ptrdiff_t last_block);

#pragma GCC visibility pop
