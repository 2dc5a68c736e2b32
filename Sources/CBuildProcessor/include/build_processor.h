// The processor features that the library was compiled for. Data only: nothing here is executed.

/// Bits in the order of `BE_FEATURES`.
extern __attribute__((visibility("hidden"))) const unsigned long be_build_features;

/// The instruction sets that the compiler may have used, by the names of `__builtin_cpu_supports` and of the
/// compiler's macros.
#define BE_FEATURES(FEATURE)                                                                      \
  FEATURE("sse3", __SSE3__) FEATURE("ssse3", __SSSE3__) FEATURE("sse4.1", __SSE4_1__)             \
  FEATURE("sse4.2", __SSE4_2__) FEATURE("popcnt", __POPCNT__) FEATURE("avx", __AVX__)             \
  FEATURE("avx2", __AVX2__) FEATURE("fma", __FMA__) FEATURE("bmi", __BMI__)                       \
  FEATURE("bmi2", __BMI2__) FEATURE("avx512f", __AVX512F__) FEATURE("avx512bw", __AVX512BW__)     \
  FEATURE("avx512cd", __AVX512CD__) FEATURE("avx512dq", __AVX512DQ__)                             \
  FEATURE("avx512vl", __AVX512VL__) FEATURE("avx512ifma", __AVX512IFMA__)                         \
  FEATURE("avx512vbmi", __AVX512VBMI__) FEATURE("avx512vbmi2", __AVX512VBMI2__)                   \
  FEATURE("avx512vnni", __AVX512VNNI__) FEATURE("avx512bitalg", __AVX512BITALG__)                 \
  FEATURE("avx512vpopcntdq", __AVX512VPOPCNTDQ__) FEATURE("avx512bf16", __AVX512BF16__)
