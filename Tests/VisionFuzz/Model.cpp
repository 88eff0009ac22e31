#include "CVision.h"
#include "Guarded.hpp"

#include <cstdio>

/* A run in which every model is refused would show nothing of OpenCV: it fails. */
static struct Count {
    long models = 0, taken = 0;
    ~Count() {
        fprintf(stderr, "stat::models_taken:             %ld of %ld\n", taken, models);
        if (taken == 0) abort();
    }
} count;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

/* Mostly a few bytes changed where they stand: an insertion breaks every length around it, and the importer sees nothing. */
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
    if (size == 0 || seed % 4 == 0) return LLVMFuzzerMutate(data, size, most);
    for (unsigned changes = seed / 4 % 3 + 1; changes > 0; changes--) {
        seed = seed * 1664525u + 1013904223u;
        uint8_t &byte = data[(seed >> 8) % size];
        seed = seed * 1664525u + 1013904223u;
        byte = seed >> 31 ? uint8_t(seed >> 8) : uint8_t(byte ^ (1u << (seed >> 28 & 7)));
    }
    return size;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Guarded onnx(data, size);
    cvision_net *net = cvision_net_load(onnx.bytes(), size);
    count.models++;
    // Refused models would fill the corpus.
    if (!net) return -1;
    count.taken++;
    Guarded crop(CVISION_CROP_BYTES);
    float embedding[CVISION_EMBEDDING];
    cvision_embed(net, crop.bytes(), crop.length(), embedding, CVISION_EMBEDDING);
    cvision_face faces[4];
    cvision_detect(net, crop.bytes(), crop.length(), CVISION_CROP_SIDE, CVISION_CROP_SIDE, 64, 0.5f, faces, 4);
    cvision_net_free(net);
    return 0;
}
