// Parts of describe() that are one file each. Not for users of the folder.
#pragma once

#include "compiler/mapping/work.h"

namespace tilewright::describe_internal {

// Thrown within describe() only.
struct TooManyDims {
  int dims = 0;
  int limit = 0;
};

// Adds an axis without terms of extent-1 dims; leaves it out when nothing remains.
void add_axis(const Work& work, Operand& operand, int64_t extent, int64_t stride, int64_t offset,
              std::vector<AccessTerm> terms);

void describe_pointwise(const Graph& graph, const Node& node, Work& work);
void describe_reduce(const Graph& graph, const Node& node, const Reduce& reduce, Work& work);
void describe_move(const Graph& graph, const Node& node, const Move& move, const MovePart& part,
                   Work& work);

}  // namespace tilewright::describe_internal
