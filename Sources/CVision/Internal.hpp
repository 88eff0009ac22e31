#pragma once
#include "CVision.h"

#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>

struct cvision_net {
    cv::dnn::Net net;
};

namespace cvision {

/* Whether a buffer holds exactly one picture of this size. */
inline bool holds(const uint8_t *bytes, size_t length, int width, int height) {
    return bytes != nullptr && width > 0 && height > 0 && width <= CVISION_MAX_SIDE && height <= CVISION_MAX_SIDE &&
           int64_t(width) * height <= CVISION_MAX_PIXELS && length == size_t(width) * size_t(height) * 3;
}

/* Whether a coordinate is one that arithmetic on pixels can bear: no NaN, no infinity, not far outside. */
inline bool near_picture(float value) { return value > -4.0f * CVISION_MAX_SIDE && value < 4.0f * CVISION_MAX_SIDE; }

/* A view, not a copy; OpenCV takes no const pixels, and nobody here writes to them. */
inline cv::Mat view(const uint8_t *bgr, int width, int height) {
    return cv::Mat(height, width, CV_8UC3, const_cast<uint8_t *>(bgr));
}

/* Runs a body that may throw; whatever it throws is CVISION_FAILED. */
template <typename Body> int guarded(Body body) noexcept {
    try {
        return body();
    } catch (...) {
        return CVISION_FAILED;
    }
}

} // namespace cvision
