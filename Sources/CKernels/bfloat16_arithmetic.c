#include "bfloat16_arithmetic.h"

#include "bfloat16_operations.h"

BE_INLINE void round_all(operations_t on, const float *floats, ptrdiff_t vectors, bfloat *halves) {
  for (; vectors > 0; vectors--, floats += 16, halves += 16) store_halves(halves, on.narrow(load_floats(floats)));
}

static void round_all_plain(const float *floats, ptrdiff_t vectors, void *halves) {
  round_all(operations_plain, floats, vectors, halves);
}

BE_TARGET_AVX512_BF16 static void round_all_avx512_bf16(const float *floats, ptrdiff_t vectors, void *halves) {
  round_all(operations_avx512_bf16, floats, vectors, halves);
}

void be_bfloat16_round(be_instruction_set set, const float *floats, ptrdiff_t vectors, void *halves) {
  static __typeof__(round_all_plain) *const entries[] = BE_BFLOAT16_ENTRIES(round_all);
  entries[set](floats, vectors, halves);
}

BE_INLINE void round_pairs(operations_t on, const float *even, const float *odd, ptrdiff_t vectors, uint32_t *pairs) {
  for (; vectors > 0; vectors--, even += 16, odd += 16, pairs += 16)
    store_pairs(pairs, on.narrow_pairs(load_floats(even), load_floats(odd)));
}

static void round_pairs_plain(const float *even, const float *odd, ptrdiff_t vectors, void *pairs) {
  round_pairs(operations_plain, even, odd, vectors, pairs);
}

BE_TARGET_AVX512_BF16 static void round_pairs_avx512_bf16(const float *even, const float *odd, ptrdiff_t vectors,
                                                          void *pairs) {
  round_pairs(operations_avx512_bf16, even, odd, vectors, pairs);
}

void be_bfloat16_round_pairs(be_instruction_set set, const float *even, const float *odd, ptrdiff_t vectors,
                             void *pairs) {
  static __typeof__(round_pairs_plain) *const entries[] = BE_BFLOAT16_ENTRIES(round_pairs);
  entries[set](even, odd, vectors, pairs);
}

BE_INLINE void add_all(operations_t on, const uint32_t *left, const uint32_t *right, ptrdiff_t vectors,
                       float *sums) {
  for (; vectors > 0; vectors--, left += 16, right += 16, sums += 16)
    store_floats(sums, on.add_products(load_floats(sums), load_pairs(left), load_pairs(right)));
}

static void add_all_plain(const void *left, const void *right, ptrdiff_t vectors, float *sums) {
  add_all(operations_plain, left, right, vectors, sums);
}

BE_TARGET_AVX512_BF16 static void add_all_avx512_bf16(const void *left, const void *right, ptrdiff_t vectors,
                                                      float *sums) {
  add_all(operations_avx512_bf16, left, right, vectors, sums);
}

void be_bfloat16_add_products(be_instruction_set set, const void *left, const void *right, ptrdiff_t vectors,
                              float *sums) {
  static __typeof__(add_all_plain) *const entries[] = BE_BFLOAT16_ENTRIES(add_all);
  entries[set](left, right, vectors, sums);
}

bool be_bfloat16_is_faster(be_instruction_set set) {
  __builtin_cpu_init();
  return set >= BE_AVX512_BF16 && __builtin_cpu_is("amd");
}
