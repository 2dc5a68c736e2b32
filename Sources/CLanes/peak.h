// The most arithmetic that a core can do: independent multiply-adds in registers, nothing from memory.
#include <stdint.h>

#if defined(__AVX512F__)
#define BE_PEAK_LANES 16
#elif defined(__AVX__)
#define BE_PEAK_LANES 8
#else
#define BE_PEAK_LANES 4
#endif
typedef float be_peak_lanes __attribute__((ext_vector_type(BE_PEAK_LANES)));

// Enough of them that none has to wait for another.
enum { BE_PEAK_CHAINS = 12 };

/// Operations (a multiplication and an addition are two) in one of `be_multiply_add`'s rounds.
static inline int64_t be_multiply_add_operations(void) { return 2 * BE_PEAK_CHAINS * BE_PEAK_LANES; }

/// Multiply-adds of float32 for so many rounds; the result is there to be used, so that none is left out.
static inline float be_multiply_add(int64_t rounds, float factor) {
  be_peak_lanes sums[BE_PEAK_CHAINS];
  for (int chain = 0; chain < BE_PEAK_CHAINS; chain++) sums[chain] = (be_peak_lanes)(float)chain;
  const be_peak_lanes factors = (be_peak_lanes)factor, terms = (be_peak_lanes)(1 - factor);
  for (int64_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
    for (int chain = 0; chain < BE_PEAK_CHAINS; chain++) sums[chain] = sums[chain] * factors + terms;
  float sum = 0;
  for (int chain = 0; chain < BE_PEAK_CHAINS; chain++) sum += sums[chain][0];
  return sum;
}

/// The same for the dot product of bfloat16 pairs; 0 where the processor has none.
static inline int64_t be_dot_product_operations(void) {
#if defined(__AVX512BF16__)
  return 4 * BE_PEAK_CHAINS * 16;
#else
  return 0;
#endif
}

/// Dot products of bfloat16 pairs, summed in float32, for so many rounds.
static inline float be_dot_product(int64_t rounds, float factor) {
#if defined(__AVX512BF16__)
  typedef float sums_t __attribute__((vector_size(64)));
  typedef __bf16 pairs_t __attribute__((vector_size(64)));
  sums_t sums[BE_PEAK_CHAINS];
  pairs_t left, right;
  for (int lane = 0; lane < 32; lane++) left[lane] = (__bf16)factor, right[lane] = (__bf16)(lane % 2 ? 1.0f : -1.0f);
  for (int chain = 0; chain < BE_PEAK_CHAINS; chain++)
    for (int lane = 0; lane < 16; lane++) sums[chain][lane] = (float)chain;
  for (int64_t round = 0; round < rounds; round++)
#pragma clang loop unroll(full)
    for (int chain = 0; chain < BE_PEAK_CHAINS; chain++)
      sums[chain] = __builtin_ia32_dpbf16ps_512(sums[chain], left, right);
  float sum = 0;
  for (int chain = 0; chain < BE_PEAK_CHAINS; chain++) sum += sums[chain][0];
  return sum;
#else
  (void)rounds;
  return factor;
#endif
}
