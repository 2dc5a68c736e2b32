// Of eight channels at a time, which are one register of AVX2: of sixteen, those that a transform works on do not fit
// into its registers, and the last eight of 24 channels would be multiplied for nothing.
#define LANE_COUNT 8
#include "winograd_float32_convolution.c"
