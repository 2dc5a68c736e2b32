#include "winograd.h"

#include "lanes.h"

#ifdef BE_WINOGRAD
#include <string.h>

/// G times a column.
INLINE void spread(__m512 a, __m512 b, __m512 c, __m512 result[4]) {
  const __m512 half = _mm512_set1_ps(0.5f);
  const __m512 outer = (a + c) * half, middle = b * half;
  result[0] = a;
  result[1] = outer + middle;
  result[2] = outer - middle;
  result[3] = c;
}

/// G g Gt for 16 outputs and one input; 256 numbers lie from one element of g to the next.
INLINE void transform_kernel(const float *kernel, __m512 result[16]) {
  __m512 rows[4][3];
  for (int x = 0; x < 3; x++) {
    __m512 column[4];
    const float *at = kernel + x * 256;
    spread(_mm512_loadu_ps(at), _mm512_loadu_ps(at + 3 * 256), _mm512_loadu_ps(at + 6 * 256), column);
    for (int i = 0; i < 4; i++) rows[i][x] = column[i];
  }
  for (int i = 0; i < 4; i++) spread(rows[i][0], rows[i][1], rows[i][2], result + 4 * i);
}

void be_winograd_transform_kernel(const float *kernel, ptrdiff_t inputs, ptrdiff_t outputs, bool isTurned,
                                  void *matrices, ptrdiff_t first_block, ptrdiff_t last_block) {
  // A kernel turned by 180 degrees has the rows and columns of its transform in this order.
  static const int turned[4] = {3, 1, 2, 0};
  const ptrdiff_t depth = isTurned ? outputs : inputs;
  const __m512i order = interleaving();
  for (ptrdiff_t block = first_block; block < last_block; block++) {
    const ptrdiff_t out = block / (inputs / 16), in = block % (inputs / 16);
    const ptrdiff_t to = isTurned ? in : out, from = isTurned ? out : in;
    for (int pair = 0; pair < 8; pair++) {
      // For two inputs 16 outputs of each element, and where those go that are summed over with them.
      __m512 even[16], odd[16];
      transform_kernel(kernel + block * 9 * 256 + pair * 32, even);
      transform_kernel(kernel + block * 9 * 256 + pair * 32 + 16, odd);
      for (int element = 0; element < 16; element++) {
        const int place = isTurned ? turned[element / 4] * 4 + turned[element % 4] : element;
        uint32_t *at = (uint32_t *)matrices + ((to / 2 * 16 + place) * (depth / 2) + from * 8) * 32 + to % 2 * 16;
        if (!isTurned) {
          store_pairs(at + pair * 32, even[element], odd[element], order);
          continue;
        }
        uint32_t outputs[2][8];
        store_lanes((bfloat *)outputs[0], even[element]);
        store_lanes((bfloat *)outputs[1], odd[element]);
        for (int other = 0; other < 8; other++)
          memcpy(at + other * 32 + pair * 2, (uint32_t[2]){outputs[0][other], outputs[1][other]}, 8);
      }
    }
  }
}
#else
void be_winograd_transform_kernel(const float *kernel, ptrdiff_t inputs, ptrdiff_t outputs, bool isTurned,
                                  void *matrices, ptrdiff_t first_block, ptrdiff_t last_block) {}
#endif
