// Vectors of sixteen float32 (one AVX-512 register) or eight (one AVX2 register). Results are bit-identical on every
// processor: the compiler must not fuse a product and a sum; only `fused` does.
#pragma once

#include <stddef.h>

#include "entries.h"
#include "lanes.h"

#pragma clang fp contract(off)

#define UNROLL _Pragma("clang loop unroll(full)")

#ifndef LANE_COUNT
#define LANE_COUNT 16
#endif

typedef float lanes_t __attribute__((ext_vector_type(LANE_COUNT)));

BE_INLINE lanes_t load_floats(const float *source) {
  lanes_t result;
  memcpy(&result, source, sizeof result);
  return result;
}

BE_INLINE void store_floats(float *target, lanes_t value) { memcpy(target, &value, sizeof value); }

/// a * b + c, rounded once.
BE_INLINE lanes_t fused(lanes_t a, lanes_t b, lanes_t c) { return __builtin_elementwise_fma(a, b, c); }

/// max(x, 0); NaN stays NaN.
BE_INLINE lanes_t rectified(lanes_t x) { return x < 0 ? (lanes_t)0 : x; }
