#pragma once
#include <string_view>

namespace cvision {

/* Whether an ONNX model (onnx.proto, ModelProto) is of the kind that the models here are: one picture goes in, every node is
 * an operator of Operators.cpp in a form that stands there, takes only what stands before it, and has one output; tensors
 * bring as many bytes as their shape says, and weights have the shape that their operator's numbers say.
 *
 * OpenCV 4.6 believes a graph in these points: it reads behind its lists and buffers, or through nothing, where one lies. */
bool is_plain_graph(std::string_view model);

} // namespace cvision
