// Decodes JPEG pictures with libjpeg-turbo, scales them as Pillow does, and opens memory files for the results.
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
///   - least: the picture is decoded at a half, a quarter or an eighth of its size if each side then still has at
///     least this number of pixels.
///   - orientation: the EXIF orientation, 1 to 8.
///   - pixels: room for `3 * side * side` bytes.
/// - Returns: the length of the picture's shorter side in pixels. 0 if the file is damaged, has other colours than
///   grey, RGB or YCbCr, has more than 89,478,485 pixels or a side below 8 pixels, or if memory runs out. If the result
///   is 0, `pixels` may still have changed.
int picture_decode_jpeg(
    const uint8_t *file, size_t size, int side, int least, int orientation, uint8_t *pixels);

/// A filter that scales the middle `length` of `extent` pixels to `side` pixels.
typedef struct {
    /// The number of results, and the maximum number of source pixels of one result.
    int side, most;
    /// For each result, the first source pixel and the number of source pixels.
    int *first, *count;
    /// The weights of the source pixels: `[side, most]`, in units of 2⁻²².
    int32_t *weights;
} picture_filter;

/// Makes Lanczos's filter with three lobes, widened when it scales down.
///
/// - Returns: 1, or 0 if memory ran out.
int picture_filter_make(picture_filter *filter, int extent, int length, int side);
void picture_filter_free(picture_filter *filter);

/// Filters rows of bytes: row `r` of the result is the weighted sum of `count[r]` source rows from `first[r]` on.
///
/// - Parameters:
///   - rows: `[…, length]`; the first one is source row `origin` of the filter.
///   - result: `[side, length]`.
void picture_filter_rows(
    const picture_filter *filter, const uint8_t *rows, int origin, size_t length, uint8_t *result);

/// Opens an anonymous file in memory, which is freed with its last descriptor and mapping.
///
/// - Returns: the descriptor, or -1 with `errno`.
int picture_memory_file(void);

#endif
