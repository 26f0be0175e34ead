#include "backend/emit/allocate.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "compiler/support/math.h"

namespace tilewright {

namespace {

constexpr int64_t kForever = std::numeric_limits<int64_t>::max();
constexpr int64_t kBefore = -1;  // defined before the first node

// A stretch of memory that one value and all views of it share. Times are node numbers; the
// stretch is in use from `defined` to `last_use`, both included.
struct Stretch {
  ValueId root = 0;
  bool used = false;
  int64_t defined = kBefore, last_use = kBefore;
  int64_t bytes = 0, address = -1;

  bool meets(const Stretch& other) const {
    return defined <= other.last_use && other.defined <= last_use;
  }
};

bool is_view(const Node& node) {
  const Move* move = std::get_if<Move>(&node.primitive);
  return move != nullptr && move->is_view();
}

// Per value, the value whose memory it is.
std::vector<ValueId> roots_of(const Graph& graph) {
  std::vector<ValueId> root(graph.values.size());
  for (size_t v = 0; v < root.size(); ++v) root[v] = static_cast<ValueId>(v);
  for (const Node& node : graph.nodes)
    if (is_view(node))
      root[static_cast<size_t>(node.output)] = root[static_cast<size_t>(node.inputs.at(0))];
  return root;
}

// Per value, its stretch as if each were a root; only those of roots are placed.
std::vector<Stretch> live_ranges(const Graph& graph, const std::vector<ValueId>& root) {
  std::vector<Stretch> stretches(graph.values.size());
  for (size_t v = 0; v < stretches.size(); ++v) stretches[v].root = static_cast<ValueId>(v);
  const auto of = [&](ValueId v) -> Stretch& {
    return stretches[static_cast<size_t>(root[static_cast<size_t>(v)])];
  };
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const int64_t now = static_cast<int64_t>(n);
    if (!is_view(node)) {
      of(node.output).defined = now;
      of(node.output).last_use = std::max(of(node.output).last_use, now);
      of(node.output).used = true;
    }
    for (ValueId input : node.inputs) {
      of(input).last_use = std::max(of(input).last_use, now);
      of(input).used = true;
    }
  }
  for (const std::vector<ValueId>* pinned : {&graph.inputs, &graph.outputs})
    for (ValueId v : *pinned) {
      of(v).last_use = kForever;
      of(v).used = true;
    }
  for (size_t v = 0; v < stretches.size(); ++v)
    if (graph.values[v].constant) stretches[v].last_use = kForever;
  return stretches;
}

// The lowest aligned address at which `stretch` overlaps nothing that is in use at the same time.
int64_t first_fit(const Stretch& stretch, const std::vector<const Stretch*>& by_address) {
  int64_t address = 0;
  for (const Stretch* other : by_address) {
    if (!stretch.meets(*other) || other->bytes == 0) continue;
    if (address + stretch.bytes <= other->address) break;
    address = std::max(address, round_up(other->address + other->bytes, kExternalAlignment));
  }
  return address;
}

}  // namespace

Result<ExternalLayout> allocate_external(const Graph& graph, int64_t element_bytes,
                                         int64_t capacity_bytes) {
  const std::vector<ValueId> root = roots_of(graph);
  std::vector<Stretch> stretches = live_ranges(graph, root);
  std::vector<Stretch*> order;
  for (Stretch& stretch : stretches) {
    if (!stretch.used || root[static_cast<size_t>(stretch.root)] != stretch.root) continue;
    const Value& value = graph.value(stretch.root);
    const auto elems = element_count(value.shape);
    const auto bytes = elems ? checked_mul(*elems, element_bytes) : std::nullopt;
    if (!bytes || *bytes > capacity_bytes)
      return bad_input(fmt::format("value '{}'", value.name),
                       fmt::format("tensor {} of {} bytes does not fit external memory of {} bytes",
                                   print(value.shape),
                                   bytes ? fmt::format("{}", *bytes) : "over 2^63", capacity_bytes),
                       "a system with more external memory, or a smaller minibatch");
    stretch.bytes = *bytes;
    order.push_back(&stretch);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Stretch* a, const Stretch* b) { return a->defined < b->defined; });

  ExternalLayout layout;
  std::vector<const Stretch*> by_address;
  for (Stretch* stretch : order) {
    stretch->address = first_fit(*stretch, by_address);
    const auto end = checked_add(stretch->address, stretch->bytes);
    layout.bytes = std::max(layout.bytes, end.value_or(kForever));
    if (layout.bytes > capacity_bytes)
      return bad_input(fmt::format("graph '{}'", graph.name),
                       fmt::format("at '{}', {} bytes of external memory are in use, which has {}",
                                   graph.value(stretch->root).name, layout.bytes, capacity_bytes),
                       "a system with more external memory, or a smaller minibatch");
    const auto place = std::upper_bound(
        by_address.begin(), by_address.end(), stretch,
        [](const Stretch* a, const Stretch* b) { return a->address < b->address; });
    by_address.insert(place, stretch);
  }
  for (ValueId r : root) layout.address.push_back(stretches[static_cast<size_t>(r)].address);
  return layout;
}

}  // namespace tilewright
