// The part of the input transform that convolution and gradient share, for sixteen channels of a pixel.
#pragma once

#include <stddef.h>

#include "bfloat16_operations.h"

/// A pixel outside the image: zeros.
static const bfloat outside[16];

/// Four rows of one block of channels. A row outside the image points to the zero pixel, with step 0.
typedef struct {
  const bfloat *at[4];
  ptrdiff_t step[4];
} rows_t;

BE_INLINE rows_t rows_of_tile(const bfloat *plane, ptrdiff_t height, ptrdiff_t width, ptrdiff_t tile_row) {
  rows_t rows;
  for (int i = 0; i < 4; i++) {
    const ptrdiff_t y = 2 * tile_row - 1 + i;
    const int inside = y >= 0 && y < height;
    rows.at[i] = inside ? plane + y * width * 16 : outside;
    rows.step[i] = inside ? 16 : 0;
  }
  return rows;
}

/// B^T times one column of the image; pixels outside are zero.
BE_INLINE void transform_column(const rows_t *rows, ptrdiff_t x, ptrdiff_t width, lanes_t result[4]) {
  const int inside = x >= 0 && x < width;
  lanes_t d[4];
  for (int i = 0; i < 4; i++) d[i] = be_load_bfloat16(inside ? rows->at[i] + x * rows->step[i] : outside);
  result[0] = d[0] - d[2];
  result[1] = d[1] + d[2];
  result[2] = d[2] - d[1];
  result[3] = d[1] - d[3];
}
