// What the kernels do with bfloat16 by instructions of its own, over arrays: for the tests that hold those
// instructions against the plain code that takes their place elsewhere.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "instruction_set.h"

#pragma GCC visibility push(hidden)

/// Rounds 16 * vectors float32 to the nearest numbers of bfloat16.
void be_bfloat16_round(be_instruction_set set, const float *_Nonnull floats, ptrdiff_t vectors,
                       void *_Nonnull halves);

/// Rounds so many of two arrays, and puts them next to each other, even ones first.
void be_bfloat16_round_pairs(be_instruction_set set, const float *_Nonnull even, const float *_Nonnull odd,
                             ptrdiff_t vectors, void *_Nonnull pairs);

/// Adds to each of 16 * vectors sums the product of the odd numbers of two pairs of bfloat16, then that of
/// their even ones.
void be_bfloat16_add_products(be_instruction_set set, const void *_Nonnull left, const void *_Nonnull right,
                              ptrdiff_t vectors, float *_Nonnull sums);

/// Whether the processor adds products of bfloat16 pairs at a higher rate than it multiplies and adds float32. AMD's
/// do, at twice the rate. Intel's do it at half of the rate, unless in tiles.
bool be_bfloat16_is_faster(be_instruction_set set);

#pragma GCC visibility pop
