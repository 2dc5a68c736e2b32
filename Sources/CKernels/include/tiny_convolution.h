// The inner loops of 3x3 convolutions of float32 images of at most 2x2 pixels, with zero padding. Swift divides the
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
  /// The number of images, and their height and width, 1 or 2. Input and output images have the same size.
  ptrdiff_t images, height, width;
  /// Channels of input and output images.
  ptrdiff_t inputs, outputs;
  /// Channels of a block in memory, 16 or 8.
  ptrdiff_t block;
} be_tiny_shape;

/// A kernel, and the matrix that it is expanded to. A panel is 16 columns of the matrix with all rows.
typedef struct {
  be_tiny_shape shape;
  /// Whether to turn the kernel by 180 degrees and exchange its inputs and outputs, as for the gradient of the inputs.
  /// The shape's inputs are then the kernel's outputs.
  bool isTurned;
  const float *_Nonnull kernel;
  float *_Nonnull panels;
} be_tiny_kernel;

/// Returns the number of panels of the matrix.
ptrdiff_t be_tiny_panels(const be_tiny_shape *_Nonnull shape);
/// Returns the bytes of one panel.
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
  /// `input` and `output_gradient` are float32, or bfloat16 if `is_bfloat16`.
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

/// Returns the bytes of a copy of images with this number of channels.
size_t be_tiny_gathered_bytes(const be_tiny_shape *_Nonnull shape, ptrdiff_t channels);
/// Copies the groups of 16 channels from first_sixteen up to but not including last_sixteen. The numbers of the input's
/// groups come first, then those of the output gradient's. Also sums the output gradient for the bias gradient.
void be_tiny_gather(const be_tiny_gradient *_Nonnull gradient, ptrdiff_t first_sixteen, ptrdiff_t last_sixteen);
/// Computes the kernel's gradient for squares of 16 output by 16 input channels, from first_square up to but not
/// including last_square. Squares are numbered as in the layout OIhw16i16o.
void be_tiny_sum_gradient(be_instruction_set set, const be_tiny_gradient *_Nonnull gradient, ptrdiff_t first_square,
                          ptrdiff_t last_square);

#pragma GCC visibility pop
