#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cvision {

/* What a node's input or output is. */
struct Value {
    /* P a picture or what was made of one, S its shape, W weights, N whole numbers. */
    char kind;
    std::vector<uint64_t> shape = {};
    /* Of whole numbers that the model brings. */
    std::vector<int64_t> numbers = {};
    /* Of a tensor that is an initializer. */
    std::string_view name = {};
};

/* A tensor (onnx.proto, TensorProto) of floats or of 64-bit integers, as raw bytes, as many as its shape says; nothing for
 * any other. Throws Broken. */
std::optional<Value> read_tensor(std::string_view message);

} // namespace cvision
