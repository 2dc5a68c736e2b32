// Macros to compile a kernel for several instruction sets. For each set there is a function, its entry, with one of the
// targets below. The kernel's body is inlined into each entry. The public function picks the entry from a table.
#pragma once

#define BE_INLINE static inline __attribute__((always_inline))

#define BE_TARGET_AVX2 __attribute__((target("avx2,fma")))
#define BE_TARGET_AVX512 __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")))
#define BE_TARGET_AVX512_BF16 __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

// -Wpsabi warns about the calling convention of vector arguments. It does not matter here, because the functions that
// have such arguments are always inlined.
#pragma clang diagnostic ignored "-Wpsabi"

/// The table of a float32 kernel, which has three entries.
#define BE_FLOAT32_ENTRIES(kernel)                                                                \
  {                                                                                               \
    [BE_PLAIN] = kernel##_plain, [BE_AVX2] = kernel##_avx2, [BE_AVX512] = kernel##_avx512,        \
    [BE_AVX512_BF16] = kernel##_avx512, [BE_AMX] = kernel##_avx512,                               \
  }

/// The table of a bfloat16 kernel, which has two entries.
#define BE_BFLOAT16_ENTRIES(kernel)                                                               \
  {                                                                                               \
    [BE_PLAIN] = kernel##_plain, [BE_AVX2] = kernel##_plain, [BE_AVX512] = kernel##_plain,        \
    [BE_AVX512_BF16] = kernel##_avx512_bf16, [BE_AMX] = kernel##_avx512_bf16,                     \
  }
