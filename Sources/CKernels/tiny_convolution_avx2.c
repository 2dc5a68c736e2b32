// Of eight channels at a time, which are one register of AVX2.
#define LANE_COUNT 8
#include "tiny_convolution.c"
