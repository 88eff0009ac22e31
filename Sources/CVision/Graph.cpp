#include "Graph.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <vector>

namespace {

/* Field numbers and values of onnx.proto. */
enum ModelField : uint32_t { graph = 7 };
enum GraphField : uint32_t { node = 1, initializer = 5, input = 11 };
enum NodeField : uint32_t { output = 2, attribute = 5 };
enum AttributeField : uint32_t { tensor = 5, subgraph = 6, tensors = 10, subgraphs = 11 };
enum TensorField : uint32_t { dims = 1, data_type = 2, tensor_name = 8, raw_data = 9, doc_string = 12 };
enum ValueInfoField : uint32_t { value_name = 1 };
enum DataType : uint64_t { float32 = 1, int64 = 7 };

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
    /* Of a field that has a length. */
    std::string_view bytes;

    bool is(uint32_t wanted, Wire way) const { return number == wanted && wire == way; }

    /* False at the end. Throws Broken; groups, which ONNX has none of, are broken, too. */
    bool next() {
        if (rest.empty()) return false;
        uint64_t key = varint();
        if (key > UINT32_MAX) throw Broken();
        number = uint32_t(key >> 3);
        wire = Wire(key & 7);
        switch (wire) {
        case Wire::varint: value = varint(); return true;
        case Wire::fixed64: take(8); return true;
        case Wire::length: bytes = take(varint()); return true;
        case Wire::fixed32: take(4); return true;
        }
        throw Broken();
    }

  private:
    std::string_view rest;

    uint64_t varint() {
        uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            uint8_t byte = uint8_t(take(1)[0]);
            value |= uint64_t(byte & 0x7F) << shift;
            if (byte < 0x80) return value;
        }
        throw Broken();
    }

    std::string_view take(uint64_t length) {
        if (length > rest.size()) throw Broken();
        std::string_view taken = rest.substr(0, size_t(length));
        rest.remove_prefix(size_t(length));
        return taken;
    }
};

/* Of a name that comes twice the last one counts. */
std::string_view last(std::string_view message, uint32_t number) {
    std::string_view found;
    for (Fields fields(message); fields.next();)
        if (fields.is(number, Wire::length)) found = fields.bytes;
    return found;
}

/* Whether a tensor brings as many bytes as its shape says: floats or 64-bit integers, as raw data. */
bool holds_its_shape(std::string_view message) {
    constexpr uint64_t most = uint64_t(1) << 26;
    uint64_t type = 0, elements = 1;
    std::string_view raw;
    for (Fields fields(message); fields.next();) {
        if (fields.is(dims, Wire::varint)) {
            if (fields.value > most) return false;
            elements *= fields.value;
            if (elements > most) return false;
        } else if (fields.is(data_type, Wire::varint)) {
            type = fields.value;
        } else if (fields.is(raw_data, Wire::length)) {
            raw = fields.bytes;
        } else if (fields.number != tensor_name && fields.number != doc_string) {
            return false;
        }
    }
    if (type != float32 && type != int64) return false;
    return raw.size() == elements * (type == float32 ? 4 : 8);
}

bool is_plain_node(std::string_view message) {
    int outputs = 0;
    for (Fields fields(message); fields.next();) {
        if (fields.is(output, Wire::length)) outputs++;
        if (!fields.is(attribute, Wire::length)) continue;
        for (Fields parts(fields.bytes); parts.next();) {
            if (parts.number == subgraph || parts.number == tensors || parts.number == subgraphs) return false;
            if (parts.is(tensor, Wire::length) && !holds_its_shape(parts.bytes)) return false;
        }
    }
    return outputs == 1;
}

} // namespace

bool cvision::is_plain_graph(std::string_view model) try {
    std::set<std::string_view> weights;
    std::vector<std::string_view> inputs;
    // A graph that comes in parts is one graph.
    for (Fields parts(model); parts.next();) {
        if (!parts.is(graph, Wire::length)) continue;
        for (Fields fields(parts.bytes); fields.next();) {
            if (fields.is(node, Wire::length) && !is_plain_node(fields.bytes)) return false;
            if (fields.is(input, Wire::length)) inputs.push_back(last(fields.bytes, value_name));
            if (!fields.is(initializer, Wire::length)) continue;
            if (!holds_its_shape(fields.bytes)) return false;
            weights.insert(last(fields.bytes, tensor_name));
        }
    }
    return std::count_if(inputs.begin(), inputs.end(), [&](auto name) { return !weights.count(name); }) == 1;
} catch (const Broken &) {
    return false;
}
