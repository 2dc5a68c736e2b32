// The inner loops of 3x3 convolutions with zero padding, of float32 images of at most 2x2 pixels. Swift divides the
// work among threads and allocates the memory.
//
// Every output depends on every input of its image. So the convolution is a matrix product, [images, pixels * inputs]
// times [pixels * inputs, pixels * outputs]. For each pair of an input pixel and an output pixel, the second matrix has
// the weights of the kernel's tap that connects them. With 2x2 pixels the product takes 16 multiplications for each
// pair of an input and an output channel; Winograd's algorithm takes 36.
//
// With blocks of 16 channels, images are in the layout nChw16c, kernels and their gradients in OIhw16i16o. With blocks
// of 8, they are in nChw8c and OIhw8i8o. Channels that pad a block are zero in images, kernels and gradients, and stay
// zero. The kernel's gradient can also be computed from images in bfloat16. Sums have a fixed order: results are
// bit-identical for any number of threads, layout and instruction set.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "instruction_set.h"

#pragma GCC visibility push(hidden)

typedef struct {
  /// The number of images, and their height and width, 1 or 2; the same for input and output.
  ptrdiff_t images, height, width;
  /// Channels of input and output images.
  ptrdiff_t inputs, outputs;
  /// Channels of a block in memory, 16 or 8.
  ptrdiff_t block;
} be_tiny_shape;

/// A kernel to be expanded to a matrix, in panels of 16 columns, each with all rows.
typedef struct {
  be_tiny_shape shape;
  /// Whether the shape's inputs are the kernel's outputs and vice versa, as for the gradient of the inputs.
  bool isTurned;
  const float *_Nonnull kernel;
  float *_Nonnull panels;
} be_tiny_kernel;

ptrdiff_t be_tiny_panels(const be_tiny_shape *_Nonnull shape);
size_t be_tiny_panel_bytes(const be_tiny_shape *_Nonnull shape);
/// Fills the panels from first_panel up to but not including last_panel.
void be_tiny_expand(const be_tiny_kernel *_Nonnull kernel, ptrdiff_t first_panel, ptrdiff_t last_panel);

typedef struct {
  be_tiny_shape shape;
  const float *_Nonnull input;
  const float *_Nonnull panels;
  /// A number for each output channel, or NULL.
  const float *_Nullable bias;
  /// Whether to take max(x, 0) of the sum; NaN stays NaN.
  bool rectifies;
  float *_Nonnull output;
} be_tiny_convolution;

/// Computes the output columns of the panels from first_panel up to but not including last_panel.
void be_tiny_convolve(be_instruction_set set, const be_tiny_convolution *_Nonnull convolution, ptrdiff_t first_panel,
                      ptrdiff_t last_panel);

/// The gradients of kernel and bias.
typedef struct {
  be_tiny_shape shape;
  /// Both float32, or both bfloat16.
  const void *_Nonnull input;
  const void *_Nonnull output_gradient;
  bool is_bfloat16;
  /// A copy of `input`: [groups of 16 channels, pixels, images, 16 channels]. Its size is `be_tiny_gathered_bytes`.
  float *_Nonnull gathered_input;
  /// A copy of `output_gradient`, in the same order. Its size is `be_tiny_gathered_bytes`.
  float *_Nonnull gathered_gradient;
  float *_Nonnull kernel_gradient;
  /// A number for each output channel, or NULL.
  float *_Nullable bias_gradient;
} be_tiny_gradient;

size_t be_tiny_gathered_bytes(const be_tiny_shape *_Nonnull shape, ptrdiff_t channels);
/// Copies groups of 16 channels. The groups of the input are numbered first, then the groups of the output gradient.
/// The output gradient is also summed for the bias gradient.
void be_tiny_gather(const be_tiny_gradient *_Nonnull gradient, ptrdiff_t first_sixteen, ptrdiff_t last_sixteen);
/// Computes the kernel's gradient for squares of 16 output by 16 input channels, numbered as in the layout OIhw16i16o.
void be_tiny_sum_gradient(be_instruction_set set, const be_tiny_gradient *_Nonnull gradient, ptrdiff_t first_square,
                          ptrdiff_t last_square);

#pragma GCC visibility pop
