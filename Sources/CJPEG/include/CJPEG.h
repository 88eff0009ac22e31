#pragma once
#include <stddef.h>
#include <stdint.h>

/* What a simulated camera needs of libjpeg-turbo. Pixels are packed RGB, 8 bits a channel, rows from top to bottom.
 *
 * Functions return 0, or -1 where the picture is damaged, too large or does not fit its buffer. */

/* The most pixels of a picture that is looked at. */
#define CJPEG_MAX_PIXELS 40000000

int cjpeg_size(const uint8_t *jpeg, size_t length, int *width, int *height);
/* Decodes a picture and shows it as large as it goes in the middle of width × height; the rest stays as it was. */
int cjpeg_fit(const uint8_t *jpeg, size_t length, uint8_t *rgb, int width, int height);
/* Encodes baseline with 4:2:2 chroma, as cameras do. `length` holds the capacity before and the bytes after. */
int cjpeg_encode(const uint8_t *rgb, int width, int height, int quality, uint8_t *jpeg, size_t *length);
/* YUYV (ITU-R BT.601, limited range), width × height × 2 bytes; the width is even. */
void cjpeg_yuyv(const uint8_t *rgb, int width, int height, uint8_t *yuyv);
