#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Pixels, OpenCV and libjpeg-turbo behind plain C.
 *
 * Images are packed 8-bit BGR, rows top to bottom, width * height * 3 bytes; every buffer comes with its size and is
 * checked against it. No C++ exception leaves this file. Functions return 0 or a positive count, or one of the errors
 * below. A net is not thread-safe: use one from one thread. */

enum {
    CVISION_BAD_ARGUMENT = -1,
    /* The bytes are not a whole, undamaged picture. */
    CVISION_CORRUPT = -2,
    CVISION_TOO_LARGE = -3,
    /* OpenCV refused: a bad model, or a model of another shape. */
    CVISION_FAILED = -4,
};

/* The largest picture that is decoded, in pixels a side, and the largest file, in bytes. */
enum { CVISION_MAX_SIDE = 8192, CVISION_MAX_PIXELS = 16 << 20, CVISION_MAX_FILE = 16 << 20 };

/* What a JPEG's header says. */
int cvision_jpeg_size(const uint8_t *jpeg, size_t length, int *width, int *height);

/* Decodes a JPEG; any warning of the decoder (cut short, bad entropy data) is CVISION_CORRUPT. */
int cvision_jpeg_decode(const uint8_t *jpeg, size_t length, uint8_t *bgr, size_t capacity, int width, int height);

/* Turns a picture upright by its Exif orientation (TIFF 6.0 tag 274, 1-8). `upright` has the same size in bytes;
 * 5-8 exchange width and height. */
int cvision_turn(const uint8_t *bgr, size_t length, int width, int height, int orientation, uint8_t *upright,
                 size_t capacity);

/* YUYV (YUV 4:2:2 packed, ITU-R BT.601) with `stride` bytes a row to BGR. */
int cvision_yuyv_decode(const uint8_t *yuyv, size_t length, int stride, uint8_t *bgr, size_t capacity, int width,
                        int height);

typedef struct cvision_net cvision_net;

/* Loads an ONNX model from memory. Returns NULL where it can't be read, or is not of a kind that OpenCV reads safely. */
cvision_net *cvision_net_load(const uint8_t *onnx, size_t length);
void cvision_net_free(cvision_net *net);

typedef struct {
    /* In pixels of the picture that was given; may reach over its edge. */
    float x, y, width, height;
    /* Right eye, left eye, nose, right and left corner of the mouth (the person's right), x then y. */
    float points[10];
    float score;
} cvision_face;

/* Finds faces with YuNet (2023mar): the picture is shrunk to `side` pixels on its longer side and padded to multiples
 * of 32. Writes the best `capacity` faces, highest score first, and returns how many there are. */
int cvision_detect(cvision_net *yunet, const uint8_t *bgr, size_t length, int width, int height, int side,
                   float least_score, cvision_face *faces, int capacity);

/* By how many degrees the head is tilted; 0 is upright, below 0 it leans to the person's right. YuNet draws the points
 * of a face towards an upright one, the more the smaller the face is in its picture: it is looked at again from near,
 * turned back by what was found, until it stands upright. */
int cvision_roll(cvision_net *yunet, const uint8_t *bgr, size_t length, int width, int height,
                 const cvision_face *face, float *degrees);

enum { CVISION_CROP_SIDE = 112, CVISION_CROP_BYTES = 112 * 112 * 3, CVISION_EMBEDDING = 128 };

/* Turns and scales a face by its five points to the 112 x 112 crop that the embedder was trained on. */
int cvision_align(const uint8_t *bgr, size_t length, int width, int height, const float points[10], uint8_t *crop,
                  size_t capacity);

/* Variance of the Laplacian and mean brightness (0-255) of a crop. */
int cvision_quality(const uint8_t *crop, size_t length, double *sharpness, double *brightness);

/* MobileFaceNet: the sum of the crop's embedding and its mirror image's, scaled to length 1. */
int cvision_embed(cvision_net *net, const uint8_t *crop, size_t length, float *embedding, size_t capacity);

/* MiniFASNet: how likely the face in the box is live, 0-1; it sees `scale` times the box, kept inside the picture. */
int cvision_liveness(cvision_net *net, const uint8_t *bgr, size_t length, int width, int height,
                     const cvision_face *face, float scale, float *live);

#ifdef __cplusplus
}
#endif
