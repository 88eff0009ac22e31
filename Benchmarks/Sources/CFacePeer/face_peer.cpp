#include "face_peer.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <turbojpeg.h>
#include <vector>

namespace {

struct Face {
    cv::Rect2f box;
    cv::Point2f points[5];
    float score = 0;
};

cv::Mat decode(const uint8_t *jpeg, size_t length) {
    tjhandle turbo = tjInitDecompress();
    int width = 0, height = 0, subsampling = 0, colours = 0;
    cv::Mat picture;
    if (turbo && tjDecompressHeader3(turbo, jpeg, length, &width, &height, &subsampling, &colours) == 0) {
        picture.create(height, width, CV_8UC3);
        if (tjDecompress2(turbo, jpeg, length, picture.data, width, 0, height, TJPF_BGR, 0) != 0) picture.release();
    }
    if (turbo) tjDestroy(turbo);
    return picture;
}

cv::dnn::Net load(const std::string &path) {
    cv::dnn::Net net = cv::dnn::readNetFromONNX(path);
    net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    return net;
}

float overlap(const cv::Rect2f &a, const cv::Rect2f &b) {
    const float both = (a & b).area();
    return both / (a.area() + b.area() - both);
}

} // namespace

struct face_peer {
    cv::dnn::Net detector, embedder, near, far;
    cv::Mat picture, crop;
    Face face;
    cv::Mat embedding;
    double live = 0;
};

face_peer *face_peer_load(const char *folder) {
    try {
        cv::setNumThreads(1);
        const std::string base = std::string(folder) + "/";
        auto *peer = new face_peer;
        peer->detector = load(base + "face_detection_yunet_2023mar.onnx");
        peer->embedder = load(base + "mobilefacenet.onnx");
        peer->near = load(base + "minifasnet_v2_2.7_80x80.onnx");
        peer->far = load(base + "minifasnet_v1se_4.0_80x80.onnx");
        return peer;
    } catch (const cv::Exception &) {
        return nullptr;
    }
}

void face_peer_free(face_peer *peer) { delete peer; }

size_t face_peer_picture(const uint8_t *jpeg, size_t length, int width, int height, int shift, uint8_t *out,
                         size_t capacity) {
    const cv::Mat source = decode(jpeg, length);
    if (source.empty()) return 0;
    const double scale = std::min(double(width) / source.cols, double(height) / source.rows);
    cv::Mat small, frame(height, width, CV_8UC3, cv::Scalar(127, 127, 127));
    cv::resize(source, small, cv::Size(), scale, scale, cv::INTER_AREA);
    const int columns = std::min(small.cols, width), rows = std::min(small.rows, height);
    const int x = std::clamp((width - columns) / 2 + shift, 0, width - columns);
    small(cv::Rect(0, 0, columns, rows)).copyTo(frame(cv::Rect(x, (height - rows) / 2, columns, rows)));
    tjhandle turbo = tjInitCompress();
    unsigned char *bytes = nullptr;
    unsigned long size = 0;
    const bool made = turbo && tjCompress2(turbo, frame.data, width, 0, height, TJPF_BGR, &bytes, &size, TJSAMP_422,
                                           90, 0) == 0 && size <= capacity;
    if (made) std::copy_n(bytes, size, out);
    if (bytes) tjFree(bytes);
    if (turbo) tjDestroy(turbo);
    return made ? size : 0;
}

int face_peer_decode(face_peer *peer, const uint8_t *jpeg, size_t length) {
    peer->picture = decode(jpeg, length);
    return peer->picture.empty() ? -1 : 0;
}

int face_peer_detect(face_peer *peer, int side, float least_score) {
    static const std::vector<cv::String> names = {"cls_8",  "cls_16",  "cls_32",  "obj_8", "obj_16", "obj_32",
                                                  "bbox_8", "bbox_16", "bbox_32", "kps_8", "kps_16", "kps_32"};
    const float scale = std::min(1.0f, float(side) / float(std::max(peer->picture.cols, peer->picture.rows)));
    cv::Mat small, padded;
    cv::resize(peer->picture, small,
               cv::Size(int(std::lround(peer->picture.cols * scale)), int(std::lround(peer->picture.rows * scale))), 0,
               0, cv::INTER_AREA);
    cv::copyMakeBorder(small, padded, 0, (32 - small.rows % 32) % 32, 0, (32 - small.cols % 32) % 32,
                       cv::BORDER_CONSTANT, cv::Scalar(0, 0, 0));
    peer->detector.setInput(cv::dnn::blobFromImage(padded));
    std::vector<cv::Mat> out;
    peer->detector.forward(out, names);
    std::vector<Face> found;
    for (int level = 0; level < 3; level++) {
        const int stride = 8 << level, columns = padded.cols / stride, rows = padded.rows / stride;
        const float *cls = out[level].ptr<float>(), *obj = out[level + 3].ptr<float>();
        const float *box = out[level + 6].ptr<float>(), *kps = out[level + 9].ptr<float>();
        for (int i = 0; i < columns * rows; i++) {
            Face face;
            face.score = std::sqrt(std::clamp(cls[i], 0.0f, 1.0f) * std::clamp(obj[i], 0.0f, 1.0f));
            if (face.score < least_score) continue;
            const float unit = float(stride) / scale, x = float(i % columns), y = float(i / columns);
            const float width = std::exp(box[4 * i + 2]) * unit, height = std::exp(box[4 * i + 3]) * unit;
            face.box = cv::Rect2f((x + box[4 * i]) * unit - width / 2, (y + box[4 * i + 1]) * unit - height / 2, width,
                                  height);
            for (int k = 0; k < 5; k++)
                face.points[k] = cv::Point2f((x + kps[10 * i + 2 * k]) * unit, (y + kps[10 * i + 2 * k + 1]) * unit);
            found.push_back(face);
        }
    }
    std::sort(found.begin(), found.end(), [](const Face &a, const Face &b) { return a.score > b.score; });
    std::vector<Face> kept;
    for (const Face &face : found)
        if (std::none_of(kept.begin(), kept.end(), [&](const Face &k) { return overlap(k.box, face.box) > 0.3f; }))
            kept.push_back(face);
    if (kept.empty()) return -1;
    peer->face = kept.front();
    return 0;
}

int face_peer_align(face_peer *peer) {
    static const cv::Point2f goal[5] = {{38.2946f, 51.6963f}, {73.5318f, 51.5014f}, {56.0252f, 71.7366f},
                                        {41.5493f, 92.3655f}, {70.7299f, 92.2041f}};
    cv::Point2d from(0, 0), to(0, 0);
    for (int i = 0; i < 5; i++) from += cv::Point2d(peer->face.points[i]) / 5, to += cv::Point2d(goal[i]) / 5;
    double a = 0, b = 0, spread = 0;
    for (int i = 0; i < 5; i++) {
        const cv::Point2d p = cv::Point2d(peer->face.points[i]) - from, q = cv::Point2d(goal[i]) - to;
        a += p.dot(q), b += p.cross(q), spread += p.dot(p);
    }
    a /= spread, b /= spread;
    cv::Matx23d turn(a, -b, to.x - a * from.x + b * from.y, b, a, to.y - b * from.x - a * from.y);
    cv::Mat picture = peer->picture;
    const int factor = int(std::floor(1 / std::hypot(a, b)));
    if (factor >= 2) {
        cv::Mat small;
        cv::resize(picture, small, cv::Size(picture.cols / factor, picture.rows / factor), 0, 0, cv::INTER_AREA);
        const double x = double(picture.cols) / small.cols, y = double(picture.rows) / small.rows;
        for (int row = 0; row < 2; row++) {
            turn(row, 2) += turn(row, 0) * (x - 1) / 2 + turn(row, 1) * (y - 1) / 2;
            turn(row, 0) *= x, turn(row, 1) *= y;
        }
        picture = small;
    }
    cv::warpAffine(picture, peer->crop, turn, cv::Size(112, 112), cv::INTER_LINEAR);
    return 0;
}

int face_peer_embed(face_peer *peer) {
    cv::Mat mirrored, sum = cv::Mat::zeros(1, 128, CV_32F);
    cv::flip(peer->crop, mirrored, 1);
    for (const cv::Mat &crop : {peer->crop, mirrored}) {
        cv::Mat blob = cv::dnn::blobFromImage(crop, 1 / 255.0, cv::Size(), cv::Scalar(), true);
        static const float mean[] = {0.485f, 0.456f, 0.406f}, deviation[] = {0.229f, 0.224f, 0.225f};
        for (int channel = 0; channel < 3; channel++) {
            cv::Mat plane(112, 112, CV_32F, blob.ptr<float>(0, channel));
            plane = (plane - mean[channel]) / deviation[channel];
        }
        peer->embedder.setInput(blob);
        sum += peer->embedder.forward().reshape(1, 1);
    }
    peer->embedding = sum / cv::norm(sum);
    return 0;
}

int face_peer_liveness(face_peer *peer) {
    peer->live = 0;
    const cv::Rect whole(0, 0, peer->picture.cols, peer->picture.rows);
    for (auto *net : {&peer->near, &peer->far}) {
        const float wanted = net == &peer->near ? 2.7f : 4.0f;
        const cv::Rect2f &box = peer->face.box;
        const float scale =
            std::min({wanted, float(whole.width - 1) / box.width, float(whole.height - 1) / box.height});
        const float w = box.width * scale, h = box.height * scale;
        const float x = std::clamp(box.x + box.width / 2 - w / 2, 0.0f, float(whole.width - 1) - w);
        const float y = std::clamp(box.y + box.height / 2 - h / 2, 0.0f, float(whole.height - 1) - h);
        const cv::Rect around =
            cv::Rect(cv::Point(int(x), int(y)), cv::Point(int(x + w) + 1, int(y + h) + 1)) & whole;
        cv::Mat crop;
        cv::resize(peer->picture(around), crop, cv::Size(80, 80));
        net->setInput(cv::dnn::blobFromImage(crop));
        const cv::Mat out = net->forward();
        const float *logits = out.ptr<float>();
        double sum = 0;
        for (int i = 0; i < 3; i++) sum += std::exp(double(logits[i]) - double(logits[1]));
        peer->live += 1 / sum / 2;
    }
    return 0;
}

void face_peer_box(const face_peer *peer, float box[4]) {
    box[0] = peer->face.box.x, box[1] = peer->face.box.y, box[2] = peer->face.box.width, box[3] = peer->face.box.height;
}

void face_peer_embedding(const face_peer *peer, float values[128]) {
    std::copy_n(peer->embedding.ptr<float>(), 128, values);
}

double face_peer_live(const face_peer *peer) { return peer->live; }
