// What a kernel is compiled for. Every kernel takes it first and computes the same with each, as far as it says so.
#pragma once

/// Each contains those before it. What a kernel has no code of its own for runs as the greatest one before that it
/// has.
typedef enum {
  /// What every x86-64 processor has.
  BE_PLAIN,
  /// AVX2 and FMA.
  BE_AVX2,
  /// AVX-512 F, BW, DQ and VL.
  BE_AVX512,
  /// Dot products of bfloat16 pairs, and rounding to bfloat16.
  BE_AVX512_BF16,
  /// Products of tiles of bfloat16.
  BE_AMX,
} be_instruction_set;
