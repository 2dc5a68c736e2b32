// Work divided among threads, such that a thread that has finished its share takes work from the others.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Consecutive pieces of work. A cache line each, so that threads do not wait for one another's lines.
typedef struct {
  /// The next piece in the lower half, the end in the upper half.
  uint64_t bounds;
  uint64_t padding[7];
} be_work_share;

static inline void be_work_share_set(be_work_share *_Nonnull share, uint32_t first, uint32_t end) {
  __atomic_store_n(&share->bounds, (uint64_t)end << 32 | first, __ATOMIC_RELAXED);
}

/// Takes the next piece of a thread's own share, or else the last piece of another share.
///
/// - Returns: the piece's number; -1 if no piece is left.
static inline ptrdiff_t be_work_share_take(be_work_share *_Nonnull shares, ptrdiff_t threads, ptrdiff_t own) {
  for (ptrdiff_t number = 0; number < threads; number++) {
    be_work_share *const share = &shares[(own + number) % threads];
    uint64_t bounds = __atomic_load_n(&share->bounds, __ATOMIC_RELAXED);
    while ((uint32_t)bounds < bounds >> 32) {
      const uint64_t rest = number == 0 ? bounds + 1 : bounds - (1ull << 32);
      if (__atomic_compare_exchange_n(&share->bounds, &bounds, rest, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return number == 0 ? (ptrdiff_t)(uint32_t)bounds : (ptrdiff_t)(rest >> 32);
    }
  }
  return -1;
}
