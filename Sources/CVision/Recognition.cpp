#include "Internal.hpp"
#include "Graph.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace {

/* Where the five points lie in the crop (the usual ArcFace positions). */
constexpr float target[10] = {38.2946f, 51.6963f, 73.5318f, 51.5014f, 56.0252f,
                              71.7366f, 41.5493f, 92.3655f, 70.7299f, 92.2041f};

/* The similarity (turn, one scale, shift; no mirror) that brings `points` nearest to `target` in least squares. */
bool similarity(const float points[10], cv::Matx23d &out) {
    double mean_x = 0, mean_y = 0, goal_x = 0, goal_y = 0;
    for (int i = 0; i < 5; i++) {
        mean_x += points[2 * i] / 5.0;
        mean_y += points[2 * i + 1] / 5.0;
        goal_x += target[2 * i] / 5.0;
        goal_y += target[2 * i + 1] / 5.0;
    }
    double a = 0, b = 0, spread = 0;
    for (int i = 0; i < 5; i++) {
        const double x = points[2 * i] - mean_x, y = points[2 * i + 1] - mean_y;
        const double u = target[2 * i] - goal_x, v = target[2 * i + 1] - goal_y;
        a += x * u + y * v;
        b += x * v - y * u;
        spread += x * x + y * y;
    }
    if (!std::isfinite(spread) || !std::isfinite(a) || !std::isfinite(b) || spread < 1) return false;
    a /= spread;
    b /= spread;
    out = cv::Matx23d(a, -b, goal_x - a * mean_x + b * mean_y, b, a, goal_y - b * mean_x - a * mean_y);
    return true;
}

/* Halves (or more) a picture that the turn would shrink by more than 2: a plain warp skips pixels and invents edges. */
void shrink(cv::Mat &picture, cv::Matx23d &turn) {
    const int factor = int(std::min(64.0, std::floor(1 / std::hypot(turn(0, 0), turn(1, 0)))));
    if (factor < 2 || picture.cols < 2 * factor || picture.rows < 2 * factor) return;
    cv::Mat small;
    cv::resize(picture, small, cv::Size(picture.cols / factor, picture.rows / factor), 0, 0, cv::INTER_AREA);
    const double x = double(picture.cols) / small.cols, y = double(picture.rows) / small.rows;
    // A pixel's middle, not its corner, is its place.
    const double shift_x = (x - 1) / 2, shift_y = (y - 1) / 2;
    turn = cv::Matx23d(turn(0, 0) * x, turn(0, 1) * y, turn(0, 2) + turn(0, 0) * shift_x + turn(0, 1) * shift_y,
                       turn(1, 0) * x, turn(1, 1) * y, turn(1, 2) + turn(1, 0) * shift_x + turn(1, 1) * shift_y);
    picture = small;
}

/* RGB, 0-1, ImageNet mean and standard deviation, planes apart. */
cv::Mat blob(const cv::Mat &crop) {
    static const float mean[] = {0.485f, 0.456f, 0.406f}, deviation[] = {0.229f, 0.224f, 0.225f};
    cv::Mat result = cv::dnn::blobFromImage(crop, 1 / 255.0, cv::Size(), cv::Scalar(), true);
    const size_t plane = size_t(crop.rows) * size_t(crop.cols);
    for (size_t channel = 0; channel < 3; channel++) {
        float *values = result.ptr<float>() + channel * plane;
        for (size_t i = 0; i < plane; i++) values[i] = (values[i] - mean[channel]) / deviation[channel];
    }
    return result;
}

/* `scale` times the box around its middle, moved and shrunk to stay inside the picture, as MiniFASNet was trained. */
cv::Rect around(const cvision_face &face, float scale, int width, int height) {
    scale = std::min({scale, float(width - 1) / face.width, float(height - 1) / face.height});
    const float w = face.width * scale, h = face.height * scale;
    float left = face.x + face.width / 2 - w / 2, top = face.y + face.height / 2 - h / 2;
    float right = left + w, bottom = top + h;
    if (left < 0) right -= left, left = 0;
    if (top < 0) bottom -= top, top = 0;
    if (right > float(width - 1)) left -= right - float(width - 1), right = float(width - 1);
    if (bottom > float(height - 1)) top -= bottom - float(height - 1), bottom = float(height - 1);
    const cv::Rect box(cv::Point(int(left), int(top)), cv::Point(int(right) + 1, int(bottom) + 1));
    return box & cv::Rect(0, 0, width, height);
}

} // namespace

cvision_net *cvision_net_load(const uint8_t *onnx, size_t length) {
    if (!onnx || length == 0 || length > size_t(256) << 20) return nullptr;
    try {
        if (!cvision::is_plain_graph({reinterpret_cast<const char *>(onnx), length})) return nullptr;
        cv::setNumThreads(1);
        cv::dnn::Net net = cv::dnn::readNetFromONNX(reinterpret_cast<const char *>(onnx), length);
        if (net.empty()) return nullptr;
        net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
        net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
        return new cvision_net{net};
    } catch (...) {
        return nullptr;
    }
}

void cvision_net_free(cvision_net *net) { delete net; }

int cvision_align(const uint8_t *bgr, size_t length, int width, int height, const float points[10], uint8_t *crop,
                  size_t capacity) {
    if (!points || !crop || capacity != CVISION_CROP_BYTES) return CVISION_BAD_ARGUMENT;
    if (!cvision::holds(bgr, length, width, height)) return CVISION_BAD_ARGUMENT;
    if (!std::all_of(points, points + 10, cvision::near_picture)) return CVISION_BAD_ARGUMENT;
    return cvision::guarded([&] {
        cv::Matx23d turn;
        if (!similarity(points, turn)) return int(CVISION_BAD_ARGUMENT);
        cv::Mat result(CVISION_CROP_SIDE, CVISION_CROP_SIDE, CV_8UC3, crop);
        cv::Mat picture = cvision::view(bgr, width, height);
        shrink(picture, turn);
        cv::warpAffine(picture, result, turn, result.size(), cv::INTER_LINEAR);
        return result.data == crop ? 0 : int(CVISION_FAILED);
    });
}

int cvision_quality(const uint8_t *crop, size_t length, double *sharpness, double *brightness) {
    if (!sharpness || !brightness) return CVISION_BAD_ARGUMENT;
    if (!cvision::holds(crop, length, CVISION_CROP_SIDE, CVISION_CROP_SIDE)) return CVISION_BAD_ARGUMENT;
    return cvision::guarded([&] {
        cv::Mat grey, edges;
        cv::cvtColor(cvision::view(crop, CVISION_CROP_SIDE, CVISION_CROP_SIDE), grey, cv::COLOR_BGR2GRAY);
        cv::Laplacian(grey, edges, CV_64F);
        cv::Scalar mean, deviation;
        cv::meanStdDev(edges, mean, deviation);
        *sharpness = deviation[0] * deviation[0];
        *brightness = cv::mean(grey)[0];
        return 0;
    });
}

int cvision_embed(cvision_net *net, const uint8_t *crop, size_t length, float *embedding, size_t capacity) {
    if (!net || !embedding || capacity != CVISION_EMBEDDING) return CVISION_BAD_ARGUMENT;
    if (!cvision::holds(crop, length, CVISION_CROP_SIDE, CVISION_CROP_SIDE)) return CVISION_BAD_ARGUMENT;
    return cvision::guarded([&] {
        const cv::Mat face = cvision::view(crop, CVISION_CROP_SIDE, CVISION_CROP_SIDE);
        cv::Mat mirrored;
        cv::flip(face, mirrored, 1);
        double sum[CVISION_EMBEDDING] = {};
        for (const cv::Mat &picture : {face, mirrored}) {
            net->net.setInput(blob(picture));
            const cv::Mat out = net->net.forward();
            if (out.total() != CVISION_EMBEDDING || out.depth() != CV_32F || !out.isContinuous())
                return int(CVISION_FAILED);
            for (size_t i = 0; i < CVISION_EMBEDDING; i++) sum[i] += out.ptr<float>()[i];
        }
        double squares = 0;
        for (double value : sum) squares += value * value;
        const double norm = std::sqrt(squares);
        if (!std::isfinite(norm) || norm < 1e-6) return int(CVISION_FAILED);
        for (size_t i = 0; i < CVISION_EMBEDDING; i++) embedding[i] = float(sum[i] / norm);
        return 0;
    });
}

int cvision_liveness(cvision_net *net, const uint8_t *bgr, size_t length, int width, int height,
                     const cvision_face *face, float scale, float *live) {
    if (!net || !face || !live || !(scale >= 1 && scale <= 8)) return CVISION_BAD_ARGUMENT;
    if (!cvision::holds(bgr, length, width, height) || !(face->width >= 1) || !(face->height >= 1))
        return CVISION_BAD_ARGUMENT;
    for (float value : {face->x, face->y, face->width, face->height})
        if (!cvision::near_picture(value)) return CVISION_BAD_ARGUMENT;
    return cvision::guarded([&] {
        const cv::Rect box = around(*face, scale, width, height);
        if (box.width < 2 || box.height < 2) return int(CVISION_BAD_ARGUMENT);
        cv::Mat crop;
        cv::resize(cvision::view(bgr, width, height)(box), crop, cv::Size(80, 80));
        net->net.setInput(cv::dnn::blobFromImage(crop));
        const cv::Mat out = net->net.forward();
        if (out.total() != 3 || out.depth() != CV_32F || !out.isContinuous()) return int(CVISION_FAILED);
        const float *logits = out.ptr<float>();
        const float most = std::max({logits[0], logits[1], logits[2]});
        double sum = 0;
        for (int i = 0; i < 3; i++) sum += std::exp(double(logits[i]) - most);
        *live = float(std::exp(double(logits[1]) - most) / sum);
        return std::isfinite(*live) ? 0 : int(CVISION_FAILED);
    });
}
