// Sixteen channels of a pixel, in the registers of a processor with dot products of bfloat16.
#if defined(__AVX512BF16__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define BE_WINOGRAD 1
#include <immintrin.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
typedef uint16_t bfloat;

INLINE __m512 load_lanes(const bfloat *source, __mmask16 mask) {
  const __m256i narrow = _mm256_maskz_loadu_epi16(mask, source);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow), 16));
}

INLINE void store_lanes(bfloat *target, __m512 lanes) {
  _mm256_storeu_si256((__m256i *)target, (__m256i)_mm512_cvtneps_pbh(lanes));
}

/// Lane by lane the two values in bfloat16 next to each other, given `interleaving()`.
INLINE void store_pairs(uint32_t *target, __m512 even, __m512 odd, __m512i order) {
  const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(odd, even);
  _mm512_storeu_si512(target, _mm512_permutexvar_epi16(order, both));
}

INLINE __m512i interleaving(void) {
  uint16_t order[32];
  for (int lane = 0; lane < 32; lane++) order[lane] = lane / 2 + lane % 2 * 16;
  return _mm512_loadu_si512(order);
}

/// Four rows of one block of channels; a row outside of the image is zero.
typedef struct {
  const bfloat *at[4];
  __mmask16 mask[4];
} rows_t;

INLINE rows_t rows_of_tile(const bfloat *plane, ptrdiff_t height, ptrdiff_t width, ptrdiff_t tile_row) {
  rows_t rows;
  for (int i = 0; i < 4; i++) {
    const ptrdiff_t y = 2 * tile_row - 1 + i;
    const int inside = y >= 0 && y < height;
    rows.at[i] = plane + (inside ? y : 0) * width * 16;
    rows.mask[i] = inside ? 0xffff : 0;
  }
  return rows;
}

/// Bt times one column of the image, which is zero outside.
INLINE void transform_column(const rows_t *rows, ptrdiff_t x, ptrdiff_t width, __m512 result[4]) {
  const int inside = x >= 0 && x < width;
  const ptrdiff_t at = inside ? x * 16 : 0;
  __m512 d[4];
  for (int i = 0; i < 4; i++) d[i] = load_lanes(rows->at[i] + at, inside ? rows->mask[i] : 0);
  result[0] = d[0] - d[2];
  result[1] = d[1] + d[2];
  result[2] = d[2] - d[1];
  result[3] = d[1] - d[3];
}
#endif
