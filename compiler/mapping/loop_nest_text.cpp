#include <fmt/format.h>

#include "compiler/mapping/loop_nest.h"

namespace tilewright {

namespace {

// Number of loops that enclose a hop: up to and including the innermost one it moves with.
size_t depth_of(const Motion& motion, const std::vector<Loop>& loops) {
  size_t depth = 0;
  for (size_t k = 0; k < loops.size(); ++k)
    if (contains(motion.moves, loops[k].ref.dim)) depth = k + 1;
  return depth;
}

std::string hop_text(const Motion& m) {
  const bool bytes = m.cell_bits % 8 == 0;
  return fmt::format("{} {}: {}, {} x {} elements of {} {}{}{}", m.store ? "store" : "load",
                     name_of(m.role), name_of(m.type), m.buffers, m.buffer_elems,
                     bytes ? m.cell_bits / 8 : m.cell_bits, bytes ? "bytes" : "bits",
                     m.pieces > 1 ? fmt::format(", {} pieces", m.pieces) : "",
                     m.slide ? fmt::format(", slides along {}", name_of(m.slide->dim)) : "");
}

// Prints loops and hops of one stage; returns the indent below its innermost loop.
size_t print_stage(std::string& text, size_t indent, const std::vector<Loop>& loops,
                   const std::vector<Motion>& motions) {
  for (size_t depth = 0; depth <= loops.size(); ++depth) {
    for (const Motion& m : motions)
      if (depth_of(m, loops) == depth) text += std::string(indent, ' ') + hop_text(m) + "\n";
    if (depth == loops.size()) break;
    const Loop& loop = loops[depth];
    text += fmt::format("{}for {} 0..{} step {} [{}]\n", std::string(indent, ' '),
                        name_of(loop.ref.dim), loop.limit, loop.step, name_of(loop.ref.stage));
    indent += 2;
  }
  return indent;
}

}  // namespace

std::string print(const LoopNest& nest) {
  std::string text = fmt::format("on {} cores\n", nest.cores);
  size_t indent = print_stage(text, 0, nest.t_loops, nest.external);
  indent = print_stage(text, indent, nest.b_loops, nest.inner);
  text += std::string(indent, ' ') + "compute\n";
  for (const RingRound& round : nest.rounds)
    text += fmt::format("sum over the ring: {} hops, {} messages\n", round.hops, round.messages);
  if (nest.finishes) text += "finish on the last core of each group\n";
  return text;
}

}  // namespace tilewright
