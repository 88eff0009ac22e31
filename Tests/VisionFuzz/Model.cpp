#include "CVision.h"
#include "Guarded.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Guarded onnx(data, size);
    cvision_net *net = cvision_net_load(onnx.bytes(), size);
    if (!net) return 0;
    Guarded crop(CVISION_CROP_BYTES);
    float embedding[CVISION_EMBEDDING];
    cvision_embed(net, crop.bytes(), crop.length(), embedding, CVISION_EMBEDDING);
    cvision_face faces[4];
    cvision_detect(net, crop.bytes(), crop.length(), CVISION_CROP_SIDE, CVISION_CROP_SIDE, 64, 0.5f, faces, 4);
    cvision_net_free(net);
    return 0;
}
