// Decodes JPEG pictures with libjpeg-turbo, scales as Pillow does it, and has room for the result.
#ifndef CPICTURES_H
#define CPICTURES_H

#include <stddef.h>
#include <stdint.h>

/// Decodes a picture's middle square to `side` by `side` pixels: RGB, row-major, upright.
///
/// The bytes are those of Pillow's `draft("RGB", (least, least))`, `resize` with Lanczos's filter and `transpose`.
///
/// - Parameters:
///   - file: a JPEG file of `size` bytes.
///   - least: the picture is decoded at a half, a quarter or an eighth of its size where that leaves so many pixels on
///     each side.
///   - orientation: EXIF's, 1 to 8.
///   - pixels: room for `3 * side * side` bytes.
/// - Returns: the pixels of the picture's shorter side; 0 for a file that is damaged or has colours of another kind than
///   grey, RGB and YCbCr, and where there is no memory. `pixels` may have changed then.
int picture_decode_jpeg(
    const uint8_t *file, size_t size, int side, int least, int orientation, uint8_t *pixels);

/// How the middle `length` of `extent` pixels becomes `side` pixels: for each the first source pixel, how many there
/// are, and their weights.
typedef struct {
    int side, most;
    int *first, *count;
    /// `[side, most]`, in units of 2⁻²².
    int32_t *weights;
} picture_filter;

/// Lanczos's filter with three lobes, widened to average over what it shrinks.
///
/// - Returns: whether there was memory.
int picture_filter_make(picture_filter *filter, int extent, int length, int side);
void picture_filter_free(picture_filter *filter);

/// Sums rows of bytes by a filter: row `r` of the result is the weighted sum of the filter's rows for `r`.
///
/// - Parameters:
///   - rows: `[…, length]`; the row that the filter calls `origin` is the first.
///   - result: `[side, length]`.
void picture_filter_rows(
    const picture_filter *filter, const uint8_t *rows, int origin, size_t length, uint8_t *result);

/// Opens a file in memory, which has no name and ends with the process.
///
/// - Returns: its descriptor, or -1 with `errno`.
int picture_memory_file(void);

#endif
