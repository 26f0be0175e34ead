#include <algorithm>
#include <cmath>

#include "backend/sim/data_path.h"
#include "backend/sim/geometry.h"

namespace tilewright::sim {

namespace {

using Wide = __int128;

bool all_of(RegisterMask mask, RegisterMask in) { return (mask & ~in) == 0; }

// sums[e] += terms[e], or the larger of both.
void accumulate_run(Accumulate accumulate, float* sums, const float* terms, int64_t count) {
  if (accumulate == Accumulate::Add)
    for (int64_t e = 0; e < count; ++e) sums[e] += terms[e];
  else
    for (int64_t e = 0; e < count; ++e)
      sums[e] = sums[e] > terms[e] || sums[e] != sums[e] ? sums[e] : terms[e];
}

// Of integers up to 2^24 each: whether all sums stay there.
bool exact_sums(const float* a, const float* b, int64_t count) {
  bool exact = true;
  for (int64_t e = 0; e < count; ++e) exact &= std::abs(double{a[e]} + b[e]) <= kMostExactSum;
  return exact;
}

}  // namespace

// ---- Drain

// Bias and epilogue of finished sums.
void DataPath::finish(const Drain& drain, float* values, const float* bias, int64_t count) {
  if (bias != nullptr)
    for (int64_t e = 0; e < count; ++e) values[e] += bias[e];
  if (!drain.epilogue.steps.empty()) core_.expr.evaluate(drain.epilogue, &values, count, values);
}

MaybeFault DataPath::drain_run(const Drain& drain, const DrainRegions& regions, bool first,
                               bool final, const Offsets& at, const Offsets& stride,
                               int64_t points) {
  const size_t to = final ? 1 : 3;
  float* const sums = core_.sums.data();
  float* const terms = core_.terms.data();
  for (int64_t done = 0; done < points; done += kRun) {
    const int64_t count = std::min(kRun, points - done);
    const auto start = [&](size_t side) { return at[side] + done * stride[side]; };
    const auto read = [&](size_t side, float* values) {
      return regions[side].read(start(side), stride[side], count, values);
    };
    if (!read(0, sums)) return unwritten(regions[0], start(0), stride[0], count);
    if (!first) {
      if (!read(3, terms)) return unwritten(regions[3], start(3), stride[3], count);
      if (integers_ && !exact_sums(sums, terms, count)) return inexact();
      for (int64_t e = 0; e < count; ++e) sums[e] += terms[e];
    }
    if (final) {
      if (drain.has_bias && !read(2, terms))
        return unwritten(regions[2], start(2), stride[2], count);
      finish(drain, sums, drain.has_bias ? terms : nullptr, count);
    }
    regions[to].write(start(to), stride[to], count, sums);
  }
  return std::nullopt;
}

// Where the block begins in Lx, or in a tensor outside.
int64_t DataPath::drain_base(const Drain& drain, const LocalView& view, const Registers& r) const {
  const bool outside = view.buffer.memory == Memory::External;
  Wide base = 0;
  for (size_t d = 0; d < 8; ++d) {
    Wide index = r.position[kBlockRegisters + d];
    if (outside && (drain.dims >> d & 1) != 0) index += Wide{r.position[d]} + slice_.start[d];
    base += index * view.stride[d];
  }
  return narrow(base);
}

MaybeFault DataPath::execute(const InstructionPlan& plan, const Look& look, const Drain& drain) {
  const Registers& r = look.registers;
  if (extent_product(r, kBlockRegisters, drain.dims) == 0) return std::nullopt;
  const bool first = all_of(drain.partial, r.entered_at_first);
  const bool final = all_of(drain.partial, r.at_last);
  const LocalView* const views[] = {&drain.acc, &drain.out,
                                    drain.has_bias ? &drain.bias : &drain.out,
                                    drain.past_lx ? &drain.sums : &drain.out};
  const bool needs[] = {true, final, drain.has_bias && final, !first || !final};
  Box box(kDrainSides);
  for (size_t d = 0; d < 8; ++d)
    if ((drain.dims >> d & 1) != 0 && r.extent[kBlockRegisters + d] > 1) {
      Offsets& strides = box.add(r.extent[kBlockRegisters + d]);
      for (size_t s = 0; s < kDrainSides; ++s) strides[s] = views[s]->stride[d];
    }
  DrainRegions regions;
  std::array<int64_t, kDrainSides> base{};
  for (size_t s = 0; s < kDrainSides; ++s) {
    if (!needs[s]) continue;
    regions[s] = region(plan.buffers[s], look.start[s]);
    if (s > 0) base[s] = drain_base(drain, *views[s], r);
    const int side = static_cast<int>(s);
    if (auto fault = check(regions[s], base[s] + box.lowest(side), base[s] + box.highest(side)))
      return fault;
  }
  box.arrange(1);
  MaybeFault fault;
  box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
    Offsets moved;
    for (size_t s = 0; s < kDrainSides; ++s) moved[s] = base[s] + at[s];
    fault = drain_run(drain, regions, first, final, moved, stride, points);
    return !fault;
  });
  return fault;
}

// ---- Elementwise

struct DataPath::Elements {
  const Elementwise& what;
  std::array<Region, kMostBuffers> regions;  // inputs, then out
  size_t inputs = 0;
  bool starts_anew = true;
  Box reduction;  // over the inputs only
};

// terms = scale * expr(inputs) for a run of points, at one point of the reduction.
MaybeFault DataPath::element_terms(const Elements& work, const Offsets& at, const Offsets& stride,
                                   const Offsets& reduced, int64_t points) {
  std::array<const float*, kMostBuffers> inputs;
  for (size_t i = 0; i < work.inputs; ++i) {
    const int64_t start = at[i] + reduced[i];
    float* const to = core_.operands[i].data();
    inputs[i] = to;
    if (!work.regions[i].read(start, stride[i], points, to))
      return unwritten(work.regions[i], start, stride[i], points);
  }
  float* const terms = core_.terms.data();
  core_.expr.evaluate(work.what.expr, inputs.data(), points, terms);
  if (work.what.scale != 1)
    for (int64_t e = 0; e < points; ++e) terms[e] *= work.what.scale;
  return std::nullopt;
}

// Up to kRun elements of out, from all their points.
MaybeFault DataPath::element_run(const Elements& work, const Offsets& at, const Offsets& stride,
                                 int64_t points) {
  const size_t out = work.inputs;
  float* const sums = core_.sums.data();
  const float* const terms = core_.terms.data();
  bool fresh = work.starts_anew || work.what.accumulate == Accumulate::Assign;
  const Region& result = work.regions[out];
  if (!fresh && !result.read(at[out], stride[out], points, sums))
    return unwritten(result, at[out], stride[out], points);
  const auto combine = [&] {
    if (fresh || work.what.accumulate == Accumulate::Assign)
      std::copy_n(terms, points, sums);
    else
      accumulate_run(work.what.accumulate, sums, terms, points);
    fresh = false;
  };
  MaybeFault fault;
  work.reduction.for_each_run([&](const Offsets& from, const Offsets& step, int64_t count) {
    Offsets reduced = from;
    for (int64_t p = 0; p < count && !fault; ++p) {
      fault = element_terms(work, at, stride, reduced, points);
      if (!fault) combine();
      for (size_t i = 0; i < work.inputs; ++i) reduced[i] += step[i];
    }
    return !fault;
  });
  if (!fault) result.write(at[out], stride[out], points, sums);
  return fault;
}

MaybeFault DataPath::execute(const InstructionPlan& plan, const Look& look,
                             const Elementwise& elementwise) {
  const Registers& r = look.registers;
  const auto kept = static_cast<uint8_t>(~elementwise.over);
  if (extent_product(r, 0, kept) == 0) return std::nullopt;
  const size_t inputs = elementwise.inputs.size();
  const int sides = static_cast<int>(inputs) + 1;
  Elements work{elementwise,
                {},
                inputs,
                all_of(elementwise.partial, r.at_first),
                Box(static_cast<int>(inputs))};
  const auto view = [&](size_t s) -> const LocalView& {
    return s < inputs ? elementwise.inputs[s].view : elementwise.out.view;
  };
  Box box(sides), all(sides);
  for (size_t d = 0; d < 8; ++d) {
    if (r.extent[d] <= 1 || (kept >> d & 1) == 0) continue;
    const bool reduced = (elementwise.reduction >> d & 1) != 0;
    Offsets& strides = reduced ? work.reduction.add(r.extent[d]) : box.add(r.extent[d]);
    Offsets& bounds = all.add(r.extent[d]);
    for (size_t s = 0; s <= inputs; ++s) {
      strides[s] = view(s).stride[d];
      bounds[s] = s == inputs && reduced ? 0 : view(s).stride[d];
    }
  }
  for (size_t s = 0; s <= inputs; ++s) {
    work.regions[s] = region(plan.buffers[s], look.start[s]);
    const int side = static_cast<int>(s);
    if (auto fault = check(work.regions[s], all.lowest(side), all.highest(side))) return fault;
  }
  box.arrange(static_cast<int>(inputs));
  MaybeFault fault;
  box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
    for (int64_t done = 0; done < points && !fault; done += kRun) {
      Offsets moved;
      for (size_t s = 0; s <= inputs; ++s) moved[s] = at[s] + done * stride[s];
      fault = element_run(work, moved, stride, std::min(kRun, points - done));
    }
    return !fault;
  });
  return fault;
}

// ---- RingReduce

MaybeFault DataPath::take_over(const InstructionPlan& plan, const Look& look, DataPath& from,
                               const Look& from_look) {
  const RingReduce& reduce = std::get<RingReduce>(*plan.what);
  const Registers& r = look.registers;
  const auto kept = static_cast<uint8_t>(~reduce.over);
  if (extent_product(r, 0, kept) == 0) return std::nullopt;
  Box box(1);
  for (size_t d = 0; d < 8; ++d)
    if ((kept >> d & 1) != 0 && r.extent[d] > 1) box.add(r.extent[d])[0] = reduce.tile.stride[d];
  const Region theirs = from.region(plan.buffers[0], from_look.start[0]);
  const Region ours = region(plan.buffers[0], look.start[0]);
  if (auto fault = check(ours, box.lowest(0), box.highest(0))) return fault;
  box.arrange(0);
  float* const sums = core_.sums.data();
  float* const terms = core_.terms.data();
  MaybeFault fault;
  box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
    for (int64_t done = 0; done < points && !fault; done += kRun) {
      const int64_t count = std::min(kRun, points - done), first = at[0] + done * stride[0];
      if (!theirs.read(first, stride[0], count, sums))
        fault = from.unwritten(theirs, first, stride[0], count);
      else if (!ours.read(first, stride[0], count, terms))
        fault = unwritten(ours, first, stride[0], count);
      else if (integers_ && reduce.accumulate == Accumulate::Add && !exact_sums(sums, terms, count))
        fault = inexact();
      if (fault) return false;
      accumulate_run(reduce.accumulate, sums, terms, count);
      ours.write(first, stride[0], count, sums);
    }
    return !fault;
  });
  return fault;
}

}  // namespace tilewright::sim
