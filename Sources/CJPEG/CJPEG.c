#include "CJPEG.h"

#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static int header(tjhandle handle, const uint8_t *jpeg, size_t length, int *width, int *height) {
    int subsampling = 0, colours = 0;
    if (tjDecompressHeader3(handle, jpeg, length, width, height, &subsampling, &colours) != 0) return -1;
    if (*width <= 0 || *height <= 0) return -1;
    return (int64_t)*width * *height > CJPEG_MAX_PIXELS ? -1 : 0;
}

int cjpeg_size(const uint8_t *jpeg, size_t length, int *width, int *height) {
    tjhandle handle = tjInitDecompress();
    if (!handle) return -1;
    int result = header(handle, jpeg, length, width, height);
    tjDestroy(handle);
    return result;
}

/* The mean of the source pixels that one target pixel covers, at least one in each direction. */
static void shrink(const uint8_t *source, int from_width, int from_height, uint8_t *target, int stride, int to_width,
                   int to_height) {
    for (int y = 0; y < to_height; y++) {
        int top = (int)((int64_t)y * from_height / to_height), bottom = (int)((int64_t)(y + 1) * from_height / to_height);
        if (bottom <= top) bottom = top + 1;
        for (int x = 0; x < to_width; x++) {
            int left = (int)((int64_t)x * from_width / to_width), right = (int)((int64_t)(x + 1) * from_width / to_width);
            if (right <= left) right = left + 1;
            uint64_t sum[3] = {0, 0, 0};
            for (int row = top; row < bottom; row++) {
                const uint8_t *pixel = source + ((size_t)row * (size_t)from_width + (size_t)left) * 3;
                for (int column = left; column < right; column++, pixel += 3)
                    for (int channel = 0; channel < 3; channel++) sum[channel] += pixel[channel];
            }
            uint64_t count = (uint64_t)(bottom - top) * (uint64_t)(right - left);
            uint8_t *out = target + (size_t)y * (size_t)stride + (size_t)x * 3;
            for (int channel = 0; channel < 3; channel++) out[channel] = (uint8_t)((sum[channel] + count / 2) / count);
        }
    }
}

int cjpeg_fit(const uint8_t *jpeg, size_t length, uint8_t *rgb, int width, int height) {
    if (width <= 0 || height <= 0) return -1;
    tjhandle handle = tjInitDecompress();
    if (!handle) return -1;
    int result = -1, from_width = 0, from_height = 0;
    uint8_t *pixels = NULL;
    if (header(handle, jpeg, length, &from_width, &from_height) != 0) goto end;
    pixels = calloc((size_t)from_width * (size_t)from_height, 3);
    if (!pixels) goto end;
    const int flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;
    if (tjDecompress2(handle, jpeg, length, pixels, from_width, 0, from_height, TJPF_RGB, flags) != 0) goto end;
    int to_width = width, to_height = (int)((int64_t)width * from_height / from_width);
    if (to_height > height) {
        to_height = height;
        to_width = (int)((int64_t)height * from_width / from_height);
    }
    if (to_width < 1) to_width = 1;
    if (to_height < 1) to_height = 1;
    size_t offset = (size_t)((height - to_height) / 2) * (size_t)width + (size_t)((width - to_width) / 2);
    shrink(pixels, from_width, from_height, rgb + offset * 3, width * 3, to_width, to_height);
    result = 0;
end:
    free(pixels);
    tjDestroy(handle);
    return result;
}

int cjpeg_encode(const uint8_t *rgb, int width, int height, int quality, uint8_t *jpeg, size_t *length) {
    if (width <= 0 || height <= 0 || *length < tjBufSize(width, height, TJSAMP_422)) return -1;
    tjhandle handle = tjInitCompress();
    if (!handle) return -1;
    unsigned long size = *length;
    int result = tjCompress2(handle, rgb, width, 0, height, TJPF_RGB, &jpeg, &size, TJSAMP_422, quality, TJFLAG_NOREALLOC);
    tjDestroy(handle);
    *length = size;
    return result == 0 ? 0 : -1;
}

void cjpeg_yuyv(const uint8_t *rgb, int width, int height, uint8_t *yuyv) {
    for (size_t pair = 0; pair < (size_t)width * (size_t)height / 2; pair++, rgb += 6, yuyv += 4) {
        int red = 0, green = 0, blue = 0;
        for (int half = 0; half < 2; half++) {
            const uint8_t *pixel = rgb + half * 3;
            yuyv[half * 2] = (uint8_t)((66 * pixel[0] + 129 * pixel[1] + 25 * pixel[2] + 128) / 256 + 16);
            red += pixel[0], green += pixel[1], blue += pixel[2];
        }
        yuyv[1] = (uint8_t)((-38 * red - 74 * green + 112 * blue + 65536 + 256) / 512);
        yuyv[3] = (uint8_t)((112 * red - 94 * green - 18 * blue + 65536 + 256) / 512);
    }
}
