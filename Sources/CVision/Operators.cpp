#include "Operators.hpp"

#include <algorithm>

/* ONNX operators (onnx/docs/Operators.md) in the forms that YuNet, MobileFaceNet and MiniFASNet have, and no others: a model
 * that needs another form gets a line here, and ten minutes of `script/fuzz model`. */
const cvision::Operator *cvision::find_operator(std::string_view name) {
    static const std::vector<Operator> operators = {
        {"Add", "PP", 2, 'P', {}},
        {"BatchNormalization", "P1111", 5, 'P',
         {{"epsilon", Holds::fraction}, {"momentum", Holds::fraction}, {"training_mode", Holds::number}}},
        {"Clip", "P", 1, 'P', {{"min", Holds::fraction}, {"max", Holds::fraction}}},
        {"Concat", "NN", 2, 'N', {{"axis", Holds::number}}},
        {"Constant", "", 0, 'N', {{"value", Holds::tensor}}},
        {"Conv", "P41", 2, 'P',
         {{"kernel_shape", Holds::numbers, 2, 1, 16},
          {"strides", Holds::numbers, 2, 1, 16},
          {"dilations", Holds::numbers, 2, 1, 16},
          {"pads", Holds::numbers, 4, 0, 16},
          {"group", Holds::number, 1, 1, 4096}}},
        {"Gather", "SN", 2, 'N', {{"axis", Holds::number}}},
        {"GlobalAveragePool", "P", 1, 'P', {}},
        {"MatMul", "P2", 2, 'P', {}},
        {"MaxPool", "P", 1, 'P',
         {{"kernel_shape", Holds::numbers, 2, 1, 16},
          {"strides", Holds::numbers, 2, 1, 16},
          {"pads", Holds::numbers, 4, 0, 16},
          {"ceil_mode", Holds::number}}},
        {"Mul", "PP", 2, 'P', {}},
        {"PRelu", "P3", 2, 'P', {}},
        {"Relu", "P", 1, 'P', {}},
        {"Reshape", "PN", 2, 'P', {{"allowzero", Holds::number}}},
        {"Resize", "P11", 3, 'P',
         {{"mode", Holds::word, 1, 0, 0, "nearest"},
          {"coordinate_transformation_mode", Holds::word, 1, 0, 0, "asymmetric"},
          {"nearest_mode", Holds::word, 1, 0, 0, "floor"},
          {"cubic_coeff_a", Holds::fraction}}},
        {"Shape", "P", 1, 'S', {}},
        {"Sigmoid", "P", 1, 'P', {}},
        {"Transpose", "P", 1, 'P', {{"perm", Holds::numbers, 4, 0, 3}}},
        {"Unsqueeze", "N", 1, 'N', {{"axes", Holds::numbers, 1}}},
    };
    const auto found = std::find_if(operators.begin(), operators.end(), [&](const auto &one) { return one.name == name; });
    return found == operators.end() ? nullptr : &*found;
}
