// Compiles winograd_float32_convolution.c for eight channels at a time, one AVX2 register. With sixteen, a transform's
// values would not fit into the registers, and 24 channels would be multiplied as 32.
#define LANE_COUNT 8
#include "winograd_float32_convolution.c"
