// Where the tensors of a network lie in external memory.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/support/result.h"

namespace tilewright {

inline constexpr int64_t kExternalAlignment = 128;  // bytes

struct ExternalLayout {
  std::vector<int64_t> address;  // bytes, per value; -1: the program never touches the value
  int64_t bytes = 0;             // used, from address 0
  bool operator==(const ExternalLayout&) const = default;
};

// Every value row-major at `element_bytes` per element, at a multiple of kExternalAlignment. A view
// (Move without parts) lies where its input lies. Graph inputs and constants keep their place for
// the whole run, outputs from the node on that computes them; the space of any other value is free
// again after the last node that reads it or a view of it. First fit in order of definition, so the
// same graph always gives the same layout. Fails when more than `capacity_bytes` are needed.
Result<ExternalLayout> allocate_external(const Graph& graph, int64_t element_bytes,
                                         int64_t capacity_bytes);

}  // namespace tilewright
