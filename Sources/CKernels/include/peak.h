// The most arithmetic that a core can do: independent multiply-adds in registers, nothing from memory.
#pragma once

#include <stdint.h>

#include "instruction_set.h"

#pragma GCC visibility push(hidden)

/// Multiply-adds of float32 for so many rounds.
///
/// - result: there to be used, so that nothing is left out.
/// - Returns: how many operations that were; a multiplication and an addition are two.
int64_t be_multiply_add(be_instruction_set set, int64_t rounds, float factor, float *_Nonnull result);

/// The same for dot products of bfloat16 pairs, summed in float32; 0 without an instruction for them.
int64_t be_dot_product(be_instruction_set set, int64_t rounds, float factor, float *_Nonnull result);

#pragma GCC visibility pop
