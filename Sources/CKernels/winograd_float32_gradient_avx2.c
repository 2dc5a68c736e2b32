// Compiles winograd_float32_gradient.c for eight channels at a time, one AVX2 register.
#define LANE_COUNT 8
#include "winograd_float32_gradient.c"
