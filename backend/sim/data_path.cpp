#include "backend/sim/data_path.h"

#include <algorithm>

#include <fmt/format.h>

#include "backend/sim/geometry.h"
#include "compiler/support/math.h"
#include "compiler/support/overloaded.h"

namespace tilewright::sim {

namespace {

constexpr std::array<const char*, kMemories> kMemoryNames = {"external memory", "Lx", "L0", "LRF",
                                                             "accumulator",     "PE"};
using Wide = __int128;

bool counts_bytes(Memory memory) { return memory == Memory::External || memory == Memory::Lx; }

}  // namespace

void CoreData::start(const LayerPlan& layer) {
  for (size_t m = 0; m < bytes.size(); ++m)
    if (m != static_cast<size_t>(Memory::External))
      bytes[m].assign(static_cast<size_t>(layer.memory_bytes[m]), kPoisonByte);
}

int64_t DataPath::Region::straight(int64_t first, int64_t stride, int64_t points) const {
  if (circle == 0 || stride == 0) return points;
  const int64_t from = index(first);
  return std::min(points, stride > 0 ? ceil_div(circle - from, stride) : from / -stride + 1);
}

bool DataPath::Region::read(int64_t first, int64_t stride, int64_t points, float* to) const {
  for (int64_t done = 0, n = 0; done < points; done += n) {
    const int64_t from = first + done * stride;
    n = straight(from, stride, points - done);
    if (!read_run(at(from), stride, n, to + done)) return false;
  }
  return true;
}

void DataPath::Region::write(int64_t first, int64_t stride, int64_t points,
                             const float* from) const {
  for (int64_t done = 0, n = 0; done < points; done += n) {
    const int64_t to = first + done * stride;
    n = straight(to, stride, points - done);
    write_run(at(to), stride, n, from + done);
  }
}

DataPath::Region DataPath::region(const BufferPlan& plan, int64_t start) {
  const Buffer& b = plan.buffer;
  const int64_t cell = bytes_of(plan.format);
  const int64_t circle = b.slide != 0 ? b.buffers * b.buffer_elems : 0;
  const int64_t byte =
      (counts_bytes(b.memory) ? b.base : b.base * cell) + (circle == 0 ? start * cell : 0);
  MemoryBytes& bytes =
      b.memory == Memory::External ? external_ : core_.bytes[static_cast<size_t>(b.memory)];
  Region region{&plan, start, {bytes.data() + byte, plan.format}, 0, b.buffer_elems, circle};
  if (b.memory == Memory::External) {
    region.low = -(byte / cell);
    region.high = (static_cast<int64_t>(bytes.size()) - byte) / cell;
  }
  return region;
}

std::string DataPath::address(const Region& region, int64_t element) const {
  const Buffer& b = region.plan->buffer;
  const Wide index =
      region.circle == 0 ? Wide{region.start} + element : Wide{region.index(element)};
  const bool in_bytes = counts_bytes(b.memory);
  const std::string part =
      region.circle != 0
          ? fmt::format("those from {}", region.start)
          : fmt::format("copy {}", region.start / std::max<int64_t>(b.buffer_elems, 1));
  return fmt::format("{} {} {} (element {} of {} of {} of the buffer at {})",
                     kMemoryNames[static_cast<size_t>(b.memory)], in_bytes ? "byte" : "cell",
                     narrow(b.base + index * (in_bytes ? b.cell_bytes : 1)), element,
                     b.buffer_elems, part, b.base);
}

MaybeFault DataPath::check(const Region& region, int64_t lowest, int64_t highest) const {
  if (lowest >= region.low && highest < region.high) return std::nullopt;
  const int64_t element = lowest < region.low ? lowest : highest;
  return Fault{fmt::format("touches {}, outside of {}", address(region, element),
                           region.plan->buffer.memory == Memory::External ? "the memory in use"
                                                                          : "its buffer"),
               ""};
}

Fault DataPath::inexact() {
  return {fmt::format("a sum of integers is beyond {}, up to which FP32 holds them all",
                      static_cast<int64_t>(kMostExactSum)),
          "smaller numbers, or a precision of floating point"};
}

Fault DataPath::unwritten(const Region& region, int64_t first, int64_t stride,
                          int64_t points) const {
  int64_t at = first;
  for (int64_t done = 0, n = 0; done < points; done += n) {
    const int64_t from = first + done * stride;
    n = region.straight(from, stride, points - done);
    const int64_t poisoned = poisoned_in_run(region.at(from), stride, n);
    if (poisoned < 0) continue;
    at = from + poisoned * stride;
    break;
  }
  return {fmt::format("reads {}, which nothing has written{}", address(region, at),
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
    const int64_t all = count_of(axis.count, registers);
    const int64_t begin = first_copied(axis, all, registers), count = all - begin;
    base += axis.inner.stride *
            (first_index(axis.inner, registers, nullptr) + Wide{axis.inner.step} * begin);
    if (count > 1) box.add(count)[0] = narrow(Wide{axis.inner.stride} * axis.inner.step);
  }
  const int64_t at = narrow(base);
  if (auto fault = check(inner, narrow(base + box.lowest(0)), narrow(base + box.highest(0))))
    return fault;
  box.arrange(0);
  box.for_each_run([&](const Offsets& offset, const Offsets& stride, int64_t points) {
    for (int64_t done = 0, n = 0; done < points; done += n) {
      const int64_t to = at + offset[0] + done * stride[0];
      n = inner.straight(to, stride[0], points - done);
      fill_run(inner.at(to), stride[0], n, transfer.fill);
    }
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
    const int64_t from_stride = stride[from_side], to_stride = stride[to_side];
    for (int64_t done = 0, n = 0; done < points; done += n) {
      const int64_t source = from_at + at[from_side] + done * from_stride;
      const int64_t target = to_at + at[to_side] + done * to_stride;
      n = to.straight(target, to_stride, from.straight(source, from_stride, points - done));
      if (copy_run(from.at(source), from_stride, to.at(target), to_stride, n)) continue;
      fault = unwritten(from, source, from_stride, n);
      return false;
    }
    return true;
  });
  return fault;
}

MaybeFault DataPath::execute(const InstructionPlan& plan, const Look& look,
                             const Transfer& transfer) {
  const Region outer = region(plan.buffers[0], look.start[0]);
  const Region inner = region(plan.buffers[1], look.start[1]);
  const bool external = transfer.outer.memory == Memory::External;
  Box box(2);
  Wide outer_base = 0, inner_base = 0;
  bool padded = false, empty = false;
  for (const BoxAxis& axis : transfer.axes) {
    const AxisPoints points = points_of(axis, look.registers, slice_, external);
    if (points.begin == points.count) return std::nullopt;
    const int64_t inside = points.high - points.low;
    padded |= inside < points.count - points.begin;
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

MaybeFault DataPath::mac_trouble(MacTrouble poison, const std::array<Region, 3>& regions,
                                 const MacJob& job) const {
  if (poison == MacTrouble::Sum) return inexact();
  const size_t operand = poison == MacTrouble::Inp ? 0 : poison == MacTrouble::Ker ? 1 : 2;
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
    regions[v] = region(plan.buffers[v], look.start[v]);
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
  job.integers = integers_;
  if (look.enters(mac.clear)) clear(regions[2], job);
  const MacTrouble poison = core_.kernel.run(job);
  if (poison != MacTrouble::None) return mac_trouble(poison, regions, job);
  return std::nullopt;
}

}  // namespace tilewright::sim
