#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace cvision {

/* What an attribute holds. */
enum class Holds { number, numbers, fraction, word, tensor };

struct Attribute {
    std::string_view name;
    Holds holds;
    /* Of numbers: how many there are. */
    size_t count = 1;
    int64_t least = 0, most = 0;
    /* Of a word: the only one taken. */
    std::string_view word = {};
};

struct Operator {
    std::string_view name;
    /* A letter each: P a picture or what was made of one, S its shape, N whole numbers, 1–4 weights of so many dimensions. */
    std::string_view inputs;
    size_t least_inputs;
    char output;
    std::vector<Attribute> attributes;
};

/* The operator of this name, as the models here use it; null for any other. */
const Operator *find_operator(std::string_view name);

} // namespace cvision
