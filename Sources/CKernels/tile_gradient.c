#include "tile_convolution.h"

#include "tile_shapes.h"

typedef be_tile_gradient gradient_t;
typedef be_tile_shape shape_t;

enum {
  GROUP = BE_TILE_GROUP,
  /// Bytes of copied rows that are handled at once: most of a second-level cache of 2 MB.
  SCRATCH_BYTES = 1 << 20,
  /// The largest number of tiles of inputs, and of outputs, whose products are summed at once.
  LEFTS = 3, RIGHTS = 2,
};

/// The copied rows.
typedef struct {
  axes_t axes;
  axis_t down, across;
  /// Blocks of 16 channels.
  ptrdiff_t inputs, outputs;
  /// Elements from one image of a group to the next, from one row to the next, and from one group to the next.
  ptrdiff_t input_image, input_row, input_group, output_image, output_row, output_group;
  /// The number of rows of outputs that are handled at once, and the number of rows of inputs that these need.
  ptrdiff_t rows, input_rows;
  ptrdiff_t input_row_bytes, output_row_bytes;
  /// Whether images are a single pixel, so that groups are handled like rows of one group.
  bool is_product;
} plan_t;

bool be_tile_gradient_is_product(const shape_t *shape) {
  return shape->height * shape->width * shape->rows * shape->columns == 1;
}

/// - groups: the number of groups to sum over.
BE_INLINE plan_t plan_of(const shape_t *shape, ptrdiff_t groups) {
  plan_t plan = {.axes = axes_of(shape, false), .is_product = be_tile_gradient_is_product(shape)};
  axes_t *const axes = &plan.axes;
  plan.input_row = axes->across.source * axes->channels;
  plan.output_row = axes->across.target * axes->targets;
  plan.input_image = axes->down.source * plan.input_row;
  plan.output_image = axes->down.target * plan.output_row;
  plan.input_group = GROUP * plan.input_image;
  plan.output_group = GROUP * plan.output_image;
  if (plan.is_product) {
    axes->down.source = axes->down.target = groups;
    plan.input_row = plan.input_group;
    plan.output_row = plan.output_group;
  }
  plan.down = axes->down;
  plan.across = unfolded(&plan.axes);
  plan.inputs = blocks_of(plan.axes.depth, 16);
  plan.outputs = blocks_of(plan.axes.targets, 16);
  plan.input_row_bytes = plan.across.source * plan.inputs * TILE_BYTES;
  plan.output_row_bytes = plan.across.target * plan.outputs * TILE_BYTES;
  plan.rows = 1;
  for (ptrdiff_t rows = 2; rows <= plan.down.target; rows++) {
    const ptrdiff_t needed = (rows - 1) * plan.down.stride + plan.down.taps;
    if (needed * plan.input_row_bytes + rows * plan.output_row_bytes > SCRATCH_BYTES) break;
    plan.rows = rows;
  }
  plan.input_rows = (plan.rows - 1) * plan.down.stride + plan.down.taps;
  return plan;
}

BE_INLINE size_t kernel_sums(const plan_t *plan) {
  return plan->inputs * plan->outputs * plan->down.taps * plan->across.taps * 256;
}

size_t be_tile_gradient_sums(const shape_t *shape) {
  const plan_t plan = plan_of(shape, 1);
  return kernel_sums(&plan);
}

bool be_tile_gradient_is_direct(const shape_t *shape) { return !axes_of(shape, false).unfolds; }

size_t be_tile_gradient_scratch_bytes(const shape_t *shape, ptrdiff_t groups) {
  const plan_t plan = plan_of(shape, groups);
  return plan.input_rows * plan.input_row_bytes + plan.rows * plan.output_row_bytes;
}

/// Interleaves sixteen numbers of two images.
BE_INLINE pairs_t interleaved(both_t even, both_t odd, bool is_high) {
  return (pairs_t)(is_high
                       ? __builtin_shufflevector(even, odd, 16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23,
                                                 55, 24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63)
                       : __builtin_shufflevector(even, odd, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39, 8,
                                                 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47));
}

/// Returns how many images a group has at a row; 32 or more if the group is complete.
BE_INLINE ptrdiff_t images_of(const plan_t *plan, const gradient_t *gradient, ptrdiff_t group, ptrdiff_t row) {
  return gradient->shape.images - (plan->is_product ? group + row : group) * GROUP;
}

/// Copies a row of a group's inputs: for each pixel and 16 channels a tile, whose rows are channels and whose columns
/// are images.
BE_INLINE void copy_inputs(tile_operations_t on, const plan_t *plan, const gradient_t *gradient, ptrdiff_t group,
                           ptrdiff_t row, char *target) {
  const axes_t *const axes = &plan->axes;
  const bfloat *const first = (const bfloat *)gradient->input + group * plan->input_group + row * plan->input_row;
  const ptrdiff_t stride = plan->input_image;
  const ptrdiff_t images = images_of(plan, gradient, group, row);
  for (ptrdiff_t x = 0; x < plan->across.source; x++)
    for (ptrdiff_t block = 0; block < plan->inputs; block += 2) {
      pairs_t low[16], high[16];
      for (ptrdiff_t pair = 0; pair < 16; pair++) {
        const bfloat *const at = first + 2 * pair * stride;
        const both_t even = 2 * pair < images ? load_pixel(on, axes, at, x, block * 16) : (both_t)0;
        const both_t odd = 2 * pair + 1 < images ? load_pixel(on, axes, at + stride, x, block * 16) : (both_t)0;
        low[pair] = interleaved(even, odd, false);
        high[pair] = interleaved(even, odd, true);
      }
      uint32_t *const tile = (uint32_t *)(target + (x * plan->inputs + block) * TILE_BYTES);
      transpose(low);
      UNROLL for (int channel = 0; channel < 16; channel++) store_pairs(tile + channel * 16, low[channel]);
      if (block + 1 == plan->inputs) continue;
      transpose(high);
      UNROLL for (int channel = 0; channel < 16; channel++) store_pairs(tile + (16 + channel) * 16, high[channel]);
    }
}

/// Copies a row of a group's gradients: for each pixel and 16 channels a tile, whose rows are pairs of images. Adds the
/// gradients to the sums for the bias.
BE_INLINE void copy_gradients(tile_operations_t on, const plan_t *plan, const gradient_t *gradient, ptrdiff_t group,
                              ptrdiff_t row, const be_tile_gradient_piece *piece, char *target, float *bias_sums) {
  const ptrdiff_t channels = plan->axes.targets, stride = plan->output_image;
  const bfloat *const first =
      (const bfloat *)gradient->output_gradient + group * plan->output_group + row * plan->output_row;
  const ptrdiff_t images = images_of(plan, gradient, group, row);
  for (ptrdiff_t block = piece->first_block; block < piece->last_block; block += 2) {
    const ptrdiff_t rest = channels - block * 16;
    // The sums of a row are added to the total at once: in one long sum, small values would be lost in rounding.
    lanes_t low_sum = 0, high_sum = 0;
    for (ptrdiff_t x = 0; x < plan->across.target; x++) {
      uint32_t *const tile = (uint32_t *)(target + (x * plan->outputs + block) * TILE_BYTES);
      for (ptrdiff_t pair = 0; pair < 16; pair++) {
        const bfloat *const at = first + 2 * pair * stride + x * channels + block * 16;
        both_t even = 0, odd = 0;
        if (2 * pair < images) even = rest >= 32 ? load_both(at) : on.load_some(at, rest);
        if (2 * pair + 1 < images) odd = rest >= 32 ? load_both(at + stride) : on.load_some(at + stride, rest);
        const pairs_t low = interleaved(even, odd, false), high = interleaved(even, odd, true);
        low_sum += (lanes_t)(low << 16) + (lanes_t)(low & 0xffff0000);
        high_sum += (lanes_t)(high << 16) + (lanes_t)(high & 0xffff0000);
        store_pairs(tile + pair * 16, low);
        if (block + 1 < piece->last_block) store_pairs(tile + (16 + pair) * 16, high);
      }
    }
    float *const sums = bias_sums + block * 16;
    store_floats(sums, load_floats(sums) + low_sum);
    if (block + 1 < piece->last_block) store_floats(sums + 16, load_floats(sums + 16) + high_sum);
  }
}

/// The copied rows of a group that are handled at once.
typedef struct {
  const char *inputs, *outputs;
  ptrdiff_t first, last;
  /// Whether nothing has been summed yet.
  bool are_first;
} rows_t;

/// Adds the products of `lefts` tiles of inputs with `rights` tiles of outputs, for one row of the window. A tile of
/// inputs is a block of 16 channels and a column of the window; `left` and `right` are the first ones.
BE_INLINE void add_products(tile_operations_t on, const plan_t *plan, const rows_t *rows, ptrdiff_t window_row,
                            ptrdiff_t left, int lefts, ptrdiff_t right, int rights, float *all_sums) {
  const ptrdiff_t columns = plan->across.taps;
  float *sums[LEFTS][RIGHTS];
  ptrdiff_t tap[LEFTS], offset[LEFTS];
  for (int i = 0; i < lefts; i++) {
    const ptrdiff_t block = (left + i) / columns;
    tap[i] = (left + i) % columns;
    offset[i] = block * TILE_BYTES;
    for (int j = 0; j < rights; j++)
      sums[i][j] =
          all_sums
          + ((((right + j) * plan->inputs + block) * plan->down.taps + window_row) * columns + tap[i]) * 256;
  }
  tiles_t tiles;
  UNROLL for (int i = 0; i < lefts; i++)
    UNROLL for (int j = 0; j < rights; j++)
      if (rows->are_first) on.clear(&tiles, i * RIGHTS + j);
      else on.load(&tiles, i * RIGHTS + j, sums[i][j], 64);
  for (ptrdiff_t y = rows->first; y < rows->last; y++) {
    const ptrdiff_t row = source_of(&plan->down, y, window_row);
    if (row < 0) continue;
    const char *const inputs = rows->inputs + row % plan->input_rows * plan->input_row_bytes;
    const char *outputs = rows->outputs + (y - rows->first) * plan->output_row_bytes + right * TILE_BYTES;
    for (ptrdiff_t x = 0; x < plan->across.target; x++, outputs += plan->outputs * TILE_BYTES) {
      UNROLL for (int j = 0; j < rights; j++) {
        on.load(&tiles, 7, outputs + j * TILE_BYTES, 64);
        UNROLL for (int i = 0; i < lefts; i++) {
          const ptrdiff_t column = source_of(&plan->across, x, tap[i]);
          if (column < 0) continue;
          on.load(&tiles, 6, inputs + column * plan->inputs * TILE_BYTES + offset[i], 64);
          on.add_product(&tiles, i * RIGHTS + j, 6, 7);
        }
      }
    }
  }
  UNROLL for (int i = 0; i < lefts; i++)
    UNROLL for (int j = 0; j < rights; j++) on.store(&tiles, i * RIGHTS + j, sums[i][j], 64);
}

BE_INLINE void sum_rows(tile_operations_t on, const plan_t *plan, const be_tile_gradient_piece *piece,
                        const rows_t *rows, float *sums) {
  const ptrdiff_t lefts = plan->inputs * plan->across.taps;
  for (ptrdiff_t window_row = 0; window_row < plan->down.taps; window_row++)
    for (ptrdiff_t right = piece->first_block; right < piece->last_block; right += RIGHTS)
      for (ptrdiff_t left = 0; left < lefts; left += LEFTS) {
        const bool is_pair = piece->last_block - right > 1;
        if (lefts - left >= 3 && is_pair) add_products(on, plan, rows, window_row, left, 3, right, 2, sums);
        else if (lefts - left >= 3) add_products(on, plan, rows, window_row, left, 3, right, 1, sums);
        else if (lefts - left == 2 && is_pair) add_products(on, plan, rows, window_row, left, 2, right, 2, sums);
        else if (lefts - left == 2) add_products(on, plan, rows, window_row, left, 2, right, 1, sums);
        else if (is_pair) add_products(on, plan, rows, window_row, left, 1, right, 2, sums);
        else add_products(on, plan, rows, window_row, left, 1, right, 1, sums);
      }
}

BE_INLINE void sum_gradient(tile_operations_t on, const gradient_t *gradient, void *scratch,
                            const be_tile_gradient_piece *piece) {
  const ptrdiff_t groups = piece->last_group - piece->first_group;
  const plan_t plan = plan_of(&gradient->shape, groups);
  float *const sums = gradient->sums + piece->part * kernel_sums(&plan);
  float *const bias_sums = gradient->bias_sums + piece->part * plan.outputs * 16;
  memset(bias_sums + piece->first_block * 16, 0, (piece->last_block - piece->first_block) * 16 * sizeof(float));
  char *const inputs = scratch, *const outputs = inputs + plan.input_rows * plan.input_row_bytes;
  on.begin();
  for (ptrdiff_t number = 0; number < (plan.is_product ? 1 : groups); number++) {
    const ptrdiff_t group = piece->first_group + number;
    ptrdiff_t copied = -1;
    for (ptrdiff_t first = 0; first < plan.down.target; first += plan.rows) {
      const ptrdiff_t end = first + plan.rows, last = end < plan.down.target ? end : plan.down.target;
      for (ptrdiff_t y = first; y < last; y++) {
        for (ptrdiff_t tap = 0; tap < plan.down.taps; tap++) {
          const ptrdiff_t row = source_of(&plan.down, y, tap);
          if (row <= copied) continue;
          copy_inputs(on, &plan, gradient, group, row, inputs + row % plan.input_rows * plan.input_row_bytes);
          copied = row;
        }
        copy_gradients(on, &plan, gradient, group, y, piece, outputs + (y - first) * plan.output_row_bytes, bias_sums);
      }
      const rows_t rows = {inputs, outputs, first, last, number == 0 && first == 0};
      sum_rows(on, &plan, piece, &rows, sums);
    }
  }
  on.end();
}

static void sum_gradient_plain(const gradient_t *gradient, void *scratch, const be_tile_gradient_piece *piece) {
  sum_gradient(tile_operations_plain, gradient, scratch, piece);
}

BE_TARGET_AMX static void sum_gradient_amx(const gradient_t *gradient, void *scratch,
                                           const be_tile_gradient_piece *piece) {
  sum_gradient(tile_operations_amx, gradient, scratch, piece);
}

void be_tile_sum_gradient(be_instruction_set set, const gradient_t *gradient, void *scratch,
                          const be_tile_gradient_piece *piece) {
  static __typeof__(sum_gradient_plain) *const entries[] = BE_TILE_ENTRIES(sum_gradient);
  entries[set](gradient, scratch, piece);
}

BE_INLINE void finish_gradient(const gradient_t *gradient, ptrdiff_t parts, ptrdiff_t first_block,
                               ptrdiff_t last_block) {
  const plan_t plan = plan_of(&gradient->shape, 1);
  const size_t all = kernel_sums(&plan);
  const ptrdiff_t rows = plan.inputs * plan.down.taps * plan.across.taps * 16;
  const ptrdiff_t inputs = gradient->shape.inputs, columns = gradient->shape.columns;
  const ptrdiff_t stored_rows = blocks_of(inputs, 16) * gradient->shape.rows * columns * 16;
  for (ptrdiff_t block = first_block; block < last_block; block++) {
    float *const target = gradient->kernel_gradient + block * stored_rows * 16;
    if (plan.axes.unfolds) memset(target, 0, stored_rows * 16 * sizeof(float));
    for (ptrdiff_t row = 0; row < rows && gradient->sums != gradient->kernel_gradient; row++) {
      lanes_t sum = load_floats(gradient->sums + (block * rows + row) * 16);
      for (ptrdiff_t part = 1; part < parts; part++)
        sum += load_floats(gradient->sums + part * all + (block * rows + row) * 16);
      ptrdiff_t stored = row;
      if (plan.axes.unfolds) {
        // For each block of unfolded channels and each row of the window there is a tile.
        const ptrdiff_t tap = row / 16 % plan.down.taps, number = row / 16 / plan.down.taps * 16 + row % 16;
        if (number >= plan.axes.depth) continue;
        const ptrdiff_t channel = number % inputs;
        stored = (channel / 16 * gradient->shape.rows * columns + tap * columns + number / inputs) * 16 + channel % 16;
      }
      store_floats(target + stored * 16, sum);
    }
    if (gradient->bias_gradient) {
      const ptrdiff_t rest = plan.axes.targets - block * 16;
      lanes_t sum = load_floats(gradient->bias_sums + block * 16);
      for (ptrdiff_t part = 1; part < parts; part++)
        sum += load_floats(gradient->bias_sums + (part * plan.outputs + block) * 16);
      memcpy(gradient->bias_gradient + block * 16, &sum, (rest < 16 ? rest : 16) * sizeof(float));
    }
  }
}

static void finish_gradient_plain(const gradient_t *gradient, ptrdiff_t parts, ptrdiff_t first, ptrdiff_t last) {
  finish_gradient(gradient, parts, first, last);
}

BE_TARGET_AMX static void finish_gradient_amx(const gradient_t *gradient, ptrdiff_t parts, ptrdiff_t first,
                                              ptrdiff_t last) {
  finish_gradient(gradient, parts, first, last);
}

void be_tile_finish_gradient(be_instruction_set set, const gradient_t *gradient, ptrdiff_t parts, ptrdiff_t first,
                             ptrdiff_t last) {
  static __typeof__(finish_gradient_plain) *const entries[] = BE_TILE_ENTRIES(finish_gradient);
  entries[set](gradient, parts, first, last);
}
