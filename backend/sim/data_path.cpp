#include "backend/sim/data_path.h"

#include <algorithm>

#include <fmt/format.h>

#include "backend/sim/geometry.h"
#include "compiler/support/overloaded.h"

namespace tilewright::sim {

namespace {

constexpr std::array<const char*, kMemories> kMemoryNames = {"external memory", "Lx", "L0", "LRF",
                                                             "accumulator",     "PE"};
using Wide = __int128;

bool counts_bytes(Memory memory) { return memory == Memory::External || memory == Memory::Lx; }

int64_t narrow(Wide value) {
  constexpr Wide kFar = Wide{1} << 62;
  return static_cast<int64_t>(std::clamp(value, -kFar, kFar));
}

}  // namespace

void CoreData::start(const LayerPlan& layer) {
  for (size_t m = 0; m < bytes.size(); ++m)
    if (m != static_cast<size_t>(Memory::External))
      bytes[m].assign(static_cast<size_t>(layer.memory_bytes[m]), kPoisonByte);
}

DataPath::Region DataPath::region(const BufferPlan& plan, int32_t copy) {
  const Buffer& b = plan.buffer;
  const int64_t cell = bytes_of(plan.format);
  const int64_t start =
      (counts_bytes(b.memory) ? b.base : b.base * cell) + copy * b.buffer_elems * cell;
  MemoryBytes& bytes =
      b.memory == Memory::External ? external_ : core_.bytes[static_cast<size_t>(b.memory)];
  Region region{&plan, copy, {bytes.data() + start, plan.format}, 0, b.buffer_elems};
  if (b.memory == Memory::External) {
    region.low = -(start / cell);
    region.high = (static_cast<int64_t>(bytes.size()) - start) / cell;
  }
  return region;
}

std::string DataPath::address(const Region& region, int64_t element) const {
  const Buffer& b = region.plan->buffer;
  const Wide index = Wide{region.copy} * b.buffer_elems + element;
  const bool in_bytes = counts_bytes(b.memory);
  return fmt::format("{} {} {} (element {} of {} of copy {} of the buffer at {})",
                     kMemoryNames[static_cast<size_t>(b.memory)], in_bytes ? "byte" : "cell",
                     narrow(b.base + index * (in_bytes ? b.cell_bytes : 1)), element,
                     b.buffer_elems, region.copy, b.base);
}

MaybeFault DataPath::check(const Region& region, int64_t lowest, int64_t highest) const {
  if (lowest >= region.low && highest < region.high) return std::nullopt;
  const int64_t element = lowest < region.low ? lowest : highest;
  return Fault{fmt::format("touches {}, outside of {}", address(region, element),
                           region.plan->buffer.memory == Memory::External ? "the memory in use"
                                                                          : "its buffer"),
               ""};
}

Fault DataPath::unwritten(const Region& region, int64_t first, int64_t stride,
                          int64_t points) const {
  const int64_t at = std::max<int64_t>(0, poisoned_in_run(region.cells.at(first), stride, points));
  return {fmt::format("reads {}, which nothing has written{}", address(region, first + at * stride),
                      region.plan->buffer.memory == Memory::External ? "" : " in this layer"),
          "a transfer is missing, or a semaphore that makes the reader wait for it"};
}

MaybeFault DataPath::run(const InstructionPlan& plan, const Look& look) {
  return std::visit(
      Overloaded{
          [&](const Transfer& transfer) { return execute(plan, look, transfer); },
          [&](const Mac& mac) { return execute(plan, look, mac); },
          [&](const Drain& drain) { return execute(plan, look, drain); },
          [&](const Elementwise& elementwise) { return execute(plan, look, elementwise); },
          [](const auto&) { return MaybeFault(); },
      },
      *plan.what);
}

// ---- Transfer

MaybeFault DataPath::pad(const Region& inner, const Transfer& transfer,
                         const Registers& registers) {
  Box box(1);
  Wide base = 0;
  for (const BoxAxis& axis : transfer.axes) {
    const int64_t count = count_of(axis.count, registers);
    base += Wide{axis.inner.stride} * first_index(axis.inner, registers, nullptr);
    if (count > 1) box.add(count)[0] = narrow(Wide{axis.inner.stride} * axis.inner.step);
  }
  const int64_t at = narrow(base);
  if (auto fault = check(inner, narrow(base + box.lowest(0)), narrow(base + box.highest(0))))
    return fault;
  box.arrange(0);
  box.for_each_run([&](const Offsets& offset, const Offsets& stride, int64_t points) {
    fill_run(inner.cells.at(at + offset[0]), stride[0], points, transfer.fill);
    return true;
  });
  return std::nullopt;
}

MaybeFault DataPath::copy(const Box& box, bool store, const Region& outer, int64_t outer_at,
                          const Region& inner, int64_t inner_at) {
  const Region& from = store ? inner : outer;
  const Region& to = store ? outer : inner;
  const size_t from_side = store ? 1 : 0, to_side = 1 - from_side;
  const int64_t from_at = store ? inner_at : outer_at, to_at = store ? outer_at : inner_at;
  MaybeFault fault;
  box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
    const int64_t source = from_at + at[from_side];
    if (copy_run(from.cells.at(source), stride[from_side], to.cells.at(to_at + at[to_side]),
                 stride[to_side], points))
      return true;
    fault = unwritten(from, source, stride[from_side], points);
    return false;
  });
  return fault;
}

MaybeFault DataPath::execute(const InstructionPlan& plan, const Look& look,
                             const Transfer& transfer) {
  const Region outer = region(plan.buffers[0], look.copy[0]);
  const Region inner = region(plan.buffers[1], look.copy[1]);
  const bool external = transfer.outer.memory == Memory::External;
  Box box(2);
  Wide outer_base = 0, inner_base = 0;
  bool padded = false, empty = false;
  for (const BoxAxis& axis : transfer.axes) {
    const AxisPoints points = points_of(axis, look.registers, slice_, external);
    if (points.count == 0) return std::nullopt;
    const int64_t inside = points.high - points.low;
    padded |= inside < points.count;
    empty |= inside == 0;
    outer_base += axis.outer.stride * (points.first + Wide{axis.outer.step} * points.low);
    inner_base += axis.inner.stride * (first_index(axis.inner, look.registers, nullptr) +
                                       Wide{axis.inner.step} * points.low);
    if (inside <= 1) continue;
    Offsets& strides = box.add(inside);
    strides[0] = narrow(Wide{axis.outer.stride} * axis.outer.step);
    strides[1] = narrow(Wide{axis.inner.stride} * axis.inner.step);
  }
  if (padded && !transfer.store)
    if (auto fault = pad(inner, transfer, look.registers)) return fault;
  if (empty) return std::nullopt;
  if (auto fault =
          check(outer, narrow(outer_base + box.lowest(0)), narrow(outer_base + box.highest(0))))
    return fault;
  if (auto fault =
          check(inner, narrow(inner_base + box.lowest(1)), narrow(inner_base + box.highest(1))))
    return fault;
  box.arrange(1);
  return copy(box, transfer.store, outer, narrow(outer_base), inner, narrow(inner_base));
}

// ---- Mac

// The copy is poisoned, and the block that is about to be summed up becomes zero.
void DataPath::clear(const Region& acc, const MacJob& job) {
  Box box(1);
  int64_t points = 1;
  for (size_t d = 0; d < 8; ++d)
    if (job.extent[d] > 1 && job.acc_stride[d] != 0) {
      box.add(job.extent[d])[0] = job.acc_stride[d];
      points *= job.extent[d];
    }
  box.arrange(0);
  if (points < acc.high) poison_run(acc.cells, 1, acc.high);
  box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t run) {
    fill_run(acc.cells.at(at[0]), stride[0], run, 0.0f);
    return true;
  });
}

MaybeFault DataPath::mac_poison(MacPoison poison, const std::array<Region, 3>& regions,
                                const MacJob& job) const {
  const size_t operand = poison == MacPoison::Inp ? 0 : poison == MacPoison::Ker ? 1 : 2;
  const Region& region = regions[operand];
  const PerDim* const strides[] = {&job.inp_stride, &job.ker_stride, &job.acc_stride};
  Box box(1);
  for (size_t d = 0; d < 8; ++d)
    if (job.extent[d] > 1 && (*strides[operand])[d] != 0)
      box.add(job.extent[d])[0] = (*strides[operand])[d];
  MaybeFault fault;
  box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
    if (poisoned_in_run(region.cells.at(at[0]), stride[0], points) >= 0)
      fault = unwritten(region, at[0], stride[0], points);
    return !fault;
  });
  return fault;
}

MaybeFault DataPath::execute(const InstructionPlan& plan, const Look& look, const Mac& mac) {
  MacJob job;
  for (size_t d = 0; d < 8; ++d) {
    job.extent[d] = look.registers.extent[kBlockRegisters + d];
    if (job.extent[d] == 0) return std::nullopt;
  }
  std::array<Region, 3> regions;
  const LocalView* const views[] = {&mac.inp, &mac.ker, &mac.acc};
  for (size_t v = 0; v < 3; ++v) {
    regions[v] = region(plan.buffers[v], look.copy[v]);
    Box box(1);
    for (size_t d = 0; d < 8; ++d)
      if (job.extent[d] > 1) box.add(job.extent[d])[0] = views[v]->stride[d];
    if (auto fault = check(regions[v], box.lowest(0), box.highest(0))) return fault;
  }
  job.inp = reinterpret_cast<const float*>(regions[0].cells.data);
  job.ker = reinterpret_cast<const float*>(regions[1].cells.data);
  job.acc = reinterpret_cast<float*>(regions[2].cells.data);
  job.inp_stride = mac.inp.stride;
  job.ker_stride = mac.ker.stride;
  job.acc_stride = mac.acc.stride;
  if (look.enters(mac.clear)) clear(regions[2], job);
  const MacPoison poison = core_.kernel.run(job);
  if (poison != MacPoison::None) return mac_poison(poison, regions, job);
  return std::nullopt;
}

}  // namespace tilewright::sim
