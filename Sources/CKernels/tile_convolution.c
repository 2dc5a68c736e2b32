#include "tile_convolution.h"

#include <math.h>

#include "tile_shapes.h"

typedef be_tile_convolution convolution_t;

enum {
  GROUP = BE_TILE_GROUP,
  PAIR_BYTES = 2 * TILE_BYTES,
  /// The number of lines that are copied from one image before the next.
  CHUNK = 4,
};

/// Where the source's rows are kept that the current row of targets needs.
typedef struct {
  char *memory;
  ptrdiff_t rows, row_bytes, pixel_bytes;
} ring_t;

BE_INLINE ring_t ring_of(const axes_t *axes, void *memory) {
  const ptrdiff_t pixel = blocks_of(axes->depth, DEPTH) * PAIR_BYTES;
  return (ring_t){memory, axes->down.taps, unfolded(axes).source * pixel, pixel};
}

size_t be_tile_convolution_scratch_bytes(const be_tile_shape *shape, bool is_turned) {
  const axes_t axes = axes_of(shape, is_turned);
  const ring_t ring = ring_of(&axes, NULL);
  return ring.rows * ring.row_bytes;
}

/// Copies a row of a group's images: for each pixel and 32 channels two tiles, whose rows are the images.
BE_INLINE void copy_row(tile_operations_t on, const axes_t *axes, const convolution_t *convolution, ptrdiff_t group,
                        ptrdiff_t row, const ring_t *ring) {
  // A line is 32 channels of a pixel.
  const ptrdiff_t blocks = blocks_of(axes->depth, DEPTH), lines = unfolded(axes).source * blocks;
  const ptrdiff_t row_numbers = axes->across.source * axes->channels;
  const ptrdiff_t image_numbers = axes->down.source * row_numbers;
  const bfloat *const first =
      (const bfloat *)convolution->source + group * GROUP * image_numbers + row * row_numbers;
  char *const target = ring->memory + row % ring->rows * ring->row_bytes;
  const ptrdiff_t images = convolution->shape.images - group * GROUP;
  const bool is_whole = !axes->unfolds && axes->channels % DEPTH == 0;
  // With chunks of 256 bytes, reads and writes both go through memory in order.
  for (ptrdiff_t begin = 0; begin < lines; begin += CHUNK) {
    const ptrdiff_t end = begin + CHUNK < lines ? begin + CHUNK : lines;
    for (ptrdiff_t image = 0; image < GROUP; image++) {
      const bfloat *const at = first + image * image_numbers;
      char *const to = target + image * 64;
      if (image >= images) {
        for (ptrdiff_t line = begin; line < end; line++) store_both((bfloat *)(to + line * PAIR_BYTES), 0);
      } else if (is_whole && end - begin == CHUNK) {
        UNROLL for (ptrdiff_t line = 0; line < CHUNK; line++)
          store_both((bfloat *)(to + (begin + line) * PAIR_BYTES), load_both(at + (begin + line) * DEPTH));
      } else if (blocks == 1) {
        for (ptrdiff_t line = begin; line < end; line++)
          store_both((bfloat *)(to + line * PAIR_BYTES), load_pixel(on, axes, at, line, 0));
      } else {
        for (ptrdiff_t line = begin; line < end; line++)
          store_both((bfloat *)(to + line * PAIR_BYTES),
                     load_pixel(on, axes, at, line / blocks, line % blocks * DEPTH));
      }
    }
  }
}

/// Writes the sums of up to 32 images and 32 channels at one position.
///
/// - offset: of the first image's first number in the target.
BE_INLINE void finish(tile_operations_t on, const convolution_t *convolution, const float sums[GROUP][32],
                      const float bias[32], ptrdiff_t images, ptrdiff_t channels, ptrdiff_t image_stride,
                      ptrdiff_t offset) {
  const lanes_t low_bias = load_floats(bias), high_bias = load_floats(bias + 16);
  const lanes_t least = (lanes_t)(convolution->rectifies ? 0.0f : -INFINITY);
  if (convolution->is_float32) {
    float *target = (float *)convolution->target + offset;
    for (ptrdiff_t image = 0; image < images; image++, target += image_stride) {
      const lanes_t low = load_floats(sums[image]) + low_bias, high = load_floats(sums[image] + 16) + high_bias;
      const lanes_t both[2] = {low < least ? least : low, high < least ? least : high};
      memcpy(target, both, channels * sizeof(float));
    }
    return;
  }
  bfloat *target = (bfloat *)convolution->target + offset;
  for (ptrdiff_t image = 0; image < images; image++, target += image_stride) {
    const lanes_t low = load_floats(sums[image]) + low_bias, high = load_floats(sums[image] + 16) + high_bias;
    // A comparison with NaN is false: NaN stays NaN.
    const both_t numbers = on.narrow_both(low < least ? least : low, high < least ? least : high);
    if (channels == 32) store_both(target, numbers);
    else on.store_some(target, numbers, channels);
  }
}

/// Returns the window's rows in the order of the source's rows: a turned window has them from the last to the first.
BE_INLINE ptrdiff_t tap_in_order(const axis_t *axis, ptrdiff_t number) {
  return axis->is_turned ? axis->taps - 1 - number : number;
}

/// Adds the products of one position's window.
BE_INLINE void add_window(tile_operations_t on, tiles_t *tiles, const axis_t *down, const axis_t *across,
                          const ring_t *ring, ptrdiff_t y, ptrdiff_t x, ptrdiff_t blocks, const char *matrices) {
  UNROLL for (int tile = 0; tile < 4; tile++) on.clear(tiles, tile);
  for (ptrdiff_t i = 0; i < down->taps; i++) {
    const ptrdiff_t row = source_of(down, y, i);
    if (row < 0) continue;
    const char *const pixels = ring->memory + row % ring->rows * ring->row_bytes;
    for (ptrdiff_t j = 0; j < across->taps; j++) {
      const ptrdiff_t column = source_of(across, x, j);
      if (column < 0) continue;
      const char *left = pixels + column * ring->pixel_bytes;
      const char *right = matrices + (i * across->taps + j) * blocks * PAIR_BYTES;
      for (ptrdiff_t block = 0; block < blocks; block++, left += PAIR_BYTES, right += PAIR_BYTES) {
        on.load(tiles, 4, left, 64);
        on.load(tiles, 6, right, 64);
        on.load(tiles, 7, right + TILE_BYTES, 64);
        on.load(tiles, 5, left + TILE_BYTES, 64);
        on.add_product(tiles, 0, 4, 6);
        on.add_product(tiles, 1, 4, 7);
        on.add_product(tiles, 2, 5, 6);
        on.add_product(tiles, 3, 5, 7);
      }
    }
  }
}

BE_INLINE void convolve(tile_operations_t on, const convolution_t *convolution, void *scratch,
                        const be_tile_piece *piece) {
  const ptrdiff_t group = piece->group;
  const axes_t axes = axes_of(&convolution->shape, convolution->is_turned);
  const axis_t down = axes.down, across = unfolded(&axes);
  const ring_t ring = ring_of(&axes, scratch);
  const ptrdiff_t blocks = blocks_of(axes.depth, DEPTH);
  const ptrdiff_t pair_bytes = down.taps * across.taps * blocks * PAIR_BYTES;
  const ptrdiff_t image_stride = down.target * across.target * axes.targets;
  const ptrdiff_t rest = convolution->shape.images - group * GROUP, images = rest < GROUP ? rest : GROUP;
  tiles_t tiles;
  float sums[GROUP][32] __attribute__((aligned(64)));
  on.begin();
  ptrdiff_t copied = -1;
  for (ptrdiff_t y = piece->first_row; y < piece->last_row; y++) {
    for (ptrdiff_t i = 0; i < down.taps; i++) {
      const ptrdiff_t row = source_of(&down, y, tap_in_order(&down, i));
      if (row > copied) copy_row(on, &axes, convolution, group, row, &ring), copied = row;
    }
    // All channels of a position are written before the next position, so that writes are close to each other.
    for (ptrdiff_t x = 0; x < across.target; x++)
      for (ptrdiff_t channel = piece->first_channel; channel < piece->last_channel; channel += 32) {
        const char *const matrices = (const char *)convolution->tiles + channel / 32 * pair_bytes;
        add_window(on, &tiles, &down, &across, &ring, y, x, blocks, matrices);
        on.store(&tiles, 0, sums[0], sizeof sums[0]);
        on.store(&tiles, 1, sums[0] + 16, sizeof sums[0]);
        on.store(&tiles, 2, sums[16], sizeof sums[0]);
        on.store(&tiles, 3, sums[16] + 16, sizeof sums[0]);
        const ptrdiff_t channels = axes.targets - channel < 32 ? axes.targets - channel : 32;
        float rest_bias[32] = {0};
        const float *bias = rest_bias;
        if (convolution->bias && channels == 32) bias = convolution->bias + channel;
        else if (convolution->bias) memcpy(rest_bias, convolution->bias + channel, channels * sizeof(float));
        finish(on, convolution, sums, bias, images, channels, image_stride,
               group * GROUP * image_stride + (y * across.target + x) * axes.targets + channel);
      }
  }
  on.end();
}

static void convolve_plain(const convolution_t *convolution, void *scratch, const be_tile_piece *piece) {
  convolve(tile_operations_plain, convolution, scratch, piece);
}

BE_TARGET_AMX static void convolve_amx(const convolution_t *convolution, void *scratch, const be_tile_piece *piece) {
  convolve(tile_operations_amx, convolution, scratch, piece);
}

void be_tile_convolve(be_instruction_set set, const convolution_t *convolution, void *scratch,
                      const be_tile_piece *piece) {
  static __typeof__(convolve_plain) *const entries[] = BE_TILE_ENTRIES(convolve);
  entries[set](convolution, scratch, piece);
}
