#include "costmodel/block_nest.h"

#include <algorithm>

#include "compiler/mapping/footprint.h"
#include "costmodel/block_walk.h"

namespace tilewright {

namespace {

// Stands for Cost where cycles alone are wanted.
struct Cycles {
  int64_t cycles = 0;

  void add(CostClass, Resource, int64_t n) { cycles += n; }
  void add(const Cycles& other, int64_t times = 1) { cycles += other.cycles * times; }
  void raise_to(int64_t n, CostClass, Resource) { cycles = std::max(cycles, n); }
};

// [B2] One step: what comes before the block, and what runs beside it.
struct Transfers {
  std::array<const BlockPieces::Load*, 2> blocking, beside;
  int64_t array;
  const BlockPieces::Drain* drain;
};

// One choice of types, not several.
template <class Types>
constexpr bool kAlone = std::is_same_v<Types, std::array<BlockTypes, 1>>;

// The equations of one body. C: Cost, or Cycles.
template <class C>
class Body {
 public:
  Body(const BlockPieces& pieces, const UnitTimes& times, const BlockPlan& plan,
       const BlockWalk& walk, unsigned fresh)
      : pieces_(pieces), times_(times), plan_(plan), walk_(walk) {
    for (size_t x = 0; x < 3; ++x) depth_[x] = walk.depth(x);
    for (size_t x = 0; x < 2; ++x) {
      const bool streamed = plan.hops[x].inner == Place::Pe;
      if (streamed)
        depth_[x] = kDimCount;  // anew with each block
      else if (plan.hops[x].moves == 0 && (fresh >> x & 1) == 0)
        depth_[x] = kKept;
    }
  }

  // What comes before the first step.
  std::array<const BlockPieces::Load*, 2> first_loads(const BlockTypes& types) const {
    std::array<const BlockPieces::Load*, 2> loads;
    for (size_t x = 0; x < 2; ++x) {
      const bool doubled = types[x] == TransferType::DoubleBuffer;
      loads[x] = doubled && depth_[x] != kKept ? &pieces_.load(x, 0) : &kNoLoad;
    }
    return loads;
  }

  // [B2], [B3]
  Transfers transfers(const BlockState& s, const BlockTypes& types) const {
    Transfers t{{&kNoLoad, &kNoLoad}, {&kNoLoad, &kNoLoad}, pieces_.array(s.here), &kNoDrain};
    for (size_t x = 0; x < 2; ++x) {
      if (types[x] == TransferType::DoubleBuffer) {
        if (s.left != BlockState::kNone && depth_[x] >= s.left)
          t.beside[x] = &pieces_.load(x, s.next);
      } else if (depth_[x] >= s.entered) {
        (types[x] == TransferType::Stream ? t.beside : t.blocking)[x] = &pieces_.load(x, s.here);
      }
    }
    if (types[2] == TransferType::Stream) {
      if (depth_[2] >= s.left) t.drain = &pieces_.drain(s.here);
    } else if (s.entered != BlockState::kNone && depth_[2] >= s.entered) {
      t.drain = &pieces_.drain(s.previous);
    }
    return t;
  }

  // [B1] total[k], the body where hops have types[k].
  template <class Types, class Totals>
  void run(const Types& types, Totals& total) {
    for (size_t k = 0; k < types.size(); ++k) {
      const auto first = first_loads(types[k]);
      for (size_t x = 0; x < 2; ++x) {
        total[k].add(CostClass::NonOverlapped, link_of(x), first[x]->cycles);
        count(x, *first[x], 1);
      }
    }
    walk_.for_kinds([&](const BlockState& s) {
      if constexpr (kAlone<Types>) {
        step(transfers(s, types[0]), s.count, total[0]);
      } else {
        const std::array<Transfers, 3> by = by_type(s);
        for (size_t k = 0; k < types.size(); ++k) step(chosen(by, types[k]), s.count, total[k]);
      }
    });
    for (size_t k = 0; k < types.size(); ++k)
      if (types[k][2] == TransferType::DoubleBuffer) last_drain(total[k]);
  }

  BodyCost bytes;  // of Cost alone, of all types together; without its cost

 private:
  static constexpr int kKept = -2;  // never enters: at the array since the tile before
  static constexpr BlockPieces::Load kNoLoad{0, 0};
  static constexpr BlockPieces::Drain kNoDrain{0, 0, 0, 0};

  bool past_lx(size_t x) const { return plan_.hops[x].outer == Place::External; }
  Resource link_of(size_t x) const {
    return past_lx(x) ? Resource::External : x == 2 ? Resource::ArrayOut : Resource::ArrayIn;
  }

  // What each hop moves does not depend on the types of the others.
  std::array<Transfers, 3> by_type(const BlockState& s) const {
    using enum TransferType;
    return {transfers(s, {Stream, Stream, Stream}), transfers(s, {BlockLoad, BlockLoad, BlockLoad}),
            transfers(s, {DoubleBuffer, DoubleBuffer, DoubleBuffer})};
  }
  static Transfers chosen(const std::array<Transfers, 3>& by, const BlockTypes& types) {
    const auto inp = static_cast<size_t>(types[0]), ker = static_cast<size_t>(types[1]);
    return {{by[inp].blocking[0], by[ker].blocking[1]},
            {by[inp].beside[0], by[ker].beside[1]},
            by[0].array,
            by[static_cast<size_t>(types[2])].drain};
  }

  void step(const Transfers& t, int64_t times, C& total) {
    C cost;
    cost.add(CostClass::MacCompute, Resource::Array, t.array);
    cost.add(CostClass::PipeBubble, Resource::Array, times_.fill);
    cost.add(CostClass::PipeBubble, Resource::Sync, 2 * times_.semaphore);
    const int64_t sfu_start = 3 * times_.semaphore;
    cost.raise_to(sfu_start, CostClass::PipeBubble, Resource::Sync);
    cost.raise_to(sfu_start + t.drain->sfu, CostClass::Auxiliary, Resource::Sfu);
    cost.raise_to(sfu_start + t.drain->link, CostClass::OverlappedVisible, link_of(2));
    const int64_t a = t.beside[0]->cycles, b = t.beside[1]->cycles;
    cost.raise_to(a + b, CostClass::OverlappedVisible, link_of(a < b ? 1 : 0));
    for (size_t x = 0; x < 2; ++x)
      cost.add(CostClass::NonOverlapped, link_of(x), t.blocking[x]->cycles);
    total.add(cost, times);
    for (size_t x = 0; x < 2; ++x) {
      count(x, *t.blocking[x], times);
      count(x, *t.beside[x], times);
    }
    count(*t.drain, times);
  }

  void last_drain(C& total) {
    const BlockPieces::Drain& drain = pieces_.drain(walk_.last());
    C cost;
    cost.add(CostClass::Auxiliary, Resource::Sfu, drain.sfu);
    cost.raise_to(drain.link, CostClass::NonOverlapped, link_of(2));
    cost.add(CostClass::PipeBubble, Resource::Sync, 2 * times_.semaphore);
    total.add(cost);
    count(drain, 1);
  }

  void count(size_t x, const BlockPieces::Load& load, int64_t times) {
    if constexpr (std::is_same_v<C, Cost>) {
      const int64_t n = load.bytes * times;
      const Place inner = plan_.hops[x].inner;
      (past_lx(x) ? bytes.external_bytes : bytes.array_in_bytes) += n;
      if (past_lx(x)) return;
      if (inner == Place::Lrf) bytes.lrf_bytes += n;
      if (inner == Place::Pe) bytes.pe_bytes += n;
    }
  }
  void count(const BlockPieces::Drain& drain, int64_t times) {
    if constexpr (std::is_same_v<C, Cost>) {
      (past_lx(2) ? bytes.external_bytes : bytes.array_out_bytes) += drain.bytes * times;
      bytes.added += drain.added * times;
    }
  }

  const BlockPieces& pieces_;
  const UnitTimes& times_;
  const BlockPlan& plan_;
  const BlockWalk& walk_;
  std::array<int, 3> depth_;
};

bool empty(const Extents& tile) {
  return std::find(tile.values.begin(), tile.values.end(), 0) != tile.values.end();
}

BlockTypes types_of(const BlockPlan& plan) {
  return {plan.hops[0].type, plan.hops[1].type, plan.hops[2].type};
}
BlockTypes types_of(const LoopNest& nest) {
  return {nest.inner[0].type, nest.inner[1].type, nest.inner[2].type};
}

BlockCode visit_of(const BlockPlan& plan, const TileShape& tile) {
  const BlockCode later = tile.first ? 0 : BlockPieces::kLater;
  return later | (tile.final && !plan.divided ? 0 : BlockPieces::kUnfinished);
}

// Calls use(body, its walk) with the body of a tile of at least one point.
template <class C, class Use>
void with_body(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
               const BlockPlan& plan, const TileShape& tile, Use&& use) {
  const BlockWalk walk(pieces, plan, visit_of(plan, tile));
  for (const BlockCode visit : walk.visits()) make_drains(pieces, operands, times, plan, visit);
  use(Body<C>(pieces, times, plan, walk, tile.fresh), walk);
}

}  // namespace

int64_t body_cycles(const BlockOperands& operands, const UnitTimes& times, const BlockPlan& plan,
                    const TileShape& tile) {
  if (empty(tile.ext)) return 0;
  BlockPieces pieces;
  make_pieces(pieces, operands, times, plan, tile.ext);
  return body_cycles(pieces, operands, times, plan, tile);
}

int64_t body_cycles(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                    const BlockPlan& plan, const TileShape& tile) {
  const std::array<BlockTypes, 1> types{types_of(plan)};
  std::array<Cycles, 1> total;
  with_body<Cycles>(pieces, operands, times, plan, tile,
                    [&](auto&& body, const BlockWalk&) { body.run(types, total); });
  return total[0].cycles;
}

void body_cycles(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                 const BlockPlan& plan, const TileShape& tile, std::span<const BlockTypes> types,
                 std::span<int64_t> cycles) {
  std::array<Cycles, kMostBlockTypes> totals{};
  with_body<Cycles>(pieces, operands, times, plan, tile,
                    [&](auto&& body, const BlockWalk&) { body.run(types, totals); });
  for (size_t k = 0; k < types.size(); ++k) cycles[k] = totals[k].cycles;
}

namespace {

// The same of a lowered mapping.
template <class C, class Use>
void with_body(const Work& work, const UnitTimes& times, const LoopNest& nest,
               const TileShape& tile, Use&& use) {
  if (empty(tile.ext)) return;
  const BlockOperands operands(work);
  const BlockPlan plan = block_plan(nest);
  BlockPieces pieces;
  make_pieces(pieces, operands, times, plan, tile.ext);
  with_body<C>(pieces, operands, times, plan, tile, use);
}

}  // namespace

BodyCost block_nest_cost(const Work& work, const UnitTimes& times, const LoopNest& nest,
                         const TileShape& tile) {
  BodyCost result;
  with_body<Cost>(work, times, nest, tile, [&](auto&& body, const BlockWalk&) {
    const std::array<BlockTypes, 1> types{types_of(nest)};
    std::array<Cost, 1> total;
    body.run(types, total);
    result = body.bytes;
    result.cost = total[0];
  });
  return result;
}

std::array<int64_t, 2> first_block_loads(const Work& work, const UnitTimes& times,
                                         const LoopNest& nest, const TileShape& tile) {
  std::array<int64_t, 2> cycles{};
  with_body<Cycles>(work, times, nest, tile, [&](auto&& body, const BlockWalk&) {
    const auto loads = body.first_loads(types_of(nest));
    cycles = {loads[0]->cycles, loads[1]->cycles};
  });
  return cycles;
}

std::vector<BlockStep> first_block_steps(const Work& work, const UnitTimes& times,
                                         const LoopNest& nest, const TileShape& tile,
                                         int64_t most) {
  std::vector<BlockStep> steps;
  with_body<Cycles>(work, times, nest, tile, [&](auto&& body, const BlockWalk& walk) {
    walk.for_first(most, [&](const BlockState& s) {
      const Transfers t = body.transfers(s, types_of(nest));
      steps.push_back({{t.blocking[0]->cycles, t.blocking[1]->cycles},
                       {t.beside[0]->cycles, t.beside[1]->cycles},
                       t.array,
                       t.drain->sfu,
                       t.drain->link,
                       nest.inner[2].outer == Place::External});
    });
  });
  return steps;
}

BodyCost elementwise_cost(const Work& work, const UnitTimes& times, const LoopNest& nest,
                          const TileShape& tile) {
  BodyCost body;
  int64_t points = 1;
  for (Dim d : kDims) points *= tile.ext[d];
  if (points == 0) return body;
  for (const Motion& m : nest.external) {
    const Operand& operand = work.operands[static_cast<size_t>(m.operand)];
    const int64_t bytes = packed_bytes(box_elems(operand, m.steps, tile.ext), m.cell_bits);
    if (m.store)
      body.array_out_bytes += bytes * (tile.first ? 1 : 2);
    else
      body.array_in_bytes += bytes;
  }
  const int64_t in = hold_cycles(body.array_in_bytes, times.array_in.bytes_per_cycle);
  const int64_t out = hold_cycles(body.array_out_bytes, times.array_out.bytes_per_cycle);
  Cost& cost = body.cost;
  cost.add(CostClass::Auxiliary, Resource::Sfu, times.elementwise(points));
  cost.raise_to(in, CostClass::Auxiliary, Resource::ArrayIn);
  cost.raise_to(out, CostClass::Auxiliary, Resource::ArrayOut);
  cost.add(CostClass::Auxiliary, Resource::Sfu, times.sfu_latency);
  return body;
}

BodyCost body_cost(const Work& work, const UnitTimes& times, const LoopNest& nest,
                   const TileShape& tile) {
  switch (work.kind) {
    case WorkKind::Array:
      return block_nest_cost(work, times, nest, tile);
    case WorkKind::Sfu:
      return elementwise_cost(work, times, nest, tile);
    case WorkKind::Move:
      return {};
  }
  return {};
}

}  // namespace tilewright
