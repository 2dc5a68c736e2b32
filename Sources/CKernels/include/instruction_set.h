// The instruction sets that kernels are compiled for. A kernel takes an instruction set as its first argument. Its
// results are the same with each set if its comment says so.
#pragma once

/// Each set contains the sets before it. A kernel without code for a set uses its code for the largest set before it.
typedef enum {
  /// The x86-64 baseline.
  BE_PLAIN,
  /// AVX2 and FMA.
  BE_AVX2,
  /// AVX-512 F, BW, DQ and VL.
  BE_AVX512,
  /// Dot products of bfloat16 pairs, and rounding to bfloat16.
  BE_AVX512_BF16,
  /// Matrix products of bfloat16 tiles.
  BE_AMX,
} be_instruction_set;
