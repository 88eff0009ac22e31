#include "Internal.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace {

constexpr int strides[] = {8, 16, 32};
constexpr float overlap = 0.3f;
constexpr size_t most_candidates = 2000;

/* The picture at the top left of a black one whose sides are multiples of 32. */
cv::Mat letterbox(const cv::Mat &picture, int side, float *scale) {
    const int longer = std::max(picture.cols, picture.rows);
    *scale = std::min(1.0f, float(side) / float(longer));
    cv::Mat small = picture;
    if (*scale < 1) {
        const cv::Size size(std::max(1, int(std::lround(picture.cols * *scale))),
                            std::max(1, int(std::lround(picture.rows * *scale))));
        cv::resize(picture, small, size, 0, 0, cv::INTER_AREA);
    }
    cv::Mat padded;
    cv::copyMakeBorder(small, padded, 0, (32 - small.rows % 32) % 32, 0, (32 - small.cols % 32) % 32,
                       cv::BORDER_CONSTANT, cv::Scalar(0, 0, 0));
    return padded;
}

/* One level of YuNet's output: cells of `stride` pixels, row by row (cls, obj: 1 value; bbox: 4; kps: 10). */
bool decode(const cv::Mat &cls, const cv::Mat &obj, const cv::Mat &box, const cv::Mat &points, int stride,
            const cv::Size &size, float scale, float least_score, std::vector<cvision_face> &faces) {
    const int columns = size.width / stride, rows = size.height / stride;
    const size_t cells = size_t(columns) * size_t(rows);
    for (const cv::Mat *output : {&cls, &obj, &box, &points})
        if (output->depth() != CV_32F || !output->isContinuous()) return false;
    if (cls.total() != cells || obj.total() != cells || box.total() != cells * 4 || points.total() != cells * 10)
        return false;
    const float *c = cls.ptr<float>(), *o = obj.ptr<float>(), *b = box.ptr<float>(), *p = points.ptr<float>();
    for (size_t i = 0; i < cells; i++) {
        const float score = std::sqrt(std::clamp(c[i], 0.0f, 1.0f) * std::clamp(o[i], 0.0f, 1.0f));
        if (!(score >= least_score) || faces.size() >= most_candidates) continue;
        const float column = float(i % size_t(columns)), row = float(i / size_t(columns)), unit = stride / scale;
        cvision_face face{};
        face.width = std::exp(b[i * 4 + 2]) * unit;
        face.height = std::exp(b[i * 4 + 3]) * unit;
        face.x = (column + b[i * 4]) * unit - face.width / 2;
        face.y = (row + b[i * 4 + 1]) * unit - face.height / 2;
        for (size_t k = 0; k < 5; k++) {
            face.points[k * 2] = (column + p[i * 10 + k * 2]) * unit;
            face.points[k * 2 + 1] = (row + p[i * 10 + k * 2 + 1]) * unit;
        }
        face.score = score;
        faces.push_back(face);
    }
    return true;
}

float shared(const cvision_face &a, const cvision_face &b) {
    const float width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
    const float height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
    if (width <= 0 || height <= 0) return 0;
    const float both = width * height;
    return both / (a.width * a.height + b.width * b.height - both);
}

bool usable(const cvision_face &face) {
    const float box[] = {face.x, face.y, face.width, face.height};
    return face.width >= 1 && face.height >= 1 &&
           std::all_of(std::begin(box), std::end(box), cvision::near_picture) &&
           std::all_of(std::begin(face.points), std::end(face.points), cvision::near_picture);
}

std::vector<cvision_face> suppress(std::vector<cvision_face> faces) {
    std::sort(faces.begin(), faces.end(), [](const auto &a, const auto &b) { return a.score > b.score; });
    std::vector<cvision_face> kept;
    for (const auto &face : faces) {
        if (!usable(face)) continue;
        if (std::none_of(kept.begin(), kept.end(), [&](const auto &k) { return shared(k, face) > overlap; }))
            kept.push_back(face);
    }
    return kept;
}

} // namespace

namespace {

/* What the net finds in a picture, the surest first; false where its answer has another shape. */
bool find(cv::dnn::Net &net, const cv::Mat &given, int side, float least_score, std::vector<cvision_face> &kept) {
    static const std::vector<cv::String> names = {"cls_8",  "cls_16",  "cls_32",  "obj_8", "obj_16", "obj_32",
                                                  "bbox_8", "bbox_16", "bbox_32", "kps_8", "kps_16", "kps_32"};
    float scale = 1;
    const cv::Mat picture = letterbox(given, side, &scale);
    net.setInput(cv::dnn::blobFromImage(picture));
    std::vector<cv::Mat> out;
    net.forward(out, names);
    if (out.size() != names.size()) return false;
    std::vector<cvision_face> found;
    for (size_t i = 0; i < 3; i++)
        if (!decode(out[i], out[i + 3], out[i + 6], out[i + 9], strides[i], picture.size(), scale, least_score, found))
            return false;
    kept = suppress(std::move(found));
    return true;
}

/* Times the box that is looked at again, and its side in pixels then: the face fills the net's coarsest level. */
constexpr float closer = 1.3f;
constexpr int closer_side = 320;

/* The net draws its points towards an upright face, to the person's right more than to the left; what is upright it
 * draws as it is. So the face is turned back by what was found and looked at anew, until less than so many degrees are
 * left. */
constexpr int most_looks = 4;
constexpr float settled = 2;

/* By how many degrees the line through the eyes is turned in the picture. */
float tilt(const cvision_face &face) {
    const float *eyes = face.points;
    return float(std::atan2(eyes[3] - eyes[1], eyes[2] - eyes[0]) * 180 / CV_PI);
}

/* A face and what is around it, enlarged or shrunk once, to be turned by any angle. */
class Surroundings {
  public:
    Surroundings(const cv::Mat &picture, const cvision_face &face) {
        const float side = closer * std::max(face.width, face.height);
        const float x = face.x + face.width / 2, y = face.y + face.height / 2;
        // The corners of a turned square lie that much further out.
        const float reach = side / std::sqrt(2.0f);
        const cv::Rect box(cv::Point(int(x - reach), int(y - reach)), cv::Point(int(x + reach), int(y + reach)));
        const cv::Rect inside = box & cv::Rect(0, 0, picture.cols, picture.rows);
        const double scale = closer_side / double(side);
        if (std::min(inside.width, inside.height) * std::min(scale, 1.0) < 8) return;
        cv::resize(picture(inside), near, cv::Size(), scale, scale, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
        middle = cv::Point2f(float((x - float(inside.x)) * scale), float((y - float(inside.y)) * scale));
    }

    bool is_empty() const { return near.empty(); }

    /* A square with the face in its middle; what lies outside of the picture is black. */
    cv::Mat turned_back(double degrees) const {
        cv::Mat turn = cv::getRotationMatrix2D(middle, degrees, 1), result;
        turn.at<double>(0, 2) += closer_side / 2.0 - middle.x;
        turn.at<double>(1, 2) += closer_side / 2.0 - middle.y;
        cv::warpAffine(near, result, turn, cv::Size(closer_side, closer_side), cv::INTER_LINEAR);
        return result;
    }

  private:
    cv::Mat near;
    cv::Point2f middle;
};

} // namespace

int cvision_detect(cvision_net *yunet, const uint8_t *bgr, size_t length, int width, int height, int side,
                   float least_score, cvision_face *faces, int capacity) {
    if (!yunet || !faces || capacity < 0 || side < 32 || side > 2048) return CVISION_BAD_ARGUMENT;
    if (!cvision::holds(bgr, length, width, height)) return CVISION_BAD_ARGUMENT;
    return cvision::guarded([&] {
        std::vector<cvision_face> kept;
        if (!find(yunet->net, cvision::view(bgr, width, height), side, least_score, kept)) return int(CVISION_FAILED);
        std::copy_n(kept.begin(), std::min(kept.size(), size_t(capacity)), faces);
        return int(kept.size());
    });
}

int cvision_roll(cvision_net *yunet, const uint8_t *bgr, size_t length, int width, int height,
                 const cvision_face *face, float *degrees) {
    if (!yunet || !face || !degrees || !usable(*face)) return CVISION_BAD_ARGUMENT;
    if (!cvision::holds(bgr, length, width, height)) return CVISION_BAD_ARGUMENT;
    return cvision::guarded([&] {
        const Surroundings around(cvision::view(bgr, width, height), *face);
        // Where nobody is seen from near, the points that were given have to do.
        float total = tilt(*face);
        for (int looks = 0; looks < most_looks && !around.is_empty(); looks++) {
            const float turned = looks == 0 ? 0 : total;
            std::vector<cvision_face> kept;
            if (!find(yunet->net, around.turned_back(turned), closer_side, 0.5f, kept)) return int(CVISION_FAILED);
            if (kept.empty()) break;
            const float left = tilt(kept.front());
            total = turned + left;
            if (std::abs(left) < settled) break;
        }
        *degrees = total;
        return std::isfinite(total) ? 0 : int(CVISION_FAILED);
    });
}
