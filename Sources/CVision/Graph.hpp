#pragma once
#include <string_view>

namespace cvision {

/* Whether an ONNX model (onnx.proto, ModelProto) is of the kind that the models here are: one input that is no weight, one
 * output for each node, no graph within a node, and tensors that bring as many bytes as their shape says.
 *
 * OpenCV 4.6 believes a graph in these points and reads behind its lists and buffers where it lies. */
bool is_plain_graph(std::string_view model);

} // namespace cvision
