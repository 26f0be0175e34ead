#include "compiler/ir/tensor.h"

#include <fmt/ranges.h>

#include "compiler/support/check.h"
#include "compiler/support/math.h"

namespace tilewright {

std::string_view name_of(ElementType type) {
  switch (type) {
    case ElementType::Float32:
      return "float32";
    case ElementType::Int64:
      return "int64";
    case ElementType::Bool:
      return "bool";
  }
  TW_CHECK(false, "element type {}", static_cast<int>(type));
}

std::optional<int64_t> element_count(const Shape& shape) {
  std::optional<int64_t> count = 1;
  for (int64_t extent : shape) {
    if (extent == 0) return 0;
    if (count) count = checked_mul(*count, extent);
  }
  return count;
}

std::vector<int64_t> row_major_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t a = shape.size(); a-- > 1;) strides[a - 1] = strides[a] * shape[a];
  return strides;
}

std::string print(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

Tensor float_tensor(Shape shape, std::vector<float> data) {
  return {ElementType::Float32, std::move(shape), std::move(data), {}};
}

Tensor int_tensor(Shape shape, std::vector<int64_t> data) {
  return {ElementType::Int64, std::move(shape), {}, std::move(data)};
}

}  // namespace tilewright
