// Compiles tiny_convolution.c for eight channels at a time, one AVX2 register.
#define LANE_COUNT 8
#include "tiny_convolution.c"
