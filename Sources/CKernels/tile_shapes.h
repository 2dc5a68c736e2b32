// How convolution, gradient and kernel divide images and channels into tiles.
#pragma once

#include "tile_convolution.h"
#include "tile_operations.h"

/// The channels of a pixel that a product of tiles sums over, and the channels that a pair of tiles computes.
enum { DEPTH = 32 };

BE_INLINE ptrdiff_t blocks_of(ptrdiff_t count, ptrdiff_t block) { return (count + block - 1) / block; }

/// Whether the pixels of a row of the window are copied side by side, as the channels of one pixel: if they all fit
/// into a row of a tile. The first convolution of a network has 3 channels, so 9 of 32 numbers are used instead of 3.
BE_INLINE bool unfolds(ptrdiff_t columns, ptrdiff_t inputs) { return columns > 1 && columns * inputs <= DEPTH; }

/// The positions along an axis that a target depends on.
typedef struct {
  ptrdiff_t source, target, taps, stride, zeros;
  bool is_turned;
} axis_t;

/// Returns the source position that a tap connects with a target position; -1 if there is none.
BE_INLINE ptrdiff_t source_of(const axis_t *axis, ptrdiff_t target, ptrdiff_t tap) {
  ptrdiff_t position;
  if (axis->is_turned) {
    position = target + axis->zeros - tap;
    if (position < 0 || (axis->stride > 1 && position % axis->stride)) return -1;
    if (axis->stride > 1) position /= axis->stride;
  } else {
    position = target * axis->stride + tap - axis->zeros;
  }
  return position >= 0 && position < axis->source ? position : -1;
}

/// The axes of a convolution, or of the gradient of its inputs.
typedef struct {
  axis_t down, across;
  /// Channels in memory.
  ptrdiff_t channels, targets;
  /// Channels after unfolding.
  ptrdiff_t depth;
  bool unfolds;
} axes_t;

BE_INLINE axes_t axes_of(const be_tile_shape *shape, bool is_turned) {
  axes_t axes = {
      .down = {shape->height, shape->output_height, shape->rows, shape->row_stride, shape->zeros_above, is_turned},
      .across = {shape->width, shape->output_width, shape->columns, shape->column_stride, shape->zeros_left, is_turned},
      .channels = shape->inputs,
      .targets = shape->outputs,
      .depth = shape->inputs,
      .unfolds = !is_turned && unfolds(shape->columns, shape->inputs),
  };
  if (is_turned) {
    axes.down.source = shape->output_height, axes.down.target = shape->height;
    axes.across.source = shape->output_width, axes.across.target = shape->width;
    axes.channels = axes.depth = shape->outputs;
    axes.targets = shape->inputs;
  }
  if (axes.unfolds) axes.depth *= shape->columns;
  return axes;
}

/// The axis across, as it is after unfolding.
BE_INLINE axis_t unfolded(const axes_t *axes) {
  const axis_t same = {axes->across.target, axes->across.target, 1, 1, 0, false};
  return axes->unfolds ? same : axes->across;
}

/// Returns up to 32 numbers of a row of an image, from channel `first` of the pixel for position `x`. Before the row's
/// first number and after its last, there are zeros.
BE_INLINE both_t load_pixel(tile_operations_t on, const axes_t *axes, const bfloat *row, ptrdiff_t x,
                            ptrdiff_t first) {
  if (!axes->unfolds) {
    const ptrdiff_t rest = axes->channels - first;
    const bfloat *at = row + x * axes->channels + first;
    return rest >= 32 ? load_both(at) : on.load_some(at, rest);
  }
  const ptrdiff_t begin = (x * axes->across.stride - axes->across.zeros) * axes->channels;
  const ptrdiff_t end = begin + axes->depth, numbers = axes->across.source * axes->channels;
  if (begin >= 0 && end <= numbers) return on.load_some(row + begin, axes->depth);
  const ptrdiff_t low = begin < 0 ? 0 : begin, high = end < numbers ? end : numbers;
  both_t result = 0;
  if (low < high) memcpy((bfloat *)&result + (low - begin), row + low, (high - low) * sizeof(bfloat));
  return result;
}
