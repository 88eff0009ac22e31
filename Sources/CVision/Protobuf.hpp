#pragma once
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace cvision {

/* How a field is written (Protocol Buffers, "Encoding"). */
enum class Wire { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };

struct Broken : std::runtime_error {
    Broken() : std::runtime_error("no protocol buffers message") {}
};

/* The fields of a message, in their order. */
class Fields {
  public:
    explicit Fields(std::string_view message) : rest(message) {}

    uint32_t number = 0;
    Wire wire = Wire::varint;
    /* Of a varint. */
    uint64_t value = 0;
    /* Of a field that has a length, or a fixed number of bytes. */
    std::string_view bytes;

    bool is(uint32_t wanted, Wire way) const { return number == wanted && wire == way; }

    /* The message in this field. Throws Broken where it is none. */
    std::string_view message() const {
        if (wire != Wire::length) throw Broken();
        return bytes;
    }

    /* False at the end. Throws Broken; groups, which ONNX has none of, are broken, too. */
    bool next() {
        if (rest.empty()) return false;
        const uint64_t key = varint();
        if (key > UINT32_MAX) throw Broken();
        number = uint32_t(key >> 3);
        wire = Wire(key & 7);
        switch (wire) {
        case Wire::varint: value = varint(); return true;
        case Wire::fixed64: bytes = take(8); return true;
        case Wire::length: bytes = take(varint()); return true;
        case Wire::fixed32: bytes = take(4); return true;
        }
        throw Broken();
    }

  private:
    std::string_view rest;

    uint64_t varint() {
        uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const uint8_t byte = uint8_t(take(1)[0]);
            value |= uint64_t(byte & 0x7F) << shift;
            if (byte < 0x80) return value;
        }
        throw Broken();
    }

    std::string_view take(uint64_t length) {
        if (length > rest.size()) throw Broken();
        const std::string_view taken = rest.substr(0, size_t(length));
        rest.remove_prefix(size_t(length));
        return taken;
    }
};

} // namespace cvision
