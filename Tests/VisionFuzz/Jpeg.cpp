#include "CVision.h"
#include "Guarded.hpp"

extern "C" {
#include "CJPEG.h"
}

namespace {

/* A picture of this many pixels is still decoded in milliseconds. */
constexpr int64_t most_pixels = 1 << 20;

void use(Guarded &bgr, int width, int height, uint8_t choice) {
    Guarded turned(bgr.length());
    if (cvision_turn(bgr.bytes(), bgr.length(), width, height, choice % 8 + 1, turned.bytes(), turned.length()) != 0)
        abort();
    float points[10];
    for (int i = 0; i < 10; i++) points[i] = float((choice * (i + 3)) % (i % 2 ? height : width));
    Guarded crop(CVISION_CROP_BYTES);
    if (cvision_align(bgr.bytes(), bgr.length(), width, height, points, crop.bytes(), crop.length()) != 0) return;
    double sharpness, brightness;
    if (cvision_quality(crop.bytes(), crop.length(), &sharpness, &brightness) != 0) abort();
    if (!(brightness >= 0 && brightness <= 255)) abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    const uint8_t choice = data[size - 1];
    Guarded jpeg(data, size);
    int width = 0, height = 0;
    if (cvision_jpeg_size(jpeg.bytes(), size, &width, &height) == 0 && int64_t(width) * height <= most_pixels) {
        Guarded bgr(size_t(width) * size_t(height) * 3);
        if (cvision_jpeg_decode(jpeg.bytes(), size, bgr.bytes(), bgr.length(), width, height) == 0)
            use(bgr, width, height, choice);
        // A picture that is another than its header said a moment ago.
        Guarded small(size_t(choice + 1) * 3);
        cvision_jpeg_decode(jpeg.bytes(), size, small.bytes(), small.length(), choice + 1, 1);
    }
    if (cjpeg_size(jpeg.bytes(), size, &width, &height) == 0 && int64_t(width) * height <= most_pixels) {
        Guarded rgb(64 * 48 * 3);
        cjpeg_fit(jpeg.bytes(), size, rgb.bytes(), 64, 48);
    }
    return 0;
}
