#include <algorithm>

#include "dse/audit/block_bound.h"
#include "dse/audit/tile_check.h"

namespace tilewright::audit {

namespace {

class BlockCheck {
 public:
  BlockCheck(const Layer& layer, const Dataflow& flow, const Extents& tile,
             const TilePrograms& programs, Reading& reading)
      : layer_(layer),
        tile_(tile),
        programs_(programs),
        reading_(reading),
        bound_(layer, flow, tile, programs.bodies()) {}

  void check(Box blocks) {
    for (;;) {
      const std::optional<Step> step = reading_.next();
      if (!step) return;
      if (step->act != Act::Split) return check_whole(*step, blocks);
      const auto parts = reading_.parts(*step, tile_, blocks);
      if (!parts) return;
      check((*parts)[0]);
      blocks = (*parts)[1];
    }
  }

 private:
  using Cells = TilePrograms::Cells;

  void check_whole(const Step& step, const Box& blocks) {
    switch (step.act) {
      case Act::Blocks:
        return reading_.closes(step.value, programs_.least(bound_.least(blocks), Cells::Any));
      case Act::Memory:
        reading_.states(step.value, 0);
        if (bound_.sums_fit(blocks.lo)) reading_.refute("says that sums do not fit which do");
        ++reading_.audit().closed;
        return;
      case Act::Families:
        reading_.states(step.value, 0);
        return check_families(blocks);
      default:
        return reading_.refute("is no step about blocks");
    }
  }

  void check_families(const Box& blocks) {
    for (Dim d : kDims)
      if (!cut_of(tile_[d], blocks.lo[d], blocks.hi[d]).decided)
        return reading_.refute("takes families of blocks that are cut differently");
    for (const Hops& hops : bound_.hops(bound_.loops(blocks)))
      if (bound_.fits(blocks.lo, hops)) check_hops(blocks, hops);
  }

  void check_hops(const Box& blocks, const Hops& hops) {
    const std::optional<Step> step = reading_.next();
    if (!step) return;
    if (step->act == Act::Blocks)
      return reading_.closes(step->value,
                             programs_.least(bound_.least(blocks, hops, std::nullopt), Cells::Any));
    if (step->act != Act::Loops) return reading_.refute("is no step about hops at the array");
    reading_.states(step->value, 0);
    std::vector<Dim> order;
    for (Dim d : kDims)
      if (contains(bound_.loops(blocks), d)) order.push_back(d);
    do {
      check_order(blocks, hops, order);
    } while (reading_.ok() && std::next_permutation(order.begin(), order.end()));
  }

  void check_order(const Box& blocks, const Hops& hops, const std::vector<Dim>& order) {
    const std::optional<Step> step = reading_.next();
    if (!step) return;
    const Cells cells = cells_of(order);
    if (step->act == Act::Blocks)
      return reading_.closes(step->value,
                             programs_.least(bound_.least(blocks, hops, order), cells));
    if (step->act != Act::Nest) return reading_.refute("is no step about an order of block loops");
    reading_.states(step->value, 0);
    check_nest(blocks, hops, order, cells);
  }

  void check_nest(Box blocks, const Hops& hops, const std::vector<Dim>& order, Cells cells) {
    for (;;) {
      const std::optional<Step> step = reading_.next();
      if (!step) return;
      if (step->act != Act::Split) return check_nested(*step, blocks, hops, order, cells);
      const auto parts = reading_.parts(*step, tile_, blocks);
      if (!parts) return;
      check_nest((*parts)[0], hops, order, cells);
      blocks = (*parts)[1];
    }
  }

  void check_nested(const Step& step, const Box& blocks, const Hops& hops,
                    const std::vector<Dim>& order, Cells cells) {
    if (step.act == Act::Memory) {
      reading_.states(step.value, 0);
      if (bound_.fits(blocks.lo, hops)) reading_.refute("says that blocks do not fit which do");
      ++reading_.audit().closed;
      return;
    }
    if (step.act != Act::Blocks && step.act != Act::Exact)
      return reading_.refute("is no step about single blocks");
    if ((step.act == Act::Exact) != blocks.is_point())
      return reading_.refute("takes several blocks for one, or one for several");
    reading_.closes(step.value, programs_.least(bound_.by_nest(blocks, hops, order), cells));
  }

  Cells cells_of(const std::vector<Dim>& order) const {
    return programs_.cells(unfinished(order, layer_.dims[layer_.out], layer_.work.reduction) != 0);
  }

  const Layer& layer_;
  const Extents& tile_;
  const TilePrograms& programs_;
  Reading& reading_;
  const BlockBound bound_;
};

}  // namespace

void check_blocks(const Layer& layer, const Dataflow& flow, const Extents& tile,
                  const TilePrograms& programs, Reading& reading) {
  Box all;
  all.hi = tile;
  BlockCheck(layer, flow, tile, programs, reading).check(all);
}

}  // namespace tilewright::audit
