#include <algorithm>

#include "compiler/ir/graph.h"
#include "compiler/ir/infer_move.h"
#include "compiler/support/check.h"
#include "compiler/support/math.h"
#include "compiler/support/overloaded.h"

namespace tilewright {

namespace {

constexpr std::string_view kAxisNames[] = {"rows", "columns"};

// Collects the findings of one primitive over one list of operand shapes.
class Inference {
 public:
  Inference(std::string_view name, const std::vector<Shape>& inputs)
      : name_(name), inputs_(inputs) {}

  std::optional<Shape> operator()(const Conv& conv) {
    if (!count_between(2, 3) || !rank(0, 4) || !rank(1, 4)) return std::nullopt;
    const Shape &x = inputs_[0], &w = inputs_[1];
    if (conv.groups < 1) return bad(fmt::format("groups is {}", conv.groups), "at least 1");
    if (!not_empty()) return std::nullopt;
    if (x[1] % conv.groups != 0 || w[0] % conv.groups != 0)
      return bad(fmt::format("{} input and {} output features do not divide into {} groups", x[1],
                             w[0], conv.groups));
    if (w[1] != x[1] / conv.groups)
      return bad(fmt::format("weights have {} input features per group, the input has {} / {} = {}",
                             w[1], x[1], conv.groups, x[1] / conv.groups));
    for (size_t a = 0; a < 2; ++a)
      if (conv.window.kernel[a] != w[2 + a])
        return bad(fmt::format("kernel has {} {}, the weights {}", conv.window.kernel[a],
                               kAxisNames[a], w[2 + a]));
    if (!bias(2, w[0])) return std::nullopt;
    const auto spatial = window(conv.window, x);
    if (!spatial) return std::nullopt;
    Shape out = {x[0], w[0], (*spatial)[0], (*spatial)[1]};
    if (!macs_fit({x[0], w[0], (*spatial)[0], (*spatial)[1], w[1], w[2], w[3]}))
      return std::nullopt;
    return out;
  }

  std::optional<Shape> operator()(const MatMul& product) {
    if (!count_between(2, 3) || !rank(0, 3) || !rank(1, 3) || !not_empty()) return std::nullopt;
    const Shape &a = inputs_[0], &b = inputs_[1];
    const int64_t rows = a[product.transpose_a ? 2 : 1], depth = a[product.transpose_a ? 1 : 2];
    const int64_t columns = b[product.transpose_b ? 1 : 2];
    const int64_t depth_b = b[product.transpose_b ? 2 : 1];
    if (b[0] != a[0] && b[0] != 1)
      return bad(fmt::format("{} products, but {} right operands", a[0], b[0]),
                 "one right operand for all, or one for each product");
    if (depth != depth_b)
      return bad(fmt::format("the left operand {} reduces over {}, the right operand {} over {}",
                             print(a), depth, print(b), depth_b));
    if (!bias(2, columns) || !macs_fit({a[0], rows, columns, depth})) return std::nullopt;
    return Shape{a[0], rows, columns};
  }

  std::optional<Shape> operator()(const Pool& pool) {
    if (!count_between(1, 1) || !rank(0, 4) || !not_empty()) return std::nullopt;
    const auto spatial = window(pool.window, inputs_[0]);
    if (!spatial) return std::nullopt;
    return Shape{inputs_[0][0], inputs_[0][1], (*spatial)[0], (*spatial)[1]};
  }

  std::optional<Shape> operator()(const Pointwise& pointwise) {
    if (inputs_.empty()) return bad("no operand", "at least 1");
    const std::string problem = problem_of(pointwise.expr, inputs_.size());
    if (!problem.empty()) return bad(problem);
    Shape out;
    for (const Shape& in : inputs_) {
      if (in.size() > out.size()) out.insert(out.begin(), in.size() - out.size(), 1);
      const size_t lead = out.size() - in.size();
      for (size_t a = 0; a < in.size(); ++a) {
        if (in[a] != out[lead + a] && in[a] != 1 && out[lead + a] != 1)
          return bad(fmt::format("shapes {} do not broadcast: extents {} and {} meet", all_shapes(),
                                 out[lead + a], in[a]));
        if (out[lead + a] == 1) out[lead + a] = in[a];
      }
    }
    return out;
  }

  std::optional<Shape> operator()(const Reduce& reduce) {
    if (!count_between(1, 1)) return std::nullopt;
    Shape out = inputs_[0];
    for (size_t i = 0; i < reduce.axes.size(); ++i) {
      const int64_t axis = reduce.axes[i];
      if (axis < 0 || axis >= static_cast<int64_t>(out.size()))
        return bad(fmt::format("reduces axis {} of an input of rank {}", axis, out.size()));
      if (i > 0 && axis <= reduce.axes[i - 1])
        return bad(fmt::format("axis {} follows axis {}", axis, reduce.axes[i - 1]),
                   "list each axis once, in ascending order");
      if (reduce.kind != ReduceKind::Sum && out[static_cast<size_t>(axis)] == 0)
        return bad(fmt::format("axis {} has no element to take a mean or maximum of", axis));
      out[static_cast<size_t>(axis)] = 1;
    }
    return out;
  }

  std::optional<Shape> operator()(const Move& move) {
    if (!move.is_view()) return infer_move(move, inputs_, findings_);
    if (!count_between(1, 1)) return std::nullopt;
    return inputs_[0];
  }

  // An extent that no tensor can have is refused before any rule reads it.
  bool extents_are_sound() {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const bool negative = std::any_of(inputs_[i].begin(), inputs_[i].end(),
                                        [](int64_t extent) { return extent < 0; });
      if (negative) bad(fmt::format("operand {} has shape {}", i, print(inputs_[i])));
      if (!negative && !element_count(inputs_[i]))
        bad(fmt::format("operand {} {} has more than 2^63 - 1 elements", i, print(inputs_[i])));
    }
    return findings_.empty();
  }

  Result<Shape> finish(const std::optional<Shape>& shape) {
    if (shape && findings_.empty() && !element_count(*shape))
      bad(fmt::format("the output {} has more than 2^63 - 1 elements", print(*shape)));
    if (!findings_.empty()) return fail(std::move(findings_));
    TW_CHECK(shape.has_value(), "{}: neither a shape nor a finding", name_);
    return *shape;
  }

 private:
  std::nullopt_t bad(std::string message, std::string hint = "",
                     ErrorCode code = ErrorCode::BadInput) {
    findings_.push_back({code, std::string(name_), std::move(message), std::move(hint)});
    return std::nullopt;
  }

  std::string all_shapes() const {
    std::string text;
    for (const Shape& shape : inputs_) text += (text.empty() ? "" : ", ") + print(shape);
    return text;
  }

  bool count_between(size_t least, size_t most) {
    if (inputs_.size() >= least && inputs_.size() <= most) return true;
    bad(fmt::format("{} operands", inputs_.size()),
        least == most ? fmt::format("exactly {}", least) : fmt::format("{} to {}", least, most));
    return false;
  }

  bool rank(size_t operand, size_t wanted) {
    if (inputs_[operand].size() == wanted) return true;
    bad(fmt::format("operand {} {} has rank {}, not {}", operand, print(inputs_[operand]),
                    inputs_[operand].size(), wanted));
    return false;
  }

  bool not_empty() {
    for (size_t i = 0; i < inputs_.size(); ++i)
      if (element_count(inputs_[i]) == 0) {
        bad(fmt::format("operand {} {} has no elements", i, print(inputs_[i])), "",
            ErrorCode::Unsupported);
        return false;
      }
    return true;
  }

  bool bias(size_t operand, int64_t features) {
    if (inputs_.size() <= operand || inputs_[operand] == Shape{features}) return true;
    bad(fmt::format("bias {} does not fit {} output features", print(inputs_[operand]), features));
    return false;
  }

  bool macs_fit(const Shape& loops) {
    if (element_count(loops)) return true;
    bad("more than 2^63 - 1 multiply-accumulates");
    return false;
  }

  std::optional<std::array<int64_t, 2>> window(const Window& w, const Shape& x) {
    std::array<int64_t, 2> out{};
    for (size_t a = 0; a < 2; ++a) {
      const std::string_view axis = kAxisNames[a];
      if (w.kernel[a] < 1 || w.stride[a] < 1 || w.dilation[a] < 1)
        return bad(fmt::format("{}: kernel {}, stride {}, dilation {}", axis, w.kernel[a],
                               w.stride[a], w.dilation[a]),
                   "each at least 1");
      if (w.pad_begin[a] < 0 || w.pad_end[a] < 0)
        return bad(fmt::format("{}: pads {} and {}", axis, w.pad_begin[a], w.pad_end[a]),
                   "crop with a Move (Slice) instead");
      const auto reach = checked_mul(w.dilation[a], w.kernel[a] - 1);
      const auto pads = checked_add(w.pad_begin[a], w.pad_end[a]);
      const auto padded = pads ? checked_add(x[2 + a], *pads) : std::nullopt;
      if (!reach || !padded)
        return bad(fmt::format("{}: kernel {} with dilation {} and pads {} and {} exceed 64 bits",
                               axis, w.kernel[a], w.dilation[a], w.pad_begin[a], w.pad_end[a]));
      if (*padded <= *reach)
        return bad(fmt::format("{}: the window spans {}, the input with padding {}", axis,
                               static_cast<uint64_t>(*reach) + 1, *padded));
      out[a] = (*padded - *reach - 1) / w.stride[a] + 1;
    }
    return out;
  }

  std::string_view name_;
  const std::vector<Shape>& inputs_;
  Diagnostics findings_;
};

}  // namespace

Result<Shape> infer_shape(const Primitive& primitive, const std::vector<Shape>& inputs) {
  Inference inference(name_of(primitive), inputs);
  std::optional<Shape> shape;
  if (inference.extents_are_sound()) shape = std::visit(inference, primitive);
  return inference.finish(shape);
}

}  // namespace tilewright
