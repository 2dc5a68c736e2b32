// Sixteen float32: one register of AVX-512, two of AVX2. The same bits on every processor: a product and a sum are
// fused where `multiply_add` says so and nowhere else.
#pragma once

#include <stddef.h>

#include "entries.h"
#include "lanes.h"

#pragma clang fp contract(off)

#define UNROLL _Pragma("clang loop unroll(full)")

typedef be_float16_lanes lanes;
typedef be_float8_lanes half_lanes;

BE_INLINE lanes load(const float *source) {
  lanes result;
  memcpy(&result, source, sizeof result);
  return result;
}

BE_INLINE void store(float *target, lanes value) { memcpy(target, &value, sizeof value); }

/// The channels of a pixel in one block of 16, or in two of 8.
BE_INLINE lanes load_pixel(ptrdiff_t block, const float *first, const float *second) {
  if (block == 16) return load(first);
  half_lanes lower, upper;
  memcpy(&lower, first, sizeof lower);
  memcpy(&upper, second, sizeof upper);
  return __builtin_shufflevector(lower, upper, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/// a * b + c, rounded once.
BE_INLINE lanes multiply_add(lanes a, lanes b, lanes c) { return __builtin_elementwise_fma(a, b, c); }

/// max(x, 0); a NaN stays one.
BE_INLINE lanes rectified(lanes x) { return x < 0 ? (lanes)0 : x; }
