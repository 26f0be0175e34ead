#include "compiler/ir/evaluate_primitive.h"
#include "compiler/ir/odometer.h"
#include "compiler/support/check.h"

namespace tilewright::reference {

namespace {

int64_t position(const AxisMap& axis, const std::vector<int64_t>& index) {
  return axis.coefficient == 0
             ? axis.offset
             : axis.offset + axis.coefficient * index[static_cast<size_t>(axis.loop)];
}

// Row-major offset of the element that `maps` names, or -1 when it is outside `shape`.
int64_t element(const std::vector<AxisMap>& maps, const Shape& shape,
                const std::vector<int64_t>& index) {
  int64_t offset = 0;
  for (size_t a = 0; a < maps.size(); ++a) {
    const int64_t at = position(maps[a], index);
    if (at < 0 || at >= shape[a]) return -1;
    offset = offset * shape[a] + at;
  }
  return offset;
}

}  // namespace

void run(const Move& move, const Operands& in, const Shape& shape, float* out) {
  for (const MovePart& part : move.parts) {
    const Operand& source = in[static_cast<size_t>(part.input)];
    for_each_index(part.extent, [&](const std::vector<int64_t>& index) {
      const int64_t to = element(part.to, shape, index);
      TW_CHECK(to >= 0, "a Move writes outside its output");
      const int64_t from = element(part.from, *source.shape, index);
      out[to] = from >= 0 ? source.data[from] : move.fill;
    });
  }
}

}  // namespace tilewright::reference
