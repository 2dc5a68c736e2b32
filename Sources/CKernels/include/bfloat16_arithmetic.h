// Applies the kernels' bfloat16 operations to arrays. Tests compare the processor's bfloat16 instructions with the
// plain code that replaces the instructions on other processors.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "instruction_set.h"

#pragma GCC visibility push(hidden)

/// Rounds 16 * vectors float32 numbers to the nearest bfloat16.
void be_bfloat16_round(be_instruction_set set, const float *_Nonnull floats, ptrdiff_t vectors,
                       void *_Nonnull halves);

/// Rounds 16 * vectors numbers of each array to bfloat16 and interleaves them, beginning with one of `even`.
void be_bfloat16_round_pairs(be_instruction_set set, const float *_Nonnull even, const float *_Nonnull odd,
                             ptrdiff_t vectors, void *_Nonnull pairs);

/// For each of 16 * vectors sums, multiplies a pair of bfloat16 numbers of `left` and one of `right` element by
/// element. Adds the product of the second elements to the sum, then the product of the first elements.
void be_bfloat16_add_products(be_instruction_set set, const void *_Nonnull left, const void *_Nonnull right,
                              ptrdiff_t vectors, float *_Nonnull sums);

/// Tells whether dot products of bfloat16 pairs run at a higher rate than float32 multiply-adds. AMD's processors run
/// the dot products at twice the rate. Intel's run them at half the rate, except on tiles (AMX).
bool be_bfloat16_is_faster(be_instruction_set set);

#pragma GCC visibility pop
