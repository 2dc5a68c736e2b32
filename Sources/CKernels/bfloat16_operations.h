// The bfloat16 operations, with the processor's bfloat16 instructions and as plain code with the same results.
//
// The instructions treat denormal inputs and outputs as zero, and round to nearest, ties to even.
#pragma once

#include <immintrin.h>

#include "float32_lanes.h"

typedef uint16_t bfloat;
typedef be_u16x16 halves_t;
/// Two bfloat16 numbers in each lane.
typedef be_u32x16 pairs_t;

// MARK: In memory, at any address

BE_INLINE pairs_t load_pairs(const void *source) {
  pairs_t pairs;
  memcpy(&pairs, source, sizeof pairs);
  return pairs;
}

BE_INLINE void store_halves(bfloat *target, halves_t halves) { memcpy(target, &halves, sizeof halves); }

BE_INLINE void store_pairs(uint32_t *target, pairs_t pairs) { memcpy(target, &pairs, sizeof pairs); }

// MARK: The instructions

/// A kernel's body takes one of the two sets of functions below. Both are constants, so the functions are inlined along
/// with the body.
typedef struct {
  /// The nearest bfloat16 numbers.
  halves_t (*narrow)(lanes_t lanes);
  /// The nearest bfloat16 numbers of two vectors, interleaved lane by lane.
  pairs_t (*narrow_pairs)(lanes_t even, lanes_t odd);
  /// Adds to each sum the product of the second numbers of its two pairs, then the product of the first numbers. Each
  /// addition is rounded once.
  lanes_t (*add_products)(lanes_t sums, pairs_t left, pairs_t right);
} operations_t;

// MARK: On every processor

BE_INLINE halves_t narrow_plain(lanes_t lanes) {
  return __builtin_convertvector(be_rounded16(lanes) >> 16, halves_t);
}

BE_INLINE pairs_t narrow_pairs_plain(lanes_t even, lanes_t odd) {
  return be_rounded16(even) >> 16 | be_rounded16(odd);
}

typedef double doubles_t __attribute__((ext_vector_type(16)));

/// The numbers in float64, denormal ones as zero.
BE_INLINE doubles_t widened_plain(pairs_t bits) {
  const pairs_t normal = (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits;
  return __builtin_convertvector((lanes_t)normal, doubles_t);
}

/// A multiply-add, rounded once. The product is exact in float64. Where the sum in float64 is inexact, one term is too
/// small to change the rounding of the other term.
BE_INLINE lanes_t add_product_plain(lanes_t sums, pairs_t left, pairs_t right) {
  const doubles_t exact = widened_plain((pairs_t)sums) + widened_plain(left) * widened_plain(right);
  const pairs_t nearest = (pairs_t)__builtin_convertvector(exact, lanes_t);
  // The smallest number that rounding to 24 bits makes a normal number. Results below it become zero.
  const double least = 0x1p-126 - 0x1p-151;
  const be_int16_lanes is_less = __builtin_convertvector((exact < least) & (exact > -least), be_int16_lanes);
  return (lanes_t)(is_less ? nearest & 0x80000000 : nearest);
}

BE_INLINE lanes_t add_products_plain(lanes_t sums, pairs_t left, pairs_t right) {
  const lanes_t odd = add_product_plain(sums, left & 0xffff0000, right & 0xffff0000);
  return add_product_plain(odd, left << 16, right << 16);
}

static const operations_t operations_plain = {narrow_plain, narrow_pairs_plain, add_products_plain};

// MARK: With AVX-512 BF16

BE_TARGET_AVX512_BF16 BE_INLINE halves_t narrow_avx512_bf16(lanes_t lanes) {
  return (halves_t)_mm512_cvtneps_pbh(lanes);
}

BE_TARGET_AVX512_BF16 BE_INLINE pairs_t narrow_pairs_avx512_bf16(lanes_t even, lanes_t odd) {
  typedef uint16_t both_t __attribute__((ext_vector_type(32)));
  const both_t both = (both_t)_mm512_cvtne2ps_pbh(odd, even);
  return (pairs_t)__builtin_shufflevector(both, both, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24,
                                          9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

BE_TARGET_AVX512_BF16 BE_INLINE lanes_t add_products_avx512_bf16(lanes_t sums, pairs_t left, pairs_t right) {
  return _mm512_dpbf16_ps(sums, (__m512bh)left, (__m512bh)right);
}

static const operations_t operations_avx512_bf16 = {narrow_avx512_bf16, narrow_pairs_avx512_bf16,
                                                    add_products_avx512_bf16};
