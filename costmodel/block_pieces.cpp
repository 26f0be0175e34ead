#include "costmodel/block_pieces.h"

#include <algorithm>

namespace tilewright {

namespace {

using Table = std::array<int64_t, BlockPieces::kBlocks>;

class Maker {
 public:
  Maker(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
        const BlockPlan& plan)
      : p_(pieces), operands_(operands), times_(times), plan_(plan) {}

  // Along each dim.
  void cut(const Extents& tile) {
    p_.trips.fill(1);
    p_.edge.fill(0);
    p_.codes = 1;
    p_.full = p_.last = tile;
    for (Dim d : plan_.loop_dims()) {
      const int64_t block = plan_.block[d];
      if (block >= tile[d]) continue;
      const auto k = static_cast<size_t>(d);
      p_.trips[k] = ceil_div(tile[d], block);
      p_.full[d] = block;
      p_.last[d] = tile[d] - (p_.trips[k] - 1) * block;
      if (p_.last[d] == block) continue;
      p_.edge[k] = p_.codes;
      p_.codes *= 2;
    }
  }

  // [C3]
  void array() {
    Table steps;
    start(steps);
    for (Dim d : kDims) multiply_steps(steps, d);
    for (BlockCode c = 0; c < p_.codes; ++c) p_.array[c] = ceil_mul(steps[c], times_.mac_cycles);
  }

  void loads(size_t x) {
    const BlockPlan::Hop& hop = plan_.hops[x];
    const bool in_steps = hop.inner == Place::Pe;  // as often as other dims go on
    const DimSet dims = in_steps ? static_cast<DimSet>(~0) : operands_.operands[x].dims;
    Table elems, pe;
    if (hop.outer == Place::External)
      bytes_outside(x, hop.link_bits, elems);
    else if (in_steps)
      elems_in_steps(x, elems);
    else
      elems_of(x, p_.full, p_.last, elems);
    if (hop.inner == Place::Lrf) elems_of_pe(x, pe);
    for_codes(dims, p_.loads[x].data(), [&](BlockCode c) {
      BlockPieces::Load load;
      if (hop.outer == Place::External) {
        load.bytes = elems[c];
        load.cycles = times_.past_lx(load.bytes, plan_.cores, false);
      } else {
        load.bytes = packed_bytes(elems[c], hop.link_bits);
        load.cycles = UnitTimes::link(times_.array_in, load.bytes);
      }
      if (hop.inner == Place::Lrf)  // [C6]
        load.cycles = std::max(load.cycles, times_.lrf_load_cycles * pe[c]);
      return load;
    });
  }

  void drains(BlockCode visit) {
    const BlockPlan::Hop& hop = plan_.hops[2];
    const bool first = (visit & BlockPieces::kLater) == 0;
    const bool final = (visit & BlockPieces::kUnfinished) == 0;
    Table outputs, back, out;
    start(outputs);
    for (Dim d : kDims)
      if (contains(operands_.out().dims, d))
        multiply(outputs, edge(d), 0, {p_.full[d], p_.last[d], 0, 0});
    const bool past_lx = hop.outer == Place::External;
    if (past_lx) {  // sums come back from external memory, and leave to it
      bytes_outside(2, kPartialSumBits, back);
      bytes_outside(2, final ? hop.link_bits : kPartialSumBits, out);
    }
    for_codes(operands_.out().dims, p_.drains.data() + visit, [&](BlockCode c) {
      const int64_t n = outputs[c];
      BlockPieces::Drain drain;
      drain.sfu = times_.drain_sfu(n, first, final);
      drain.added = first ? 0 : n;
      if (past_lx) {
        drain.bytes = (first ? 0 : back[c]) + out[c];
        drain.link = times_.past_lx(drain.bytes, plan_.cores, true);
      } else {
        drain.bytes = packed_bytes(n, hop.link_bits) * (first ? 1 : 2);
        drain.link = UnitTimes::link(times_.array_out, drain.bytes);
      }
      return drain;
    });
  }

 private:
  using Four = std::array<int64_t, 4>;  // by edge of a first dim, and 2 * edge of a second one

  BlockCode edge(Dim d) const { return p_.edge[static_cast<size_t>(d)]; }

  void start(Table& table) const { std::fill_n(table.begin(), p_.codes, 1); }

  void multiply(Table& table, BlockCode a, BlockCode b, const Four& by) const {
    for (BlockCode c = 0; c < p_.codes; ++c)
      table[c] *= by[((c & a) != 0 ? 1 : 0) + ((c & b) != 0 ? 2 : 0)];
  }
  void multiply_steps(Table& table, Dim d) const {
    const int64_t unroll = plan_.unroll[d];
    multiply(table, edge(d), 0, {ceil_div(p_.full[d], unroll), ceil_div(p_.last[d], unroll), 0, 0});
  }
  // By value(extents of the axis' dims).
  template <class Value>
  void multiply_axis(Table& table, const AxisTerms& axis, const Extents& full, const Extents& last,
                     Value&& value) const {
    const auto f = axis.extents(full), l = axis.extents(last);
    const BlockCode a = axis.coefficient[0] == 0 ? 0 : edge(axis.dim[0]);
    const BlockCode b = axis.coefficient[1] == 0 ? 0 : edge(axis.dim[1]);
    using Two = std::array<int64_t, 2>;
    Four by{value(f), 0, 0, 0};
    if (a != 0) by[1] = value(Two{l[0], f[1]});
    if (b != 0) by[2] = value(Two{f[0], l[1]});
    if (a != 0 && b != 0) by[3] = value(l);
    multiply(table, a, b, by);
  }

  // [B4] Elements of operand x's boxes.
  void elems_of(size_t x, const Extents& full, const Extents& last, Table& elems) const {
    const BlockOperands::Operand& operand = operands_.operands[x];
    start(elems);
    for (size_t a = 0; a < operand.axes; ++a) {
      const int64_t step = plan_.hops[x].steps[a];
      multiply_axis(elems, operand.axis[a], full, last,
                    [&](const auto& ext) { return operand.axis[a].points(step, ext); });
    }
  }
  // Of one PE's part of them.
  void elems_of_pe(size_t x, Table& elems) const {
    Extents full, last;
    for (Dim d : kDims) {
      full[d] = ceil_div(p_.full[d], plan_.pe_unroll[d]);
      last[d] = ceil_div(p_.last[d], plan_.pe_unroll[d]);
    }
    elems_of(x, full, last, elems);
  }
  // [C7]
  void elems_in_steps(size_t x, Table& elems) const {
    const BlockOperands::Operand& operand = operands_.operands[x];
    start(elems);
    for (size_t a = 0; a < operand.axes; ++a) {
      const AxisTerms& axis = operand.axis[a];
      const auto unroll = axis.extents(plan_.unroll);
      multiply_axis(elems, axis, p_.full, p_.last,
                    [&](const auto& ext) { return axis.points_in_steps(unroll, ext); });
    }
    for (Dim d : kDims)
      if (!contains(operand.dims, d)) multiply_steps(elems, d);
  }
  // [T4] of a block in external memory.
  void bytes_outside(size_t x, int64_t elem_bits, Table& bytes) const {
    const BlockOperands::Operand& operand = operands_.operands[x];
    const BlockPlan::Hop& hop = plan_.hops[x];
    Table run;
    start(run);
    start(bytes);
    for (size_t a = 0; a < operand.axes; ++a)
      multiply_axis((hop.run_axes >> a & 1) != 0 ? run : bytes, operand.axis[a], p_.full, p_.last,
                    [&](const auto& ext) { return operand.axis[a].points(hop.steps[a], ext); });
    for (BlockCode c = 0; c < p_.codes; ++c)
      bytes[c] *= round_up(packed_bytes(run[c], elem_bits), times_.granule);
  }

  // table[c] = value(c), which edges of other dims than these do not change.
  template <class Entry, class Value>
  void for_codes(DimSet dims, Entry* table, Value&& value) const {
    BlockCode of = 0;
    for (Dim d : kDims)
      if (contains(dims, d)) of |= edge(d);
    for (BlockCode c = 0; c < p_.codes; ++c) table[c] = (c & ~of) != 0 ? table[c & of] : value(c);
  }

  BlockPieces& p_;
  const BlockOperands& operands_;
  const UnitTimes& times_;
  const BlockPlan& plan_;
};

}  // namespace

void make_pieces(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                 const BlockPlan& plan, const Extents& tile) {
  Maker maker(pieces, operands, times, plan);
  maker.cut(tile);
  maker.array();
  for (size_t x = 0; x < 2; ++x) maker.loads(x);
}

void make_drains(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                 const BlockPlan& plan, BlockCode visit) {
  Maker(pieces, operands, times, plan).drains(visit);
}

}  // namespace tilewright
