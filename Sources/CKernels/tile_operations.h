// AMX's operations on tiles, and plain code with the same results.
#pragma once

#include "bfloat16_operations.h"

#define BE_TARGET_AMX \
  __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16")))

/// The table of a kernel for tiles, which has two entries.
#define BE_TILE_ENTRIES(kernel)                                                             \
  {                                                                                         \
    [BE_PLAIN] = kernel##_plain, [BE_AVX2] = kernel##_plain, [BE_AVX512] = kernel##_plain,  \
    [BE_AVX512_BF16] = kernel##_plain, [BE_AMX] = kernel##_amx,                             \
  }

enum { TILE_BYTES = 1024 };

typedef uint16_t both_t __attribute__((ext_vector_type(32)));

BE_INLINE both_t load_both(const bfloat *source) {
  both_t result;
  memcpy(&result, source, sizeof result);
  return result;
}

BE_INLINE void store_both(bfloat *target, both_t numbers) { memcpy(target, &numbers, sizeof numbers); }

/// One of four steps of a transpose: exchanges blocks of `size` by `size` numbers between rows that are `size` apart.
#define EXCHANGE(size, LOW, HIGH)                                                                  \
  UNROLL for (int row = 0; row < 16; row++) if ((row & (size)) == 0) {                             \
    const pairs_t upper = rows[row], lower = rows[row + (size)];                                   \
    rows[row] = __builtin_shufflevector(upper, lower, LOW);                                        \
    rows[row + (size)] = __builtin_shufflevector(upper, lower, HIGH);                              \
  }

/// Exchanges rows and columns.
BE_INLINE void transpose(pairs_t rows[16]) {
#define LOW1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define LOW2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
  EXCHANGE(1, LOW1, HIGH1)
  EXCHANGE(2, LOW2, HIGH2)
  EXCHANGE(4, LOW4, HIGH4)
  EXCHANGE(8, LOW8, HIGH8)
}

/// The eight tile registers of the plain code.
typedef struct {
  uint32_t rows[8][16][16];
} tiles_t;

/// A kernel's body takes one of the two sets of functions below. Both are constants, so the functions are inlined along
/// with the body, and the tiles' numbers become constants. Every tile has 16 rows of 64 bytes.
typedef struct {
  operations_t vectors;
  /// Loads the first numbers, up to 32, and zeros after them.
  both_t (*load_some)(const bfloat *source, ptrdiff_t count);
  void (*store_some)(bfloat *target, both_t numbers, ptrdiff_t count);
  /// The nearest bfloat16 numbers of two vectors, one after the other.
  both_t (*narrow_both)(lanes_t first, lanes_t second);
  /// Begins and ends the use of tiles on the calling thread.
  void (*begin)(void);
  void (*end)(void);
  void (*clear)(tiles_t *tiles, int tile);
  /// Loads rows that are `stride` bytes apart.
  void (*load)(tiles_t *tiles, int tile, const void *source, ptrdiff_t stride);
  void (*store)(tiles_t *tiles, int tile, void *target, ptrdiff_t stride);
  /// Adds to each sum the products of the even numbers of a row of `left` and a column of `right`, summed on their own,
  /// and the sum of the products of the odd numbers.
  void (*add_product)(tiles_t *tiles, int sums, int left, int right);
} tile_operations_t;

// MARK: On every processor

BE_INLINE both_t load_some_plain(const bfloat *source, ptrdiff_t count) {
  both_t result = 0;
  memcpy(&result, source, count * sizeof(bfloat));
  return result;
}

BE_INLINE void store_some_plain(bfloat *target, both_t numbers, ptrdiff_t count) {
  memcpy(target, &numbers, count * sizeof(bfloat));
}

BE_INLINE both_t narrow_both_plain(lanes_t first, lanes_t second) {
  const halves_t both[2] = {narrow_plain(first), narrow_plain(second)};
  both_t result;
  memcpy(&result, both, sizeof result);
  return result;
}

static inline void begin_plain(void) {}
static inline void end_plain(void) {}

static inline void clear_plain(tiles_t *tiles, int tile) { memset(tiles->rows[tile], 0, TILE_BYTES); }

static inline void load_plain(tiles_t *tiles, int tile, const void *source, ptrdiff_t stride) {
  for (int row = 0; row < 16; row++) memcpy(tiles->rows[tile][row], (const char *)source + row * stride, 64);
}

static inline void store_plain(tiles_t *tiles, int tile, void *target, ptrdiff_t stride) {
  for (int row = 0; row < 16; row++) memcpy((char *)target + row * stride, tiles->rows[tile][row], 64);
}

static inline void add_product_tiles_plain(tiles_t *tiles, int sums, int left, int right) {
  for (int row = 0; row < 16; row++) {
    lanes_t even = 0, odd = 0;
    for (int pair = 0; pair < 16; pair++) {
      const pairs_t value = (pairs_t)tiles->rows[left][row][pair], others = load_pairs(tiles->rows[right][pair]);
      even = add_product_plain(even, value << 16, others << 16);
      odd = add_product_plain(odd, value & 0xffff0000, others & 0xffff0000);
    }
    store_pairs(tiles->rows[sums][row],
                (pairs_t)add_product_plain(load_floats((const float *)tiles->rows[sums][row]), (pairs_t)(lanes_t)1.0f,
                                           (pairs_t)add_product_plain(even, (pairs_t)(lanes_t)1.0f, (pairs_t)odd)));
  }
}

static const tile_operations_t tile_operations_plain = {
    {narrow_plain, narrow_pairs_plain, add_products_plain},
    load_some_plain, store_some_plain, narrow_both_plain,
    begin_plain, end_plain, clear_plain, load_plain, store_plain, add_product_tiles_plain,
};

// MARK: With AMX

// The builtins take constants as numbers of tiles.
#define FOR_TILE(number, statement)                                                                 \
  switch (number) {                                                                                 \
    case 0: { enum { TILE = 0 }; statement; break; }                                                \
    case 1: { enum { TILE = 1 }; statement; break; }                                                \
    case 2: { enum { TILE = 2 }; statement; break; }                                                \
    case 3: { enum { TILE = 3 }; statement; break; }                                                \
    case 4: { enum { TILE = 4 }; statement; break; }                                                \
    case 5: { enum { TILE = 5 }; statement; break; }                                                \
    case 6: { enum { TILE = 6 }; statement; break; }                                                \
    default: { enum { TILE = 7 }; statement; break; }                                               \
  }

BE_TARGET_AMX BE_INLINE both_t load_some_amx(const bfloat *source, ptrdiff_t count) {
  return (both_t)_mm512_maskz_loadu_epi16((__mmask32)((1ull << count) - 1), source);
}

BE_TARGET_AMX BE_INLINE void store_some_amx(bfloat *target, both_t numbers, ptrdiff_t count) {
  _mm512_mask_storeu_epi16(target, (__mmask32)((1ull << count) - 1), (__m512i)numbers);
}

BE_TARGET_AMX BE_INLINE both_t narrow_both_amx(lanes_t first, lanes_t second) {
  return (both_t)_mm512_cvtne2ps_pbh(second, first);
}

BE_TARGET_AMX BE_INLINE void begin_amx(void) {
  // Palette 1, and for each of eight tiles 64 bytes in a row and 16 rows.
  static const struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } __attribute__((aligned(64))) shapes = {
      .palette = 1, .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64}, .rows = {16, 16, 16, 16, 16, 16, 16, 16}};
  _tile_loadconfig(&shapes);
}

BE_TARGET_AMX BE_INLINE void end_amx(void) { _tile_release(); }

BE_TARGET_AMX BE_INLINE void clear_amx(tiles_t *tiles, int tile) { FOR_TILE(tile, _tile_zero(TILE)); }

BE_TARGET_AMX BE_INLINE void load_amx(tiles_t *tiles, int tile, const void *source, ptrdiff_t stride) {
  FOR_TILE(tile, _tile_loadd(TILE, source, stride));
}

BE_TARGET_AMX BE_INLINE void store_amx(tiles_t *tiles, int tile, void *target, ptrdiff_t stride) {
  FOR_TILE(tile, _tile_stored(TILE, target, stride));
}

// The products that the kernels use: sums 0 to 5 of tiles 4 to 7.
#define PRODUCT(sums, left, right) \
  case (sums) * 64 + (left) * 8 + (right): _tile_dpbf16ps(sums, left, right); break;
BE_TARGET_AMX BE_INLINE void add_product_amx(tiles_t *tiles, int sums, int left, int right) {
  switch (sums * 64 + left * 8 + right) {
    // A convolution: two tiles of images by two of outputs.
    PRODUCT(0, 4, 6) PRODUCT(1, 4, 7) PRODUCT(2, 5, 6) PRODUCT(3, 5, 7)
    // A gradient: three tiles of inputs by two of outputs.
    PRODUCT(0, 6, 7) PRODUCT(1, 6, 7) PRODUCT(2, 6, 7) PRODUCT(3, 6, 7) PRODUCT(4, 6, 7) PRODUCT(5, 6, 7)
    default: __builtin_trap();
  }
}

static const tile_operations_t tile_operations_amx = {
    {narrow_avx512_bf16, narrow_pairs_avx512_bf16, add_products_avx512_bf16},
    load_some_amx, store_some_amx, narrow_both_amx,
    begin_amx, end_amx, clear_amx, load_amx, store_amx, add_product_amx,
};
