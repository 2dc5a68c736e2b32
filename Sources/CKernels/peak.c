#include "peak.h"

#include "tile_operations.h"

// The number of independent chains with AVX-512. A chain is a sum of 16 lanes. With smaller registers a chain takes
// more of them, so there are fewer chains: all chains together always take 12 registers.
enum { CHAINS = 12 };

/// Returns the sum over chains and lanes, so that the compiler cannot remove any chain.
BE_INLINE float sum_of(const lanes_t *sums, int chains) {
  lanes_t total = 0;
  for (int chain = 0; chain < chains; chain++) total += sums[chain];
  float sum = 0;
  for (int lane = 0; lane < 16; lane++) sum += total[lane];
  return sum;
}

/// Runs `rounds` rounds of one multiply-add for each lane of `chains` chains; returns the number of operations.
BE_INLINE int64_t multiply_add(int chains, int64_t rounds, float factor, float *result) {
#pragma clang fp contract(on)
  lanes_t sums[CHAINS];
  for (int chain = 0; chain < chains; chain++) sums[chain] = (lanes_t)(float)chain;
  const lanes_t factors = (lanes_t)factor, terms = (lanes_t)(1 - factor);
  for (int64_t round = 0; round < rounds; round++)
    UNROLL for (int chain = 0; chain < chains; chain++) sums[chain] = sums[chain] * factors + terms;
  *result = sum_of(sums, chains);
  return rounds * chains * 16 * 2;
}

static int64_t multiply_add_plain(int64_t rounds, float factor, float *result) {
  return multiply_add(CHAINS / 4, rounds, factor, result);
}

BE_TARGET_AVX2 static int64_t multiply_add_avx2(int64_t rounds, float factor, float *result) {
  return multiply_add(CHAINS / 2, rounds, factor, result);
}

BE_TARGET_AVX512 static int64_t multiply_add_avx512(int64_t rounds, float factor, float *result) {
  return multiply_add(CHAINS, rounds, factor, result);
}

int64_t be_multiply_add(be_instruction_set set, int64_t rounds, float factor, float *result) {
  static __typeof__(multiply_add_plain) *const entries[] = {
      [BE_PLAIN] = multiply_add_plain,
      [BE_AVX2] = multiply_add_avx2,
      [BE_AVX512] = multiply_add_avx512,
      [BE_AVX512_BF16] = multiply_add_avx512,
      [BE_AMX] = multiply_add_avx512,
  };
  return entries[set](rounds, factor, result);
}

BE_TARGET_AVX512_BF16 static int64_t dot_product_avx512_bf16(int64_t rounds, float factor, float *result) {
  lanes_t sums[CHAINS];
  for (int chain = 0; chain < CHAINS; chain++) sums[chain] = (lanes_t)(float)chain;
  const pairs_t left = narrow_pairs_avx512_bf16((lanes_t)factor, (lanes_t)factor);
  const pairs_t right = narrow_pairs_avx512_bf16((lanes_t)-1.0f, (lanes_t)1.0f);
  for (int64_t round = 0; round < rounds; round++)
    UNROLL for (int chain = 0; chain < CHAINS; chain++)
      sums[chain] = add_products_avx512_bf16(sums[chain], left, right);
  *result = sum_of(sums, CHAINS);
  return rounds * CHAINS * 16 * 4;
}

/// Products of tiles, four sums at a time.
BE_TARGET_AMX static int64_t tile_product_amx(int64_t rounds, float factor, float *result) {
  bfloat halves[512];
  uint32_t bits;
  memcpy(&bits, &factor, sizeof bits);
  for (int number = 0; number < 512; number++) halves[number] = bits >> 16 ^ (number % 32 < 16 ? 0x8000 : 0);
  float sums[256];
  tiles_t tiles;
  begin_amx();
  for (int tile = 0; tile < 4; tile++) clear_amx(&tiles, tile);
  for (int tile = 4; tile < 8; tile++) load_amx(&tiles, tile, halves, 64);
  for (int64_t round = 0; round < rounds; round++) {
    add_product_amx(&tiles, 0, 4, 6);
    add_product_amx(&tiles, 1, 4, 7);
    add_product_amx(&tiles, 2, 5, 6);
    add_product_amx(&tiles, 3, 5, 7);
  }
  store_amx(&tiles, 0, sums, 64);
  end_amx();
  *result = sums[0];
  return rounds * 4 * 16 * 16 * 32 * 2;
}

int64_t be_bfloat16_products(be_instruction_set set, int64_t rounds, float factor, float *result) {
  if (set == BE_AMX) return tile_product_amx(rounds / 4, factor, result);
  return set < BE_AVX512_BF16 ? 0 : dot_product_avx512_bf16(rounds, factor, result);
}
