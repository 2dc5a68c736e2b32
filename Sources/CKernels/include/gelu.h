// Computes GELU, x Φ(x), and its derivative, Φ(x) + x φ(x), of sixteen values at a time. Φ is the distribution function
// of the normal distribution, φ its density.
//
// Φ uses formula 7.1.26 for erf of Abramowitz and Stegun, "Handbook of mathematical functions", whose error is at most
// 1.5e-7. The formula needs e^(-x²/2), which is the density up to a factor.
#pragma once

#include "lanes.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

// Declares `distribution`, Φ(x), and `decay`, e^(-x²/2). This is a macro, because clang warns about vector arguments
// even of inlined functions.
//
// With s = x²/2, e^-s = 2^-whole * e^r, where `whole` is s / ln 2 rounded to an integer and r = whole * ln 2 - s.
// Adding `magic` rounds, because `magic` is so large that it has no fraction bits; the integer is then in the last bits
// of `shifted`. ln 2 is split into two constants; the first ends in zero bits. s is at most 85, so `decay` is at
// least e^-85.
#define BE_NORMAL_DISTRIBUTION(x)                                                                          \
  const be_float16_lanes one = 1.0f, magic = 12582912.0f;                                                  \
  const be_float16_lanes s = __builtin_elementwise_min(0.5f * x * x, (be_float16_lanes)85.0f);             \
  const be_float16_lanes shifted = __builtin_elementwise_fma(s, (be_float16_lanes)1.44269504f, magic);     \
  const be_float16_lanes whole = shifted - magic;                                                          \
  be_float16_lanes r = __builtin_elementwise_fma(whole, (be_float16_lanes)0.693359375f, -s);               \
  r = __builtin_elementwise_fma(whole, (be_float16_lanes)-2.12194440e-4f, r);                              \
  be_float16_lanes power = 1.9875691500e-4f;                                                               \
  power = __builtin_elementwise_fma(power, r, (be_float16_lanes)1.3981999507e-3f);                         \
  power = __builtin_elementwise_fma(power, r, (be_float16_lanes)8.3334519073e-3f);                         \
  power = __builtin_elementwise_fma(power, r, (be_float16_lanes)4.1665795894e-2f);                         \
  power = __builtin_elementwise_fma(power, r, (be_float16_lanes)1.6666665459e-1f);                         \
  power = __builtin_elementwise_fma(power, r, (be_float16_lanes)5.0000001201e-1f);                         \
  power = __builtin_elementwise_fma(power, r * r, r + one);                                                \
  const be_int16_lanes exponent = ((be_int16_lanes)shifted - (be_int16_lanes)magic) << 23;                 \
  const be_float16_lanes decay = (be_float16_lanes)((be_int16_lanes)power - exponent);                     \
  const be_float16_lanes size = __builtin_elementwise_abs(x);                                              \
  const be_float16_lanes t = one / __builtin_elementwise_fma(size, (be_float16_lanes)0.231641888f, one);   \
  be_float16_lanes tail = 0.5307027145f;                                                                   \
  tail = __builtin_elementwise_fma(tail, t, (be_float16_lanes)-0.7265760135f);                             \
  tail = __builtin_elementwise_fma(tail, t, (be_float16_lanes)0.7107068705f);                              \
  tail = __builtin_elementwise_fma(tail, t, (be_float16_lanes)-0.142248368f);                              \
  tail = __builtin_elementwise_fma(tail, t, (be_float16_lanes)0.127414796f);                               \
  tail *= t * decay;                                                                                       \
  const be_int16_lanes isNegative = (be_int16_lanes)x >> 31;                                               \
  const be_float16_lanes distribution = (be_float16_lanes)(                                                \
      (isNegative & (be_int16_lanes)tail) | (~isNegative & (be_int16_lanes)(one - tail)))

/// Returns x Φ(x) of each lane.
static inline __attribute__((always_inline)) be_float16_lanes be_gelu16(be_float16_lanes x) {
  BE_NORMAL_DISTRIBUTION(x);
  return x * distribution;
}

/// Returns Φ(x) + x φ(x) of each lane.
static inline __attribute__((always_inline)) be_float16_lanes be_gelu_derivative16(be_float16_lanes x) {
  BE_NORMAL_DISTRIBUTION(x);
  return __builtin_elementwise_fma(x * 0.39894228f, decay, distribution);
}

#undef BE_NORMAL_DISTRIBUTION
#pragma clang diagnostic pop
