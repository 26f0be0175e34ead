#include "backend/sim/geometry.h"

#include <algorithm>
#include <numeric>

#include "backend/sim/box.h"
#include "compiler/support/math.h"

namespace tilewright::sim {

namespace {

using Wide = __int128;

}  // namespace

int64_t times(int64_t a, int64_t b) {
  return static_cast<int64_t>(std::min<Wide>(Wide{a} * b, kMostPoints));
}

int64_t count_of(const Count& count, const Registers& registers) {
  Wide span = 0;
  for (const RegisterTerm& term : count.terms) {
    const int64_t extent = registers.extent[static_cast<size_t>(term.reg)];
    if (extent == 0) return 0;
    span += Wide{term.coefficient} * (extent - 1);
  }
  if (span < 0) return 0;
  return static_cast<int64_t>(std::min<Wide>(span / count.step + 1, kMostPoints));
}

int64_t first_copied(const BoxAxis& axis, int64_t count, const Registers& registers) {
  if (axis.last.empty()) return 0;
  Wide last = 0;
  for (const RegisterTerm& term : axis.last)
    last += Wide{term.coefficient} * registers.extent[static_cast<size_t>(term.reg)];
  return count - static_cast<int64_t>(std::clamp<Wide>(last, 0, count));
}

int64_t first_index(const AxisSide& side, const Registers& registers, const CoreSlice* start) {
  Wide index = side.offset;
  for (const RegisterTerm& term : side.terms) {
    const auto reg = static_cast<size_t>(term.reg);
    Wide position = registers.position[reg];
    if (start != nullptr && term.reg < kBlockRegisters) position += start->start[reg];
    index += Wide{term.coefficient} * position;
  }
  return narrow(index);
}

AxisPoints points_of(const BoxAxis& axis, const Registers& registers, const CoreSlice& slice,
                     bool outer_is_external) {
  AxisPoints points;
  points.count = count_of(axis.count, registers);
  points.first = first_index(axis.outer, registers, outer_is_external ? &slice : nullptr);
  points.begin = points.low = first_copied(axis, points.count, registers);
  points.high = points.count;
  if (axis.limit < 0 || points.count == 0) return points;
  const int64_t step = axis.outer.step, first = points.first;
  const auto inside = [&](int64_t index) { return index >= 0 && index < axis.limit; };
  if (step == 0) {
    if (!inside(first)) points.high = points.low;
    return points;
  }
  // Walking up from `start` in strides of |step|: the last index counts down when step < 0.
  const int64_t stride = std::abs(step);
  const Wide last = Wide{first} + Wide{step} * (points.count - 1);
  const Wide start = step > 0 ? Wide{first} : last;
  const Wide below = start < 0 ? (-start + stride - 1) / stride : 0;  // points under 0
  const Wide under_limit =
      start >= axis.limit ? 0 : (Wide{axis.limit} - start + stride - 1) / stride;
  const int64_t low = static_cast<int64_t>(std::min<Wide>(below, points.count));
  const int64_t high =
      std::max(low, static_cast<int64_t>(std::min<Wide>(under_limit, points.count)));
  points.low = std::max(points.begin, step > 0 ? low : points.count - high);
  points.high = std::max(points.low, step > 0 ? high : points.count - low);
  return points;
}

int64_t transfer_bytes(const Transfer& transfer, const Registers& registers,
                       const CoreSlice& slice) {
  int64_t bytes = transfer.outer.cell_bytes;
  for (const BoxAxis& axis : transfer.axes) {
    const AxisPoints points =
        points_of(axis, registers, slice, transfer.outer.memory == Memory::External);
    bytes = times(bytes, points.high - points.low);
  }
  return bytes;
}

namespace {

size_t dim_of(const RegisterTerm& term) { return static_cast<size_t>(term.reg) % kBlockRegisters; }

// Points of one axis, summed over the array's steps along the dims that move it: term after term,
// `span` is what the terms before reach over.
int64_t points_in_steps(const Transfer& transfer, const Count& count, size_t term, Wide span,
                        int64_t lattice, const Registers& registers) {
  if (term == count.terms.size())
    return static_cast<int64_t>(std::min<Wide>(span / lattice + 1, kMostPoints));
  const RegisterTerm& t = count.terms[term];
  const int64_t extent = registers.extent[static_cast<size_t>(t.reg)];
  const int64_t at_once = transfer.unroll[dim_of(t)];
  Wide sum = 0;
  const auto add = [&](int64_t steps, int64_t taken) {
    if (steps > 0 && taken > 0)
      sum += Wide{steps} * points_in_steps(transfer, count, term + 1,
                                           span + Wide{t.coefficient} * (taken - 1), lattice,
                                           registers);
  };
  add(extent / at_once, at_once);
  add(extent % at_once > 0 ? 1 : 0, extent % at_once);
  return static_cast<int64_t>(std::clamp<Wide>(sum, 0, kMostPoints));
}

}  // namespace

int64_t streamed_bytes(const Transfer& transfer, const Registers& registers) {
  int64_t bytes = transfer.outer.cell_bytes;
  std::array<bool, kBlockRegisters> moves{};
  for (const BoxAxis& axis : transfer.axes) {
    int64_t lattice = 0;
    for (const RegisterTerm& term : axis.count.terms) {
      moves[dim_of(term)] = true;
      if (transfer.unroll[dim_of(term)] > 1) lattice = std::gcd(lattice, term.coefficient);
    }
    bytes = times(
        bytes, points_in_steps(transfer, axis.count, 0, 0, lattice == 0 ? 1 : lattice, registers));
  }
  for (size_t d = 0; d < kBlockRegisters; ++d)
    if (!moves[d])
      bytes = times(bytes, ceil_div(registers.extent[kBlockRegisters + d], transfer.unroll[d]));
  return bytes;
}

int64_t elems_per_pe(const Transfer& transfer, const Registers& registers) {
  Registers own = registers;
  for (size_t d = 0; d < kBlockRegisters; ++d)
    own.extent[kBlockRegisters + d] = ceil_div(own.extent[kBlockRegisters + d], transfer.unroll[d]);
  int64_t elems = 1;
  for (const BoxAxis& axis : transfer.axes) elems = times(elems, count_of(axis.count, own));
  return elems;
}

int64_t external_bytes(const Transfer& transfer, const Registers& registers, const CoreSlice& slice,
                       int64_t granule) {
  int64_t run = transfer.outer.cell_bytes, runs = 1;
  for (const BoxAxis& axis : transfer.axes) {
    const AxisPoints points = points_of(axis, registers, slice, true);
    int64_t& product = axis.run ? run : runs;
    product = times(product, points.high - points.low);
  }
  const int64_t granules = run / granule + (run % granule != 0 ? 1 : 0);
  return times(runs, times(granules, granule));
}

namespace {

using Neighbours = std::pair<Wide, int64_t>;  // distance between them, points

bool follow_each_other(std::vector<Neighbours> along) {
  std::sort(along.begin(), along.end());
  Wide run = 1;
  for (const auto& [distance, points] : along) {
    if (distance != run) return false;
    run *= points;
  }
  return true;
}

}  // namespace

int64_t drained_bytes(const Drain& drain, const LocalView& view, const Registers& registers,
                      int64_t granule) {
  const auto run_dims = static_cast<uint8_t>(drain.dims & drain.run);
  const auto others = static_cast<uint8_t>(drain.dims & ~drain.run);
  const int64_t run =
      times(extent_product(registers, kBlockRegisters, run_dims), view.buffer.cell_bytes);
  const int64_t granules = run / granule + (run % granule != 0 ? 1 : 0);
  return times(extent_product(registers, kBlockRegisters, others), times(granules, granule));
}

bool runs_hold(const Drain& drain, const Registers& registers) {
  std::vector<Neighbours> along;
  for (size_t d = 0; d < kBlockRegisters; ++d)
    if ((drain.dims & drain.run) >> d & 1 && registers.extent[kBlockRegisters + d] > 1)
      along.emplace_back(drain.out.stride[d], registers.extent[kBlockRegisters + d]);
  return follow_each_other(along);
}

bool runs_hold(const Transfer& transfer, const Registers& registers, const CoreSlice& slice) {
  std::vector<Neighbours> along;
  for (const BoxAxis& axis : transfer.axes) {
    const AxisPoints points = points_of(axis, registers, slice, true);
    if (points.high == points.low) return true;
    if (axis.run && points.high - points.low > 1)
      along.emplace_back(Wide{axis.outer.stride} * axis.outer.step, points.high - points.low);
  }
  return follow_each_other(along);
}

int64_t extent_product(const Registers& registers, int first_register, uint8_t dims) {
  int64_t product = 1;
  for (int d = 0; d < 8; ++d)
    if ((dims >> d & 1) != 0)
      product = times(product, registers.extent[static_cast<size_t>(first_register + d)]);
  return product;
}

int64_t operand_bytes(const SfuOperand& operand, const Registers& registers) {
  int64_t bytes = operand.view.buffer.cell_bytes;
  for (const Count& count : operand.counts) bytes = times(bytes, count_of(count, registers));
  return bytes;
}

}  // namespace tilewright::sim
