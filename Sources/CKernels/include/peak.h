// Runs independent multiply-adds in registers, without memory accesses. Their time gives a core's peak arithmetic rate.
#pragma once

#include <stdint.h>

#include "instruction_set.h"

#pragma GCC visibility push(hidden)

/// Runs `rounds` rounds of float32 multiply-adds.
///
/// - factor: each round replaces every number x by x * factor + (1 - factor).
/// - result: receives the sum of the results, so that the compiler cannot remove the work.
/// - Returns: the number of operations; a multiplication and an addition are two.
int64_t be_multiply_add(be_instruction_set set, int64_t rounds, float factor, float *_Nonnull result);

/// Does the same with products of bfloat16 numbers, summed in float32: with AMX those of tiles, otherwise dot products
/// of pairs. Returns 0 if `set` has no instruction for it.
///
/// - factor: each round adds this number to every sum and subtracts it again.
int64_t be_bfloat16_products(be_instruction_set set, int64_t rounds, float factor, float *_Nonnull result);

#pragma GCC visibility pop
