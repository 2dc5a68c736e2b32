// 3x3 convolutions of float32 images of at most 2x2 pixels, with zeros around: the inner loops. Swift divides the work over
// threads and gives the memory.
//
// Every output depends on every input of its image, so the convolution is a product of matrices, [images, pixels of inputs]
// times [pixels of inputs, pixels of outputs], in which each of the kernel's taps stands once for each pair of pixels that it
// joins. With 2x2 pixels that are 16 multiplications for a pair of channels, where Winograd's algorithm has 36.
//
// Images are in the layout nChw16c, kernels and their gradients in OIhw16i16o, or in nChw8c and OIhw8i8o. Channels that fill
// up a block are zero in all of them, and stay so. The kernel's gradient can be of images in bfloat16. Every sum has one order, whatever the number of threads, the layout and
// the instruction set: results are the same bits.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "instruction_set.h"

#pragma GCC visibility push(hidden)

typedef struct {
  /// Of the images, which are read and put out; 1 or 2.
  ptrdiff_t images, height, width;
  /// Channels of the two.
  ptrdiff_t inputs, outputs;
  /// Channels of a block in memory, 16 or 8.
  ptrdiff_t block;
} be_tiny_shape;

/// A kernel as a matrix, in panels of 16 columns, each with all rows.
typedef struct {
  be_tiny_shape shape;
  /// For the inputs' gradient: the shape's inputs are the kernel's outputs, and the other way round.
  bool isTurned;
  const float *_Nonnull kernel;
  float *_Nonnull panels;
} be_tiny_kernel;

ptrdiff_t be_tiny_panels(const be_tiny_shape *_Nonnull shape);
size_t be_tiny_panel_bytes(const be_tiny_shape *_Nonnull shape);
/// Fills the panels first_panel up to but not including last_panel.
void be_tiny_expand(const be_tiny_kernel *_Nonnull kernel, ptrdiff_t first_panel, ptrdiff_t last_panel);

typedef struct {
  be_tiny_shape shape;
  const float *_Nonnull input;
  const float *_Nonnull panels;
  /// One for each output channel, or none.
  const float *_Nullable bias;
  /// max(x, 0) of the sum; a NaN stays one.
  bool rectifies;
  float *_Nonnull output;
} be_tiny_convolution;

/// Computes the columns of panels.
void be_tiny_convolve(be_instruction_set set, const be_tiny_convolution *_Nonnull convolution, ptrdiff_t first_panel,
                      ptrdiff_t last_panel);

/// The gradients of kernel and bias.
typedef struct {
  be_tiny_shape shape;
  /// Float32, or both bfloat16.
  const void *_Nonnull input;
  const void *_Nonnull output_gradient;
  bool is_bfloat16;
  /// Room for both, `be_tiny_gathered_bytes`: sixteens of channels, of pixels, of images.
  float *_Nonnull gathered_input;
  float *_Nonnull gathered_gradient;
  float *_Nonnull kernel_gradient;
  /// One for each output, or none.
  float *_Nullable bias_gradient;
} be_tiny_gradient;

size_t be_tiny_gathered_bytes(const be_tiny_shape *_Nonnull shape, ptrdiff_t channels);
/// Copies sixteens of channels, first those of the input, then those of the output's gradient, and sums these for the bias.
void be_tiny_gather(const be_tiny_gradient *_Nonnull gradient, ptrdiff_t first_sixteen, ptrdiff_t last_sixteen);
/// Sums up squares of 16 outputs and 16 inputs, numbered as they follow each other in the kernel.
void be_tiny_sum_gradient(be_instruction_set set, const be_tiny_gradient *_Nonnull gradient, ptrdiff_t first_square,
                          ptrdiff_t last_square);

#pragma GCC visibility pop
