#include "costmodel/block_pieces.h"

#include <algorithm>

namespace tilewright {

namespace {

// The tables, by their place in a code.
constexpr size_t kArray = 0, kOut = 3;
constexpr size_t table_of(size_t operand) { return operand + 1; }

// A product of factors, for each place of a table.
class Product {
 public:
  Product(const BlockPieces& pieces, size_t table)
      : edges_(pieces.edge), shift_(8 * table), size_(pieces.sizes[table]) {
    std::fill_n(of_edges_.begin(), size_, 1);
  }

  int64_t operator[](size_t place) const { return whole_ * of_edges_[place]; }

  void multiply(Dim d, int64_t full, int64_t last) {
    const size_t bit = bit_of(d);
    if (bit == 0) {
      whole_ *= full;
      return;
    }
    for (size_t c = 0; c < size_; ++c) of_edges_[c] *= (c & bit) != 0 ? last : full;
  }
  // By value(extents of the axis' dims).
  template <class Value>
  void multiply(const AxisTerms& axis, const Extents& full, const Extents& last, Value&& value) {
    const auto f = axis.extents(full), l = axis.extents(last);
    const size_t a = axis.coefficient[0] == 0 ? 0 : bit_of(axis.dim[0]);
    const size_t b = axis.coefficient[1] == 0 ? 0 : bit_of(axis.dim[1]);
    if ((a | b) == 0) {
      whole_ *= value(f);
      return;
    }
    using Two = std::array<int64_t, 2>;
    std::array<int64_t, 4> by{value(f), 0, 0, 0};
    if (a != 0) by[1] = value(Two{l[0], f[1]});
    if (b != 0) by[2] = value(Two{f[0], l[1]});
    if (a != 0 && b != 0) by[3] = value(l);
    for (size_t c = 0; c < size_; ++c)
      of_edges_[c] *= by[((c & a) != 0 ? 1 : 0) + ((c & b) != 0 ? 2 : 0)];
  }

 private:
  size_t bit_of(Dim d) const { return edges_[static_cast<size_t>(d)] >> shift_ & 255; }

  const std::array<BlockCode, kDimCount>& edges_;
  const size_t shift_, size_;
  int64_t whole_ = 1;
  std::array<int64_t, 256> of_edges_;
};

class Maker {
 public:
  Maker(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
        const BlockPlan& plan)
      : p_(pieces), operands_(operands), times_(times), plan_(plan) {}

  // Along each dim.
  void cut(const Extents& tile) {
    p_.trips.fill(1);
    p_.edge.fill(0);
    p_.sizes.fill(1);
    p_.full = p_.last = tile;
    for (Dim d : plan_.loop_dims()) {
      // Of sizes between two: the fewest pieces, none larger than any size makes it.
      const int64_t block = plan_.block[d], largest = plan_.largest[d];
      if (block >= tile[d]) continue;
      const int64_t trips = ceil_div(tile[d], largest);
      p_.trips[static_cast<size_t>(d)] = trips;
      p_.full[d] = block;
      p_.last[d] = std::min(block, tile[d] - (trips - 1) * largest);
      if (trips == 1)
        p_.last[d] = block;
      else if (p_.last[d] != block)
        add_edge(d);
    }
  }

  // [C3]
  void array() {
    Product steps(p_, kArray);
    for (Dim d : operands_.dims()) multiply_steps(steps, d);
    for (size_t c = 0; c < p_.sizes[kArray]; ++c)
      p_.array_cycles[c] = ceil_mul(steps[c], times_.mac_cycles);
  }

  void loads(size_t x) {
    const BlockPlan::Hop& hop = plan_.hops[x];
    const auto each = [&](auto&& load) {
      for (size_t c = 0; c < p_.sizes[table_of(x)]; ++c) p_.loads[x][c] = load(c);
    };
    if (hop.outer == Place::External) {  // [C8]
      const Outside bytes(*this, x);
      each([&](size_t c) -> BlockPieces::Load {
        const int64_t n = bytes.of(c, hop.link_bits);
        return {times_.past_lx(n, plan_.cores, false), n};
      });
    } else {
      const Product elems = in_steps(x) ? elems_in_steps(x) : elems_of(x, p_.full, p_.last);
      each([&](size_t c) -> BlockPieces::Load {
        const int64_t n = packed_bytes(elems[c], hop.link_bits);
        return {UnitTimes::link(times_.array_in, n), n};
      });
    }
    if (hop.inner != Place::Lrf || times_.lrf_load_cycles == 0) return;
    const Product elems = elems_of_pe(x);  // [C6]
    for (size_t c = 0; c < p_.sizes[table_of(x)]; ++c) {
      int64_t& cycles = p_.loads[x][c].cycles;
      cycles = std::max(cycles, times_.lrf_load_cycles * elems[c]);
    }
  }

  void outputs() {
    Product outputs(p_, kOut);
    for (Dim d : operands_.dims())
      if (contains(operands_.out().dims, d)) outputs.multiply(d, p_.full[d], p_.last[d]);
    for (size_t c = 0; c < p_.sizes[kOut]; ++c) p_.outputs[c] = outputs[c];
    p_.drains_of_bits.fill(0);
  }

  void drains(BlockCode visit) {
    const BlockPlan::Hop& hop = plan_.hops[2];
    const bool first = (visit & BlockPieces::kLater) == 0;
    const bool final = (visit & BlockPieces::kUnfinished) == 0;
    BlockPieces::Drain* const drains = p_.drains.data() + (visit >> 24);
    for (size_t c = 0; c < p_.sizes[kOut]; ++c) {  // [C4]
      const int64_t n = p_.outputs[c], bytes = packed_bytes(n, hop.link_bits) * (first ? 1 : 2);
      drains[c] = {times_.drain_sfu(n, first, final), UnitTimes::link(times_.array_out, bytes),
                   bytes, first ? 0 : n};
    }
    if (hop.outer != Place::External) return;
    const Outside bytes(*this, 2);  // [C8] Sums come back from external memory, and leave to it.
    for (size_t c = 0; c < p_.sizes[kOut]; ++c) {
      drains[c].bytes = (first ? 0 : bytes.of(c, kPartialSumBits)) +
                        bytes.of(c, final ? hop.link_bits : kPartialSumBits);
      drains[c].link = times_.past_lx(drains[c].bytes, plan_.cores, true);
    }
  }

 private:
  // [T4] of a block in external memory.
  struct Outside {
    Outside(const Maker& maker, size_t x)
        : run(maker.p_, table_of(x)), runs(maker.p_, table_of(x)), granule(maker.times_.granule) {
      const BlockOperands::Operand& operand = maker.operands_.operands[x];
      const BlockPlan::Hop& hop = maker.plan_.hops[x];
      for (size_t a = 0; a < operand.axes; ++a)
        ((hop.run_axes >> a & 1) != 0 ? run : runs)
            .multiply(operand.axis[a], maker.p_.full, maker.p_.last,
                      [&](const auto& ext) { return operand.axis[a].points(hop.steps[a], ext); });
    }
    int64_t of(size_t c, int64_t elem_bits) const {
      return runs[c] * round_up(packed_bytes(run[c], elem_bits), granule);
    }
    Product run, runs;
    const Divisor& granule;
  };

  // An operand that is taken step by step of the array: as often as other dims go on.
  bool in_steps(size_t x) const {
    return plan_.hops[x].inner == Place::Pe && plan_.hops[x].outer != Place::External;
  }

  // A bit in each table that depends on d.
  void add_edge(Dim d) {
    BlockCode bits = 0;
    for (size_t t = 0; t < p_.sizes.size(); ++t) {
      if (t != kArray && !in_steps(t - 1) && !contains(operands_.operands[t - 1].dims, d)) continue;
      bits |= BlockCode{p_.sizes[t]} << (8 * t);
      p_.sizes[t] *= 2;
    }
    p_.edge[static_cast<size_t>(d)] = bits;
  }

  void multiply_steps(Product& product, Dim d) const {
    const Divisor& unroll = plan_.unroll[d];
    product.multiply(d, ceil_div(p_.full[d], unroll), ceil_div(p_.last[d], unroll));
  }
  // [B4] Elements of operand x's boxes.
  Product elems_of(size_t x, const Extents& full, const Extents& last) const {
    const BlockOperands::Operand& operand = operands_.operands[x];
    Product elems(p_, table_of(x));
    for (size_t a = 0; a < operand.axes; ++a) {
      const int64_t step = plan_.hops[x].steps[a];
      elems.multiply(operand.axis[a], full, last,
                     [&](const auto& ext) { return operand.axis[a].points(step, ext); });
    }
    return elems;
  }
  // Of one PE's part of them.
  Product elems_of_pe(size_t x) const {
    Extents full = p_.full, last = p_.last;
    for (Dim d : operands_.dims()) {
      full[d] = ceil_div(full[d], plan_.pe_unroll[d]);
      last[d] = ceil_div(last[d], plan_.pe_unroll[d]);
    }
    return elems_of(x, full, last);
  }
  // [C7]
  Product elems_in_steps(size_t x) const {
    const BlockOperands::Operand& operand = operands_.operands[x];
    Product elems(p_, table_of(x));
    for (size_t a = 0; a < operand.axes; ++a) {
      const AxisTerms& axis = operand.axis[a];
      std::array<int64_t, 2> unroll{1, 1};
      for (size_t k = 0; k < 2; ++k)
        if (axis.coefficient[k] != 0) unroll[k] = plan_.unroll[axis.dim[k]].value();
      elems.multiply(axis, p_.full, p_.last,
                     [&](const auto& ext) { return axis.points_in_steps(unroll, ext); });
    }
    for (Dim d : operands_.dims())
      if (!contains(operand.dims, d)) multiply_steps(elems, d);
    return elems;
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
  maker.outputs();
}

void make_drains(BlockPieces& pieces, const BlockOperands& operands, const UnitTimes& times,
                 const BlockPlan& plan, BlockCode visit) {
  int64_t& of_bits = pieces.drains_of_bits[visit >> 32];
  if (of_bits == plan.hops[2].link_bits) return;
  of_bits = plan.hops[2].link_bits;
  Maker(pieces, operands, times, plan).drains(visit);
}

}  // namespace tilewright
