#include "level.h"

int be_level(void) {
  __builtin_cpu_init();
  // __builtin_cpu_supports also checks whether the kernel saves the wider registers.
  if (__builtin_cpu_supports("x86-64-v4")) return 4;
  if (__builtin_cpu_supports("x86-64-v3")) return 3;
  if (__builtin_cpu_supports("x86-64-v2")) return 2;
  return 1;
}
