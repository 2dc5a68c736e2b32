#include <math.h>
#include <stdlib.h>

#include "CPictures.h"

// Pillow's arithmetic (src/libImaging/Resample.c), so that both decoders give the same bytes. Weights are computed in
// double and rounded to 22 fractional bits. Sums have 32 bits, and the results of each direction 8 bits.
enum { fraction_bits = 22, lobes = 3 };

static double sinc(double x) {
    if (x == 0) return 1;
    x *= M_PI;
    return sin(x) / x;
}

static double lanczos(double x) { return -lobes <= x && x < lobes ? sinc(x) * sinc(x / lobes) : 0; }

int picture_filter_make(picture_filter *filter, int extent, int length, int side) {
    double start = (extent - length) / 2.0;
    double scale = (double)length / side;
    double widened = scale < 1 ? 1 : scale;
    double support = lobes * widened;
    int most = (int)ceil(support) * 2 + 1;
    *filter = (picture_filter){
        .side = side, .most = most,
        .first = malloc(side * sizeof(int)), .count = malloc(side * sizeof(int)),
        .weights = calloc((size_t)side * most, sizeof(int32_t)),
    };
    double *exact = malloc(most * sizeof(double));
    if (!filter->first || !filter->count || !filter->weights || !exact) {
        free(exact);
        picture_filter_free(filter);
        return 0;
    }
    for (int place = 0; place < side; place++) {
        double centre = start + (place + 0.5) * scale;
        int first = (int)(centre - support + 0.5);
        if (first < 0) first = 0;
        int end = (int)(centre + support + 0.5);
        if (end > extent) end = extent;
        double sum = 0;
        for (int x = first; x < end; x++) {
            exact[x - first] = lanczos((x - centre + 0.5) * (1.0 / widened));
            sum += exact[x - first];
        }
        for (int x = 0; x < end - first; x++) {
            double weight = (sum != 0 ? exact[x] / sum : exact[x]) * (1 << fraction_bits);
            filter->weights[(size_t)place * most + x] = (int32_t)(weight < 0 ? weight - 0.5 : weight + 0.5);
        }
        filter->first[place] = first;
        filter->count[place] = end - first;
    }
    free(exact);
    return 1;
}

void picture_filter_free(picture_filter *filter) {
    free(filter->first);
    free(filter->count);
    free(filter->weights);
    *filter = (picture_filter){0};
}

static inline uint8_t clipped(int32_t sum) {
    int32_t value = sum >> fraction_bits;
    return value < 0 ? 0 : value > 255 ? 255 : value;
}

// The number of sums that stay in registers.
enum { lanes = 32 };

void picture_filter_rows(
    const picture_filter *filter, const uint8_t *rows, int origin, size_t length, uint8_t *result) {
    for (int place = 0; place < filter->side; place++) {
        const int32_t *weights = filter->weights + (size_t)place * filter->most;
        const uint8_t *source = rows + (filter->first[place] - origin) * length;
        uint8_t *target = result + place * length;
        int count = filter->count[place];
        size_t column = 0;
        for (; column + lanes <= length; column += lanes) {
            int32_t sums[lanes];
            for (int lane = 0; lane < lanes; lane++) sums[lane] = 1 << (fraction_bits - 1);
            for (int row = 0; row < count; row++) {
                const uint8_t *values = source + row * length + column;
                for (int lane = 0; lane < lanes; lane++) sums[lane] += values[lane] * weights[row];
            }
            for (int lane = 0; lane < lanes; lane++) target[column + lane] = clipped(sums[lane]);
        }
        for (; column < length; column++) {
            int32_t sum = 1 << (fraction_bits - 1);
            for (int row = 0; row < count; row++) sum += source[row * length + column] * weights[row];
            target[column] = clipped(sum);
        }
    }
}
