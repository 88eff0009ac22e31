#include "Internal.hpp"

#include <opencv2/imgproc.hpp>
#include <turbojpeg.h>

namespace {

struct Decompressor {
    tjhandle handle = tjInitDecompress();
    ~Decompressor() {
        if (handle) tjDestroy(handle);
    }
};

int header(tjhandle handle, const uint8_t *jpeg, size_t length, int *width, int *height) {
    int subsampling = 0, colours = 0;
    if (tjDecompressHeader3(handle, jpeg, length, width, height, &subsampling, &colours) != 0) return CVISION_CORRUPT;
    if (*width <= 0 || *height <= 0) return CVISION_CORRUPT;
    if (*width > CVISION_MAX_SIDE || *height > CVISION_MAX_SIDE) return CVISION_TOO_LARGE;
    if (int64_t(*width) * *height > CVISION_MAX_PIXELS) return CVISION_TOO_LARGE;
    return 0;
}

} // namespace

int cvision_jpeg_size(const uint8_t *jpeg, size_t length, int *width, int *height) {
    if (!jpeg || !width || !height) return CVISION_BAD_ARGUMENT;
    if (length > CVISION_MAX_FILE) return CVISION_TOO_LARGE;
    Decompressor turbo;
    if (!turbo.handle) return CVISION_FAILED;
    return header(turbo.handle, jpeg, length, width, height);
}

int cvision_jpeg_decode(const uint8_t *jpeg, size_t length, uint8_t *bgr, size_t capacity, int width, int height) {
    if (!jpeg || !cvision::holds(bgr, capacity, width, height)) return CVISION_BAD_ARGUMENT;
    if (length > CVISION_MAX_FILE) return CVISION_TOO_LARGE;
    Decompressor turbo;
    if (!turbo.handle) return CVISION_FAILED;
    int said_width = 0, said_height = 0;
    int result = header(turbo.handle, jpeg, length, &said_width, &said_height);
    if (result != 0) return result;
    if (said_width != width || said_height != height) return CVISION_BAD_ARGUMENT;
    // A file of many scans would keep the decoder busy for minutes: TJFLAG_LIMITSCANS.
    const int flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS;
    return tjDecompress2(turbo.handle, jpeg, length, bgr, width, 0, height, TJPF_BGR, flags) == 0 ? 0 : CVISION_CORRUPT;
}

int cvision_turn(const uint8_t *bgr, size_t length, int width, int height, int orientation, uint8_t *upright,
                 size_t capacity) {
    if (!cvision::holds(bgr, length, width, height) || !upright || capacity != length) return CVISION_BAD_ARGUMENT;
    if (orientation < 1 || orientation > 8) return CVISION_BAD_ARGUMENT;
    return cvision::guarded([&] {
        const cv::Mat source = cvision::view(bgr, width, height);
        const bool exchanged = orientation >= 5;
        cv::Mat target(exchanged ? width : height, exchanged ? height : width, CV_8UC3, upright), turned = source;
        if (exchanged) cv::transpose(source, turned);
        // What is left after the transposition: nothing, left-right, both, or top-bottom.
        switch (orientation) {
        case 1: case 5: turned.copyTo(target); break;
        case 2: case 6: cv::flip(turned, target, 1); break;
        case 3: case 7: cv::flip(turned, target, -1); break;
        default: cv::flip(turned, target, 0); break;
        }
        return target.data == upright ? 0 : int(CVISION_FAILED);
    });
}

int cvision_yuyv_decode(const uint8_t *yuyv, size_t length, int stride, uint8_t *bgr, size_t capacity, int width,
                        int height) {
    if (!yuyv || !cvision::holds(bgr, capacity, width, height) || width % 2 != 0) return CVISION_BAD_ARGUMENT;
    if (stride < width * 2) return CVISION_BAD_ARGUMENT;
    // The last row may end with its pixels.
    if (length < size_t(stride) * size_t(height - 1) + size_t(width) * 2) return CVISION_CORRUPT;
    return cvision::guarded([&] {
        cv::Mat source(height, width, CV_8UC2, const_cast<uint8_t *>(yuyv), size_t(stride));
        cv::Mat target(height, width, CV_8UC3, bgr);
        cv::cvtColor(source, target, cv::COLOR_YUV2BGR_YUYV);
        return target.data == bgr ? 0 : int(CVISION_FAILED);
    });
}
