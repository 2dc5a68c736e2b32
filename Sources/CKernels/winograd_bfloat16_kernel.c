#include "winograd_bfloat16.h"

#include "winograd_bfloat16_tiles.h"

typedef be_winograd_bfloat16_kernel kernel_t;

/// Computes G times a column.
BE_INLINE void spread(lanes_t a, lanes_t b, lanes_t c, lanes_t result[4]) {
  const lanes_t outer = (a + c) * 0.5f, middle = b * 0.5f;
  result[0] = a;
  result[1] = outer + middle;
  result[2] = outer - middle;
  result[3] = c;
}

/// Computes G g G^T for 16 outputs and one input. The stride between elements of g is 256 floats.
BE_INLINE void transform_elements(const float *kernel, lanes_t result[16]) {
  lanes_t rows[4][3];
  for (int x = 0; x < 3; x++) {
    lanes_t column[4];
    const float *at = kernel + x * 256;
    spread(load_floats(at), load_floats(at + 3 * 256), load_floats(at + 6 * 256), column);
    for (int i = 0; i < 4; i++) rows[i][x] = column[i];
  }
  for (int i = 0; i < 4; i++) spread(rows[i][0], rows[i][1], rows[i][2], result + 4 * i);
}

BE_INLINE void transform(operations_t on, const kernel_t *kernel, ptrdiff_t first_block, ptrdiff_t last_block) {
  // Turning a kernel by 180 degrees permutes the rows and columns of its transform to this order.
  static const int turned[4] = {3, 1, 2, 0};
  const bool isTurned = kernel->isTurned;
  const ptrdiff_t inputs = kernel->inputs, depth = isTurned ? kernel->outputs : inputs;
  for (ptrdiff_t block = first_block; block < last_block; block++) {
    const ptrdiff_t out = block / (inputs / 16), in = block % (inputs / 16);
    const ptrdiff_t to = isTurned ? in : out, from = isTurned ? out : in;
    for (int pair = 0; pair < 8; pair++) {
      // `even` and `odd` are the elements of two neighbouring inputs for 16 outputs. In the matrices, two neighbouring
      // channels form a pair if the products sum over these channels.
      lanes_t even[16], odd[16];
      transform_elements(kernel->kernel + block * 9 * 256 + pair * 32, even);
      transform_elements(kernel->kernel + block * 9 * 256 + pair * 32 + 16, odd);
      for (int element = 0; element < 16; element++) {
        const int place = isTurned ? turned[element / 4] * 4 + turned[element % 4] : element;
        uint32_t *at =
            (uint32_t *)kernel->matrices + ((to / 2 * 16 + place) * (depth / 2) + from * 8) * 32 + to % 2 * 16;
        if (!isTurned) {
          store_pairs(at + pair * 32, on.narrow_pairs(even[element], odd[element]));
          continue;
        }
        uint32_t outputs[2][8];
        store_halves((bfloat *)outputs[0], on.narrow(even[element]));
        store_halves((bfloat *)outputs[1], on.narrow(odd[element]));
        for (int other = 0; other < 8; other++)
          memcpy(at + other * 32 + pair * 2, (uint32_t[2]){outputs[0][other], outputs[1][other]}, 8);
      }
    }
  }
}

static void transform_plain(const kernel_t *kernel, ptrdiff_t first, ptrdiff_t last) {
  transform(operations_plain, kernel, first, last);
}

BE_TARGET_AVX512_BF16 static void transform_avx512_bf16(const kernel_t *kernel, ptrdiff_t first, ptrdiff_t last) {
  transform(operations_avx512_bf16, kernel, first, last);
}

void be_winograd_bfloat16_transform(be_instruction_set set, const kernel_t *kernel, ptrdiff_t first, ptrdiff_t last) {
  static __typeof__(transform_plain) *const entries[] = BE_BFLOAT16_ENTRIES(transform);
  entries[set](kernel, first, last);
}
