#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tile_convolution.h"

#include "tile_shapes.h"

typedef be_tile_kernel kernel_t;

bool be_processor_has_tiles(void) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  const unsigned tile = 1u << 24, bfloat16 = 1u << 22;
  return (d & tile) && (d & bfloat16);
}

bool be_tiles_are_allowed(void) {
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
  return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

/// The kernel as the convolution or the gradient of its inputs sees it.
typedef struct {
  ptrdiff_t taps, depth, targets, blocks, pairs;
  bool unfolds;
} view_t;

BE_INLINE view_t view_of(const kernel_t *kernel) {
  view_t view = {.taps = kernel->rows * kernel->columns, .depth = kernel->inputs, .targets = kernel->outputs};
  if (kernel->is_turned) view.depth = kernel->outputs, view.targets = kernel->inputs;
  view.unfolds = !kernel->is_turned && unfolds(kernel->columns, kernel->inputs);
  if (view.unfolds) view.taps = kernel->rows, view.depth *= kernel->columns;
  view.blocks = blocks_of(view.depth, DEPTH);
  view.pairs = blocks_of(view.targets, 32);
  return view;
}

size_t be_tile_kernel_bytes(const kernel_t *kernel) {
  const view_t view = view_of(kernel);
  return view.pairs * view.taps * view.blocks * 2 * TILE_BYTES;
}

ptrdiff_t be_tile_kernel_pieces(const kernel_t *kernel) {
  const view_t view = view_of(kernel);
  return view.pairs * view.taps;
}

/// Returns the address of the sixteen values for outputs from `output` on; NULL outside the kernel.
BE_INLINE const float *values_at(const kernel_t *kernel, const float *values, ptrdiff_t output, ptrdiff_t input,
                                 ptrdiff_t tap) {
  if (output >= kernel->outputs || input >= kernel->inputs) return NULL;
  const ptrdiff_t block = output / 16 * blocks_of(kernel->inputs, 16) + input / 16;
  return values + ((block * kernel->rows * kernel->columns + tap) * 16 + input % 16) * 16 + output % 16;
}

BE_INLINE lanes_t load_values(const float *values) { return values ? load_floats(values) : (lanes_t)0; }

/// Rounds one tile, of depths from `depth` on and targets from `target` on.
BE_INLINE void round_tile(tile_operations_t on, const kernel_t *kernel, const float *values, const view_t *view,
                          ptrdiff_t tap, ptrdiff_t depth, ptrdiff_t target, uint32_t *tile) {
  for (ptrdiff_t pair = 0; pair < 16; pair++) {
    const ptrdiff_t even = depth + 2 * pair, odd = even + 1;
    if (view->unfolds) {
      const ptrdiff_t inputs = kernel->inputs, columns = kernel->columns;
      const float *const first =
          even < view->depth ? values_at(kernel, values, target, even % inputs, tap * columns + even / inputs) : NULL;
      const float *const second =
          odd < view->depth ? values_at(kernel, values, target, odd % inputs, tap * columns + odd / inputs) : NULL;
      store_pairs(tile + pair * 16, on.vectors.narrow_pairs(load_values(first), load_values(second)));
    } else {
      store_pairs(tile + pair * 16, on.vectors.narrow_pairs(load_values(values_at(kernel, values, target, even, tap)),
                                                            load_values(values_at(kernel, values, target, odd, tap))));
    }
  }
}

/// Rounds one tile of the turned kernel: the sum is over outputs, the targets are inputs.
BE_INLINE void round_turned_tile(tile_operations_t on, const kernel_t *kernel, const float *values, ptrdiff_t tap,
                                 ptrdiff_t depth, ptrdiff_t target, uint32_t *tile) {
  pairs_t rows[16];
  for (ptrdiff_t input = 0; input < 16; input++) {
    const float *const low = values_at(kernel, values, depth, target + input, tap);
    const float *const high = values_at(kernel, values, depth + 16, target + input, tap);
    // Neighbouring outputs are pairs already.
    rows[input] = (pairs_t)on.narrow_both(load_values(low), load_values(high));
  }
  transpose(rows);
  for (int pair = 0; pair < 16; pair++) store_pairs(tile + pair * 16, rows[pair]);
}

BE_INLINE void round_kernel(tile_operations_t on, const kernel_t *kernel, const float *values, void *tiles,
                            ptrdiff_t first, ptrdiff_t last) {
  const view_t view = view_of(kernel);
  for (ptrdiff_t piece = first; piece < last; piece++) {
    const ptrdiff_t tap = piece % view.taps, pair = piece / view.taps;
    for (ptrdiff_t block = 0; block < view.blocks; block++)
      for (int half = 0; half < 2; half++) {
        uint32_t *const tile =
            (uint32_t *)((char *)tiles + ((piece * view.blocks + block) * 2 + half) * TILE_BYTES);
        const ptrdiff_t target = pair * 32 + half * 16;
        if (kernel->is_turned) round_turned_tile(on, kernel, values, tap, block * DEPTH, target, tile);
        else round_tile(on, kernel, values, &view, tap, block * DEPTH, target, tile);
      }
  }
}

static void round_kernel_plain(const kernel_t *kernel, const float *values, void *tiles, ptrdiff_t first,
                               ptrdiff_t last) {
  round_kernel(tile_operations_plain, kernel, values, tiles, first, last);
}

BE_TARGET_AMX static void round_kernel_amx(const kernel_t *kernel, const float *values, void *tiles, ptrdiff_t first,
                                           ptrdiff_t last) {
  round_kernel(tile_operations_amx, kernel, values, tiles, first, last);
}

void be_tile_kernel_round(be_instruction_set set, const kernel_t *kernel, const float *values, void *tiles,
                          ptrdiff_t first, ptrdiff_t last) {
  static __typeof__(round_kernel_plain) *const entries[] = BE_TILE_ENTRIES(round_kernel);
  entries[set](kernel, values, tiles, first, last);
}
