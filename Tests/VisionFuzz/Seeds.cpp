// Makes the seeds by arithmetic: Seeds FOLDER writes jpeg/, yuyv/, film/ and model/ in it.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <turbojpeg.h>
#include <vector>

using Bytes = std::vector<uint8_t>;

static void write(const std::string &path, const Bytes &bytes) {
    FILE *file = fopen(path.c_str(), "wb");
    if (!file || fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size() || fclose(file) != 0) {
        perror(path.c_str());
        exit(1);
    }
}

/* Slopes and a square, 8-bit RGB. */
static Bytes picture(int width, int height) {
    Bytes rgb;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++) rgb.push_back(uint8_t((x / 8 + y / 8) % 2 ? 255 - x * (c + 1) : y * 3 + c * 40));
    return rgb;
}

static Bytes jpeg(int width, int height, int sampling, int flags) {
    const Bytes rgb = picture(width, height);
    unsigned char *out = nullptr;
    unsigned long length = 0;
    tjhandle handle = tjInitCompress();
    if (tjCompress2(handle, rgb.data(), width, 0, height, TJPF_RGB, &out, &length, sampling, 80, flags) != 0) exit(1);
    Bytes bytes(out, out + length);
    tjFree(out);
    tjDestroy(handle);
    return bytes;
}

/* Behind the start: an Exif block (big-endian) that asks for an orientation. */
static Bytes with_exif(const Bytes &jpeg, uint8_t orientation) {
    const Bytes block = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8,
                         0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0};
    Bytes bytes(jpeg.begin(), jpeg.begin() + 2);
    bytes.insert(bytes.end(), block.begin(), block.end());
    bytes.insert(bytes.end(), jpeg.begin() + 2, jpeg.end());
    return bytes;
}

static Bytes operator+(Bytes a, const Bytes &b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

static Bytes text(const std::string &words) { return Bytes(words.begin(), words.end()); }

// Protocol buffers (wire format): a number, and a field of bytes.
static Bytes number(uint64_t value) {
    Bytes bytes;
    for (; value > 127; value >>= 7) bytes.push_back(uint8_t(value) | 128);
    bytes.push_back(uint8_t(value));
    return bytes;
}
static Bytes field(int tag, uint64_t value) { return number(uint64_t(tag) << 3) + number(value); }
static Bytes field(int tag, const Bytes &value) { return number(uint64_t(tag) << 3 | 2) + number(value.size()) + value; }

/* ValueInfoProto of floats with this shape. */
static Bytes shaped(const std::string &name, const std::vector<int> &shape) {
    Bytes dimensions;
    for (int side : shape) dimensions = dimensions + field(1, field(1, uint64_t(side)));
    return field(1, text(name)) + field(2, field(1, field(1, uint64_t(1)) + field(2, dimensions)));
}

static Bytes numbers(const std::string &name, const std::vector<uint64_t> &values) {
    Bytes bytes = field(1, text(name));
    for (uint64_t value : values) bytes = bytes + field(8, value);
    return field(5, bytes + field(20, uint64_t(7)));
}

static Bytes word(const std::string &name, const std::string &value) {
    return field(5, field(1, text(name)) + field(4, text(value)) + field(20, uint64_t(3)));
}

static Bytes node(const std::string &operation, const std::vector<std::string> &inputs, const std::string &output,
                  const Bytes &attributes = {}) {
    Bytes bytes;
    for (const auto &input : inputs) bytes = bytes + field(1, text(input));
    return field(1, bytes + field(2, text(output)) + field(4, text(operation)) + attributes);
}

/* TensorProto: small floats, or these whole numbers. */
static Bytes tensor(const std::string &name, const std::vector<uint64_t> &shape, const std::vector<int64_t> &values = {}) {
    Bytes bytes, raw;
    size_t elements = 1;
    for (uint64_t side : shape) bytes = bytes + field(1, side), elements *= side;
    for (int64_t value : values)
        for (int i = 0; i < 8; i++) raw.push_back(uint8_t(uint64_t(value) >> (8 * i)));
    if (values.empty()) raw = Bytes(elements * 4, 0x3C);
    return bytes + field(2, uint64_t(values.empty() ? 1 : 7)) + field(8, text(name)) + field(9, raw);
}
static Bytes weights(const std::string &name, const std::vector<uint64_t> &shape, const std::vector<int64_t> &values = {}) {
    return field(5, tensor(name, shape, values));
}

/* ModelProto (onnx.proto, IR version 7): input x 1x3x112x112, these nodes and weights, output y. */
static Bytes model(const Bytes &parts) {
    const Bytes graph = parts + field(2, text("g")) + field(11, shaped("x", {1, 3, 112, 112})) +
                        field(12, shaped("y", {1}));
    return field(1, uint64_t(7)) + field(7, graph) + field(8, field(1, text("")) + field(2, uint64_t(11)));
}

/* The operators of the models in use, each in a model as small as it can be. */
static std::vector<std::pair<std::string, Bytes>> models() {
    const Bytes square = numbers("kernel_shape", {1, 1});
    std::vector<std::pair<std::string, Bytes>> made;
    for (const char *name : {"Relu", "Sigmoid", "Clip", "GlobalAveragePool"}) made.push_back({name, node(name, {"x"}, "y")});
    for (const char *name : {"Add", "Mul"}) made.push_back({name, node("Relu", {"x"}, "a") + node(name, {"x", "a"}, "y")});
    const Bytes still = numbers("pads", {0, 0, 0, 0}) + numbers("strides", {1, 1}) + numbers("dilations", {1, 1});
    made.push_back({"Conv", node("Conv", {"x", "w", "b"}, "y", square + still) + weights("w", {2, 3, 1, 1}) + weights("b", {2})});
    made.push_back({"BatchNormalization", node("BatchNormalization", {"x", "a", "b", "c", "d"}, "y") + weights("a", {3}) +
                                              weights("b", {3}) + weights("c", {3}) + weights("d", {3})});
    made.push_back({"PRelu", node("PRelu", {"x", "w"}, "y") + weights("w", {3, 1, 1})});
    made.push_back({"MatMul", node("MatMul", {"x", "w"}, "y") + weights("w", {112, 2})});
    made.push_back({"MaxPool", node("MaxPool", {"x"}, "y", numbers("kernel_shape", {2, 2}) + numbers("strides", {2, 2}))});
    made.push_back({"Transpose", node("Transpose", {"x"}, "y", numbers("perm", {0, 2, 3, 1}))});
    made.push_back({"Reshape", node("Reshape", {"x", "n"}, "y") + weights("n", {3}, {1, 3, -1})});
    const Bytes nearest = word("mode", "nearest") + word("coordinate_transformation_mode", "asymmetric") + word("nearest_mode", "floor");
    made.push_back({"Resize", node("Resize", {"x", "r", "s"}, "y", nearest) + weights("r", {0}) +
                                  field(5, field(1, uint64_t(4)) + field(2, uint64_t(1)) + field(8, text("s")) +
                                               field(9, Bytes{0, 0, 128, 63, 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 0, 64}))});
    // As exporters write "flatten": the first side of the picture's shape, and the rest.
    const Bytes nought = field(5, field(1, text("value")) + field(5, tensor("", {}, {0})) + field(20, uint64_t(4)));
    const Bytes axis = field(5, field(1, text("axis")) + field(3, uint64_t(0)) + field(20, uint64_t(2)));
    made.push_back({"Shape", node("Constant", {}, "0", nought) +
                                 node("Shape", {"x"}, "s") + node("Gather", {"s", "0"}, "b") +
                                 node("Unsqueeze", {"b"}, "u", numbers("axes", {0})) +
                                 node("Concat", {"u", "r"}, "n", axis) +
                                 node("Reshape", {"x", "n"}, "y") + weights("r", {1}, {-1})});
    return made;
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    const std::string folder = arguments[1];
    for (const char *name : {"", "/jpeg", "/yuyv", "/film", "/model"}) mkdir((folder + name).c_str(), 0755);

    const Bytes plain = jpeg(48, 32, TJSAMP_420, 0);
    write(folder + "/jpeg/420", plain);
    write(folder + "/jpeg/422", jpeg(33, 17, TJSAMP_422, 0));
    write(folder + "/jpeg/444-progressive", jpeg(40, 40, TJSAMP_444, TJFLAG_PROGRESSIVE));
    write(folder + "/jpeg/grey", jpeg(16, 16, TJSAMP_GRAY, 0));
    for (uint8_t orientation : {3, 6, 8}) write(folder + "/jpeg/exif-" + std::to_string(orientation), with_exif(plain, orientation));

    for (int width : {2, 16, 64}) {
        Bytes bytes = {uint8_t(width), 0, 12, 0, uint8_t(width * 2), 0};
        for (int i = 0; i < width * 2 * 12; i++) bytes.push_back(uint8_t(i * 7));
        write(folder + "/yuyv/" + std::to_string(width), bytes);
    }

    write(folder + "/film/mjpeg", plain + Bytes{1, 2, 3} + with_exif(plain, 6) + jpeg(16, 16, TJSAMP_GRAY, 0));
    write(folder + "/film/cut", Bytes(plain.begin(), plain.end() - 9) + plain);
    write(folder + "/film/y4m-420", text("YUV4MPEG2 W8 H4 F25:1 Ip C420jpeg\nFRAME\n") + Bytes(48, 0x55));
    write(folder + "/film/y4m-422", text("YUV4MPEG2 W8 H4 F30000:1001 C422\n") + Bytes(64, 0xAA));
    write(folder + "/film/exif", with_exif(plain, 8));

    for (const auto &[name, parts] : models()) write(folder + "/model/" + name, model(parts));
    return 0;
}
