#ifndef FACE_PEER_H
#define FACE_PEER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The face pipeline's stages in plain C++: the same calls of OpenCV and libjpeg-turbo, on cv::Mat from end to end,
// with nothing checked. One object is used by one thread.
typedef struct face_peer face_peer;

// Loads the four networks from a folder. NULL where one can't be read.
face_peer *face_peer_load(const char *folder);
void face_peer_free(face_peer *peer);

// A camera's picture: the JPEG scaled into width x height (the rest is grey), moved by `shift` pixels, as a JPEG of
// quality 90. Returns its length; 0 where it does not fit.
size_t face_peer_picture(const uint8_t *jpeg, size_t length, int width, int height, int shift, uint8_t *out,
                         size_t capacity);

// The stages, each on what the one before left in the object. 0, or -1 where it failed.
int face_peer_decode(face_peer *peer, const uint8_t *jpeg, size_t length);
int face_peer_detect(face_peer *peer, int side, float least_score);
int face_peer_align(face_peer *peer);
int face_peer_embed(face_peer *peer);
int face_peer_liveness(face_peer *peer);

// What the stages found, to compare: 4 values of the box, 128 of the embedding.
void face_peer_box(const face_peer *peer, float box[4]);
void face_peer_embedding(const face_peer *peer, float values[128]);
double face_peer_live(const face_peer *peer);

#ifdef __cplusplus
}
#endif

#endif
