#include "Tensor.hpp"
#include "Protobuf.hpp"

#include <cstring>
#include <set>

namespace {

enum TensorField : uint32_t { dims = 1, data_type = 2, tensor_name = 8, raw_data = 9, doc_string = 12 };
enum DataType : uint64_t { float32 = 1, int64 = 7 };

constexpr uint64_t most_elements = uint64_t(1) << 26;
constexpr size_t most_numbers = 16, most_dimensions = 5;

} // namespace

std::optional<cvision::Value> cvision::read_tensor(std::string_view message) {
    Value tensor{'W'};
    uint64_t type = 0, elements = 1;
    std::string_view raw;
    std::set<uint32_t> seen;
    for (Fields fields(message); fields.next();) {
        // Of a field that comes twice readers may take the first, the last, or both.
        if (fields.number != dims && !seen.insert(fields.number).second) return {};
        if (fields.is(dims, Wire::varint)) {
            if (fields.value > most_elements || tensor.shape.size() == most_dimensions) return {};
            elements *= fields.value;
            if (elements > most_elements) return {};
            tensor.shape.push_back(fields.value);
        } else if (fields.is(data_type, Wire::varint)) {
            type = fields.value;
        } else if (fields.is(raw_data, Wire::length)) {
            raw = fields.bytes;
        } else if (fields.is(tensor_name, Wire::length)) {
            tensor.name = fields.bytes;
        } else if (!fields.is(doc_string, Wire::length)) {
            return {};
        }
    }
    if (type != float32 && type != int64) return {};
    if (raw.size() != elements * (type == float32 ? 4 : 8)) return {};
    if (type == int64) {
        if (elements > most_numbers) return {};
        tensor.kind = 'N';
        tensor.numbers.resize(size_t(elements));
        if (elements > 0) std::memcpy(tensor.numbers.data(), raw.data(), raw.size());
    }
    return tensor;
}
