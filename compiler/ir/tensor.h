// Tensors: element type, shape, and host data of constants and of run-time values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tilewright {

// Types a value of the graph can have. Float64, Float16 and BFloat16 models are read into Float32;
// integer types other than Int64 are read into Int64.
enum class ElementType : uint8_t { Float32, Int64, Bool };

std::string_view name_of(ElementType type);

using Shape = std::vector<int64_t>;  // every extent >= 0; empty for a scalar

// Product of the extents (1 for a scalar), or nothing when it exceeds 64 bits.
std::optional<int64_t> element_count(const Shape& shape);

// Row-major strides in elements, same rank as `shape`.
std::vector<int64_t> row_major_strides(const Shape& shape);

// "[1,3,224,224]"; "[]" for a scalar.
std::string print(const Shape& shape);

// Row-major data on the host. Float32 sits in `floats`; Int64 and Bool sit in `ints`.
struct Tensor {
  ElementType type = ElementType::Float32;
  Shape shape;
  std::vector<float> floats;
  std::vector<int64_t> ints;

  bool operator==(const Tensor&) const = default;
};

Tensor float_tensor(Shape shape, std::vector<float> data);
Tensor int_tensor(Shape shape, std::vector<int64_t> data);

}  // namespace tilewright
