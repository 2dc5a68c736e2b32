// The matrices of F(4x4, 3x3) with the points 0, ±a, ±b and infinity, a = 5/8 and b = 3/2.
#pragma once

#include <stdbool.h>

#include "float32_lanes.h"

#define A1 0.625f
#define B1 1.5f
#define A2 (A1 * A1)
#define B2 (B1 * B1)

BE_INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

// A tile depends on 6x6 inputs, and its transform has 6x6 elements.
enum { SIDE = 6, ELEMENTS = SIDE * SIDE };

BE_INLINE ptrdiff_t sixteens_of(ptrdiff_t channels) { return (channels + 15) / 16; }
BE_INLINE ptrdiff_t blocks_of(ptrdiff_t channels, ptrdiff_t block) { return (channels + block - 1) / block; }
/// The number of vectors of LANE_COUNT channels in a pixel of an image with blocks of `block` channels.
BE_INLINE ptrdiff_t vectors_of(ptrdiff_t channels, ptrdiff_t block) {
  const ptrdiff_t filled = block < LANE_COUNT ? LANE_COUNT : block;
  return blocks_of(channels, filled) * (filled / LANE_COUNT);
}
BE_INLINE ptrdiff_t rows_of_tiles(ptrdiff_t pixels) { return (pixels + 3) / 4; }

/// B^T d: six numbers from six.
BE_INLINE void spread_input(const lanes_t d[SIDE], lanes_t result[SIDE]) {
  const lanes_t even_a = fused(d[2], -B2, d[4]), odd_a = fused(d[1], -B2, d[3]);
  const lanes_t even_b = fused(d[2], -A2, d[4]), odd_b = fused(d[1], -A2, d[3]);
  result[0] = fused(d[0], A2 * B2, fused(d[2], -(A2 + B2), d[4]));
  result[1] = fused(odd_a, A1, even_a);
  result[2] = fused(odd_a, -A1, even_a);
  result[3] = fused(odd_b, B1, even_b);
  result[4] = fused(odd_b, -B1, even_b);
  result[5] = fused(d[1], A2 * B2, fused(d[3], -(A2 + B2), d[5]));
}

/// A y: six numbers from four.
BE_INLINE void spread_gradient(const lanes_t y[4], lanes_t result[SIDE]) {
  const lanes_t even_a = fused(y[2], A2, y[0]), odd_a = fused(y[3], A2, y[1]);
  const lanes_t even_b = fused(y[2], B2, y[0]), odd_b = fused(y[3], B2, y[1]);
  result[0] = y[0];
  result[1] = fused(odd_a, A1, even_a);
  result[2] = fused(odd_a, -A1, even_a);
  result[3] = fused(odd_b, B1, even_b);
  result[4] = fused(odd_b, -B1, even_b);
  result[5] = y[3];
}

/// A^T m: four numbers from six.
BE_INLINE void gather_output(const lanes_t m[SIDE], lanes_t result[4]) {
  const lanes_t even_a = m[1] + m[2], odd_a = m[1] - m[2], even_b = m[3] + m[4], odd_b = m[3] - m[4];
  result[0] = m[0] + even_a + even_b;
  result[1] = fused(odd_b, B1, odd_a * A1);
  result[2] = fused(even_b, B2, even_a * A2);
  result[3] = fused(odd_b, B2 * B1, fused(odd_a, A2 * A1, m[5]));
}

// The fractions in G. The denominator for a point is the product of its differences from the other finite points.
#define ZERO (1 / (A2 * B2))
#define NEAR (1 / (2 * A2 * (A2 - B2)))
#define FAR (1 / (2 * B2 * (B2 - A2)))

/// G g: six numbers from three.
BE_INLINE void spread_kernel(const lanes_t g[3], lanes_t result[SIDE]) {
  const lanes_t even_a = fused(g[2], A2, g[0]), odd_a = g[1] * A1;
  const lanes_t even_b = fused(g[2], B2, g[0]), odd_b = g[1] * B1;
  result[0] = g[0] * ZERO;
  result[1] = (even_a + odd_a) * NEAR;
  result[2] = (even_a - odd_a) * NEAR;
  result[3] = (even_b + odd_b) * FAR;
  result[4] = (even_b - odd_b) * FAR;
  result[5] = g[2];
}

/// G^T m: three numbers from six.
BE_INLINE void gather_kernel(const lanes_t m[SIDE], lanes_t result[3]) {
  const lanes_t even_a = (m[1] + m[2]) * NEAR, odd_a = (m[1] - m[2]) * NEAR;
  const lanes_t even_b = (m[3] + m[4]) * FAR, odd_b = (m[3] - m[4]) * FAR;
  result[0] = fused(m[0], ZERO, even_a + even_b);
  result[1] = fused(odd_b, B1, odd_a * A1);
  result[2] = fused(even_b, B2, fused(even_a, A2, m[5]));
}

/// The maximum number of tiles of a row that are transformed at a time.
enum { RUN = 8 };

/// LANE_COUNT channels of one image.
typedef struct {
  /// The pixels of these channels in one block. For 16 channels in blocks of 8, `second` is the second block, or NULL
  /// if there is no second block.
  const float *first, *second;
  ptrdiff_t block, height, width;
  /// Whether `first` is pooled: it then has one pixel for each 2x2 pixels of `height` by `width`.
  bool is_pooled;
  /// For each pooled value, which of its four pixels is the largest, 0 to 3; NULL if not needed.
  uint8_t *places;
  /// The distance from one image to the next, in floats; 0 if pooled.
  ptrdiff_t image_stride;
} plane_t;

BE_INLINE plane_t plane_of(const float *images, ptrdiff_t channels, ptrdiff_t block, ptrdiff_t height,
                           ptrdiff_t width, ptrdiff_t image, ptrdiff_t vector) {
  const ptrdiff_t blocks = blocks_of(channels, block), number = vector * LANE_COUNT / block;
  const float *first = images + (image * blocks + number) * height * width * block + vector * LANE_COUNT % block;
  const bool has_second = block < LANE_COUNT && number + 1 < blocks;
  return (plane_t){
      first, has_second ? first + height * width * 8 : NULL, block, height, width, false, NULL,
      blocks * height * width * block};
}

/// A pooled plane, in blocks of 16.
BE_INLINE plane_t pooled_plane_of(const float *images, const uint8_t *places, ptrdiff_t channels, ptrdiff_t height,
                                  ptrdiff_t width, ptrdiff_t image, ptrdiff_t vector) {
  const ptrdiff_t plane = image * sixteens_of(channels) + vector * LANE_COUNT / 16;
  const ptrdiff_t start = plane * (height / 2) * (width / 2) * 16 + vector * LANE_COUNT % 16;
  return (plane_t){images + start, NULL, 16, height, width, true, places ? (uint8_t *)places + start : NULL, 0};
}

/// LANE_COUNT channels of a pixel: from one block, or 16 channels from two blocks of 8.
BE_INLINE lanes_t load_pixel(ptrdiff_t block, const float *first, const float *second) {
#if LANE_COUNT == 16
  if (block == 8) {
    be_float8_lanes lower, upper;
    memcpy(&lower, first, sizeof lower);
    memcpy(&upper, second, sizeof upper);
    return __builtin_shufflevector(lower, upper, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }
#endif
  return load_floats(first);
}

typedef int32_t numbers_t __attribute__((ext_vector_type(LANE_COUNT)));
typedef uint8_t places_t __attribute__((ext_vector_type(LANE_COUNT)));

/// The gradient of a pixel before pooling: zero unless the pixel was the largest of its four.
BE_INLINE lanes_t spread_pixel(const plane_t *plane, ptrdiff_t y, ptrdiff_t x) {
  const ptrdiff_t row = y / 2, column = x / 2;
  if (y < 0 || x < 0 || row >= plane->height / 2 || column >= plane->width / 2) return 0;
  const ptrdiff_t at = (row * (plane->width / 2) + column) * 16;
  places_t places;
  memcpy(&places, plane->places + at, sizeof places);
  const numbers_t own = (int32_t)(y % 2 * 2 + x % 2);
  return __builtin_convertvector(places, numbers_t) == own ? load_floats(plane->first + at) : (lanes_t)0;
}

/// The channels of a pixel; zeros outside the image.
BE_INLINE lanes_t pixel(const plane_t *plane, ptrdiff_t y, ptrdiff_t x) {
  static const float zeros[LANE_COUNT];
  if (plane->is_pooled) return spread_pixel(plane, y, x);
  const bool inside = y >= 0 && y < plane->height && x >= 0 && x < plane->width;
  const ptrdiff_t at = (y * plane->width + x) * plane->block;
  return load_pixel(plane->block, inside ? plane->first + at : zeros,
                    inside && plane->second ? plane->second + at : zeros);
}

/// With AVX2, prefetches two pixels in each of four rows of the next image into the second-level cache. Without the
/// prefetch they would come from memory. It makes gradients of kernels a sixth faster, and convolutions up to 5 %.
BE_INLINE void fetch_ahead(const plane_t *plane, ptrdiff_t y, ptrdiff_t x) {
  if (LANE_COUNT != 8 || plane->is_pooled) return;
  UNROLL for (int i = 0; i < 4; i++)
    __builtin_prefetch(plane->first + plane->image_stride + ((y + i) * plane->width + x) * plane->block, 0, 2);
}

BE_INLINE void store_pixel(const plane_t *plane, ptrdiff_t y, ptrdiff_t x, lanes_t value) {
  const ptrdiff_t at = (y * plane->width + x) * plane->block;
#if LANE_COUNT == 16
  if (plane->block == 8) {
    const be_float8_lanes lower = value.lo, upper = value.hi;
    memcpy((float *)plane->first + at, &lower, sizeof lower);
    if (plane->second) memcpy((float *)plane->second + at, &upper, sizeof upper);
    return;
  }
#endif
  store_floats((float *)plane->first + at, value);
}

/// Computes B^T d B of up to RUN consecutive tiles in a row, for LANE_COUNT channels.
///
/// - y, x: the upper left pixel of the first tile.
/// - target: where to store the first element of the first tile; `stride` is the distance between elements, `step` the
///   distance between tiles.
BE_INLINE void transform_input_run(const plane_t *plane, ptrdiff_t y, ptrdiff_t x, ptrdiff_t count, float *target,
                                   ptrdiff_t stride, ptrdiff_t step) {
  lanes_t columns[4 * RUN + 2][SIDE];
  for (ptrdiff_t j = 0; j < 4 * count + 2; j++) {
    lanes_t d[SIDE];
    UNROLL for (int i = 0; i < SIDE; i++) d[i] = pixel(plane, y + i, x + j);
    if (j % 2 == 0) fetch_ahead(plane, y + 1, x + 1 + j);
    spread_input(d, columns[j]);
  }
  for (ptrdiff_t tile = 0; tile < count; tile++) {
    float *to = target + tile * step;
    for (int i = 0; i < SIDE; i++) {
      lanes_t d[SIDE], result[SIDE];
      UNROLL for (int j = 0; j < SIDE; j++) d[j] = columns[4 * tile + j][i];
      spread_input(d, result);
      UNROLL for (int j = 0; j < SIDE; j++) store_floats(to + (SIDE * i + j) * stride, result[j]);
    }
  }
}
