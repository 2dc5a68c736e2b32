#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "CPictures.h"

// The maximum number of pixels that Pillow decodes without a warning.
static const uint64_t most_pixels = 89478485;

typedef struct {
    struct jpeg_error_mgr manager;
    jmp_buf failed;
} error_manager;

static void fail(j_common_ptr info) { longjmp(((error_manager *)info->err)->failed, 1); }

// For damaged data libjpeg gives a warning and fills in grey. Here a warning is an error, so that the caller can use
// another decoder.
static void note(j_common_ptr info, int level) {
    if (level < 0) fail(info);
}

static void say_nothing(j_common_ptr info) { (void)info; }

/// The memory for decoding a picture.
typedef struct {
    struct jpeg_decompress_struct info;
    error_manager error;
    picture_filter across, down;
    uint8_t *line, *columns, *scaled, *rows;
} decoding;

static int shorter(const struct jpeg_decompress_struct *info) {
    return info->image_width < info->image_height ? info->image_width : info->image_height;
}

/// Transposes `[height, width]` to `[width, height]`, in squares that fit into the cache.
static void transpose(const uint8_t *from, size_t height, size_t width, uint8_t *to) {
    enum { square = 16 };
    for (size_t top = 0; top < height; top += square) {
        size_t bottom = top + square < height ? top + square : height;
        for (size_t left = 0; left < width; left += square) {
            size_t right = left + square < width ? left + square : width;
            for (size_t column = left; column < right; column++) {
                for (size_t row = top; row < bottom; row++) to[column * height + row] = from[row * width + column];
            }
        }
    }
}

/// Writes the scaled square, `[side, side, channels]`, upright and as RGB.
static void turn(const uint8_t *from, int side, int channels, int orientation, uint8_t *to) {
    // For each EXIF orientation: whether rows and columns are exchanged, and which of them are reversed.
    static const struct { int swap, up, left; } turns[] = {
        [1] = {0, 0, 0}, [2] = {0, 0, 1}, [3] = {0, 1, 1}, [4] = {0, 1, 0},
        [5] = {1, 0, 0}, [6] = {1, 1, 0}, [7] = {1, 1, 1}, [8] = {1, 0, 1},
    };
    for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
            int row = turns[orientation].swap ? x : y, column = turns[orientation].swap ? y : x;
            if (turns[orientation].up) row = side - 1 - row;
            if (turns[orientation].left) column = side - 1 - column;
            const uint8_t *pixel = from + ((size_t)row * side + column) * channels;
            for (int channel = 0; channel < 3; channel++) *to++ = pixel[channels == 1 ? 0 : channel];
        }
    }
}

/// Reports libjpeg's errors by `longjmp`, other errors by returning 0.
static int decode(decoding *it, int side, int least, int orientation, uint8_t *pixels) {
    struct jpeg_decompress_struct *info = &it->info;
    jpeg_read_header(info, TRUE);
    int isGrey = info->num_components == 1 && info->jpeg_color_space == JCS_GRAYSCALE;
    int isColour =
        info->num_components == 3 && (info->jpeg_color_space == JCS_YCbCr || info->jpeg_color_space == JCS_RGB);
    if (!isGrey && !isColour) return 0;
    if ((uint64_t)info->image_width * info->image_height > most_pixels || shorter(info) < 8) return 0;
    int channels = isGrey ? 1 : 3;
    info->out_color_space = isGrey ? JCS_GRAYSCALE : JCS_RGB;
    for (int denominator = 8; denominator > 1; denominator /= 2) {
        if (shorter(info) / least >= denominator) {
            info->scale_denom = denominator;
            break;
        }
    }
    jpeg_start_decompress(info);
    int width = info->output_width, height = info->output_height;
    int length = width < height ? width : height;

    if (!picture_filter_make(&it->across, width, length, side)) return 0;
    if (!picture_filter_make(&it->down, height, length, side)) return 0;
    // The filter needs pixels beyond the middle square.
    int left = it->across.first[0], top = it->down.first[0];
    int columns = it->across.first[side - 1] + it->across.count[side - 1] - left;
    int rows = it->down.first[side - 1] + it->down.count[side - 1] - top;
    size_t values = (size_t)columns * channels;
    it->line = malloc((size_t)width * channels);
    it->rows = malloc(rows * values);
    // Both buffers are used twice: `columns` again for the rows scaled across, `scaled` again for the final square.
    it->columns = malloc((size_t)rows * (columns > side ? columns : side) * channels);
    it->scaled = malloc((size_t)(rows > side ? rows : side) * side * channels);
    if (!it->line || !it->rows || !it->columns || !it->scaled) return 0;
    for (int row = 0; row < height; row++) {
        jpeg_read_scanlines(info, &it->line, 1);
        if (row >= top && row < top + rows) {
            memcpy(it->rows + (row - top) * values, it->line + (size_t)left * channels, values);
        }
    }
    jpeg_finish_decompress(info);

    // Scales across, then down. Scaling across transposes first, because sums of rows vectorize.
    transpose(it->rows, rows, values, it->columns);
    picture_filter_rows(&it->across, it->columns, left, (size_t)rows * channels, it->scaled);
    transpose(it->scaled, (size_t)side * channels, rows, it->columns);
    uint8_t *square = it->scaled;
    picture_filter_rows(&it->down, it->columns, top, (size_t)side * channels, square);
    turn(square, side, channels, orientation, pixels);
    return shorter(info);
}

int picture_decode_jpeg(
    const uint8_t *file, size_t size, int side, int least, int orientation, uint8_t *pixels) {
    if (orientation < 1 || orientation > 8) orientation = 1;
    decoding *it = calloc(1, sizeof *it);
    if (!it) return 0;
    it->info.err = jpeg_std_error(&it->error.manager);
    it->error.manager.error_exit = fail;
    it->error.manager.emit_message = note;
    it->error.manager.output_message = say_nothing;
    int result = 0;
    if (!setjmp(it->error.failed)) {
        jpeg_create_decompress(&it->info);
        jpeg_mem_src(&it->info, file, size);
        result = decode(it, side, least, orientation, pixels);
    }
    jpeg_destroy_decompress(&it->info);
    picture_filter_free(&it->across);
    picture_filter_free(&it->down);
    free(it->line);
    free(it->rows);
    free(it->columns);
    free(it->scaled);
    free(it);
    return result;
}
