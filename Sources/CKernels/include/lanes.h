// Loads vectors of 16 or 8 float32 numbers from bfloat16 memory and stores them to it. Has a few operations on vectors.
//
// Swift's conversions between vectors of different widths go lane by lane through memory. Clang's builtins
// compile to single instructions: vpmovzxwd and, if the processor has it, vcvtneps2bf16.
#pragma once

#include <stdint.h>
#include <string.h>

// -Wpsabi warns about the calling convention of vector arguments. It does not matter here, because these functions are
// always inlined.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

typedef float be_float16_lanes __attribute__((ext_vector_type(16)));
typedef float be_float8_lanes __attribute__((ext_vector_type(8)));

// Rounds to bfloat16. Without vcvtneps2bf16, clang's conversion would call a function for each lane, and GCC 12's
// library does not have that function.
#ifdef __AVX512BF16__
#define BE_NARROW(lanes, count) __builtin_convertvector(lanes, be_bf16x##count)
#else
#define BE_NARROW(lanes, count) __builtin_convertvector(be_rounded##count(lanes) >> 16, be_u16x##count)
#endif

#define BE_LANES(count)                                                                           \
  typedef uint16_t be_u16x##count __attribute__((ext_vector_type(count)));                        \
  typedef uint32_t be_u32x##count __attribute__((ext_vector_type(count)));                        \
  typedef __bf16 be_bf16x##count __attribute__((ext_vector_type(count)));                         \
  /* The nearest bfloat16 in the upper half of each lane, zeros in the lower; rounds like vcvtneps2bf16. */ \
  static inline __attribute__((always_inline)) be_u32x##count be_rounded##count(                  \
      be_float##count##_lanes lanes) {                                                            \
    const be_u32x##count bits = (be_u32x##count)lanes, magnitude = bits & 0x7fffffff;             \
    const be_u32x##count nearest = bits + 0x7fff + (bits >> 16 & 1);                              \
    const be_u32x##count number = magnitude > 0x7f800000 ? bits | 0x400000 : nearest;             \
    return (magnitude < 0x800000 ? bits & 0x80000000 : number) & 0xffff0000;                      \
  }                                                                                               \
  static inline __attribute__((always_inline)) be_float##count##_lanes be_load_bfloat##count(     \
      const void *_Nonnull source) {                                                              \
    be_u16x##count narrow;                                                                        \
    memcpy(&narrow, source, sizeof narrow);                                                       \
    return (be_float##count##_lanes)(__builtin_convertvector(narrow, be_u32x##count) << 16);      \
  }                                                                                               \
  static inline __attribute__((always_inline)) void be_store_bfloat##count(                       \
      be_float##count##_lanes lanes, void *_Nonnull target) {                                     \
    __auto_type narrow = BE_NARROW(lanes, count);                                                 \
    memcpy(target, &narrow, sizeof narrow);                                                       \
  }

BE_LANES(16)
BE_LANES(8)
#undef BE_LANES
#undef BE_NARROW

typedef int32_t be_int16_lanes __attribute__((ext_vector_type(16)));

/// Returns the larger of two values, lane by lane.
static inline __attribute__((always_inline)) be_float16_lanes be_larger16(
    be_float16_lanes a, be_float16_lanes b) {
  return __builtin_elementwise_max(a, b);
}

/// Returns the square root of all lanes at once; Swift's function computes lane by lane.
static inline __attribute__((always_inline)) be_float16_lanes be_square_root16(be_float16_lanes a) {
  return __builtin_elementwise_sqrt(a);
}

/// Returns for each lane the index, 0 to 3, of the largest of four values; of equal ones, that of the first.
static inline __attribute__((always_inline)) be_int16_lanes be_first_maximum16(
    be_float16_lanes a, be_float16_lanes b, be_float16_lanes c, be_float16_lanes d) {
  be_int16_lanes upper = (b > a) & 1, lower = 2 - (be_int16_lanes)(d > c);
  be_int16_lanes isLower = __builtin_elementwise_max(c, d) > __builtin_elementwise_max(a, b);
  return (isLower & lower) | (~isLower & upper);
}

/// Stores numbers from 0 to 255, a byte each.
static inline __attribute__((always_inline)) void be_store_bytes16(be_int16_lanes numbers, uint8_t *_Nonnull target) {
  typedef uint8_t be_bytes16 __attribute__((ext_vector_type(16)));
  const be_bytes16 bytes = __builtin_convertvector(numbers, be_bytes16);
  memcpy(target, &bytes, sizeof bytes);
}

static inline __attribute__((always_inline)) be_int16_lanes be_load_bytes16(const uint8_t *_Nonnull source) {
  typedef uint8_t be_bytes16 __attribute__((ext_vector_type(16)));
  be_bytes16 bytes;
  memcpy(&bytes, source, sizeof bytes);
  return __builtin_convertvector(bytes, be_int16_lanes);
}

/// Returns `value` in the lanes in which `number` equals `which`, zero elsewhere.
static inline __attribute__((always_inline)) be_float16_lanes be_where16(
    be_int16_lanes number, int32_t which, be_float16_lanes value) {
  return (be_float16_lanes)((number == which) & (be_int16_lanes)value);
}

#pragma clang diagnostic pop
