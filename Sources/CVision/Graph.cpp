#include "Graph.hpp"
#include "Operators.hpp"
#include "Protobuf.hpp"
#include "Tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <set>

using namespace cvision;

namespace {

/* Field numbers of onnx.proto. */
enum ModelField : uint32_t { graph = 7 };
enum GraphField : uint32_t { node = 1, initializer = 5, input = 11, output = 12 };
enum NodeField : uint32_t { node_input = 1, node_output = 2, node_name = 3, operation = 4, attribute = 5, node_doc = 6 };
enum AttributeField : uint32_t { attribute_name = 1, f = 2, i = 3, s = 4, t = 5, ints = 8, attribute_doc = 13, type = 20 };
enum ValueInfoField : uint32_t { value_name = 1, value_type = 2 };
enum TypeField : uint32_t { tensor_type = 1 };
enum TensorTypeField : uint32_t { element = 1, shape = 2 };
enum ShapeField : uint32_t { dimension = 1 };
enum DimensionField : uint32_t { dimension_value = 1 };

constexpr uint64_t most_side = 1024;

using Values = std::map<std::string_view, Value>;

/* The one field of this number and kind; throws Broken where there is none, or more than one. */
Fields only(std::string_view message, uint32_t number, Wire wire) {
    int found = 0;
    Fields one(message);
    for (Fields fields(message); fields.next();)
        if (fields.number == number) one = fields, found++;
    if (found != 1 || one.wire != wire) throw Broken();
    return one;
}

std::string_view bytes(std::string_view message, uint32_t number) { return only(message, number, Wire::length).bytes; }

bool within(uint64_t value, const Attribute &form) { return int64_t(value) >= form.least && int64_t(value) <= form.most; }

/* Whether an attribute has its form, and nothing beside it: OpenCV asks which fields there are, not for the type. */
bool has_form(std::string_view message, const Attribute &form) {
    size_t count = 0;
    for (Fields fields(message); fields.next();) {
        switch (fields.number) {
        case attribute_name: case attribute_doc: case type: continue;
        case i:
            if (form.holds != Holds::number || fields.wire != Wire::varint || !within(fields.value, form)) return false;
            break;
        case ints:
            if (form.holds != Holds::numbers || fields.wire != Wire::varint || !within(fields.value, form)) return false;
            break;
        case f: {
            float value = NAN;
            if (form.holds != Holds::fraction || fields.wire != Wire::fixed32) return false;
            std::memcpy(&value, fields.bytes.data(), sizeof value);
            if (!std::isfinite(value)) return false;
            break;
        }
        case s:
            if (form.holds != Holds::word || fields.wire != Wire::length || fields.bytes != form.word) return false;
            break;
        case t:
            if (form.holds != Holds::tensor || fields.wire != Wire::length) return false;
            break;
        default: return false;
        }
        count++;
    }
    return count == form.count;
}

/* Whether a shape (or a place in one) is made of numbers that a picture's shape can have; -1 is "the rest". */
bool is_shape(const Value &value) {
    return std::all_of(value.numbers.begin(), value.numbers.end(), [](auto n) { return n >= -1 && n <= 1 << 20; });
}

bool fits(const Value &value, char wanted) {
    if (wanted == 'P') return value.kind == 'P';
    if (wanted == 'S') return value.kind == 'S';
    if (wanted == 'N') return value.kind == 'N' && is_shape(value);
    return value.kind == 'W' && value.shape.size() == size_t(wanted - '0');
}

/* One node: its operator, what goes in, and what comes out. */
struct Node {
    const Operator *form;
    std::vector<const Value *> inputs;
    std::map<std::string_view, std::string_view> attributes;
    std::string_view output;

    bool weights_agree() const {
        if (form->name == "Conv") {
            const auto &weights = inputs[1]->shape;
            if (inputs.size() > 2 && inputs[2]->shape[0] != weights[0]) return false;
            if (!attributes.count("kernel_shape")) return false;
            size_t side = 2;
            for (Fields fields(attributes.at("kernel_shape")); fields.next();)
                if (fields.number == ints && fields.value != weights[side++]) return false;
            if (!attributes.count("group")) return true;
            return weights[0] % only(attributes.at("group"), i, Wire::varint).value == 0;
        }
        if (form->name == "BatchNormalization")
            return std::all_of(inputs.begin() + 1, inputs.end(), [&](auto one) { return one->shape == inputs[1]->shape; });
        if (form->name == "Resize") return inputs[1]->shape[0] == 0 && inputs[2]->shape[0] == 4;
        if (form->name == "Gather") {
            // A place in a picture's shape, which has four sides.
            const auto &places = inputs[1]->numbers;
            return places.size() == 1 && inputs[1]->shape.empty() && places[0] >= 0 && places[0] < 4;
        }
        return true;
    }
};

/* Throws Broken for a node that is none of the table's. */
Node read_node(std::string_view message, const Values &known) {
    Node made{find_operator(bytes(message, operation)), {}, {}, bytes(message, node_output)};
    if (!made.form) throw Broken();
    for (Fields fields(message); fields.next();) {
        switch (fields.number) {
        case node_output: case operation: case node_name: case node_doc: continue;
        case node_input: {
            const auto value = known.find(fields.message());
            const size_t place = made.inputs.size();
            if (value == known.end() || place == made.form->inputs.size()) throw Broken();
            if (!fits(value->second, made.form->inputs[place])) throw Broken();
            made.inputs.push_back(&value->second);
            continue;
        }
        case attribute: {
            const auto name = bytes(fields.message(), attribute_name);
            const auto &forms = made.form->attributes;
            const auto form = std::find_if(forms.begin(), forms.end(), [&](const auto &one) { return one.name == name; });
            if (form == forms.end() || !has_form(fields.bytes, *form)) throw Broken();
            if (!made.attributes.emplace(name, fields.bytes).second) throw Broken();
            continue;
        }
        default: throw Broken();
        }
    }
    if (made.inputs.size() < made.form->least_inputs || !made.weights_agree()) throw Broken();
    return made;
}

/* One picture of three colours, as floats. */
bool is_picture(std::string_view value_info) {
    const auto tensor = bytes(bytes(value_info, value_type), tensor_type);
    if (only(tensor, element, Wire::varint).value != 1) return false;
    std::vector<uint64_t> sides;
    for (Fields fields(bytes(tensor, shape)); fields.next();) {
        if (!fields.is(dimension, Wire::length)) return false;
        sides.push_back(only(fields.bytes, dimension_value, Wire::varint).value);
    }
    return sides.size() == 4 && sides[0] == 1 && sides[1] == 3 && sides[2] - 1 < most_side && sides[3] - 1 < most_side;
}

} // namespace

bool cvision::is_plain_graph(std::string_view model) try {
    const auto body = bytes(model, graph);
    Values known;
    // Weights stand behind the nodes that take them.
    for (Fields fields(body); fields.next();) {
        if (fields.number != initializer) continue;
        const auto tensor = read_tensor(fields.message());
        if (!tensor || !known.emplace(tensor->name, *tensor).second) return false;
    }
    int pictures = 0;
    for (Fields fields(body); fields.next();) {
        if (fields.number != input) continue;
        const auto name = bytes(fields.message(), value_name);
        if (known.count(name) && known.at(name).kind != 'P') continue;
        if (!is_picture(fields.bytes) || ++pictures > 1) return false;
        known.emplace(name, Value{'P'});
    }
    if (pictures != 1) return false;
    for (Fields fields(body); fields.next();) {
        if (fields.number == node) {
            const Node made = read_node(fields.message(), known);
            Value value{made.form->output};
            if (made.form->name == "Constant") {
                if (!made.attributes.count("value")) return false;
                const auto tensor = read_tensor(bytes(made.attributes.at("value"), t));
                if (!tensor || tensor->kind != 'N') return false;
                value = *tensor;
            }
            if (!known.emplace(made.output, value).second) return false;
        } else if (fields.number == output && !known.count(bytes(fields.message(), value_name))) {
            // Outputs stand behind the nodes in every model here.
            return false;
        }
    }
    return true;
} catch (const Broken &) {
    return false;
}
