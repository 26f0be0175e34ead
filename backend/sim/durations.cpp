#include "backend/sim/durations.h"

#include <algorithm>

#include "backend/sim/geometry.h"
#include "compiler/support/math.h"

namespace tilewright::sim {

namespace {

int64_t hold(int64_t bytes, Rational rate) {
  const __int128 cycles = (static_cast<__int128>(bytes) * rate.den + rate.num - 1) / rate.num;
  return cycles > kMostCycles ? kMostCycles : static_cast<int64_t>(cycles);
}

bool all_of(RegisterMask mask, RegisterMask in) { return (mask & ~in) == 0; }

}  // namespace

int64_t link_cycles(const Link& link, int64_t bytes) {
  return bytes > 0 ? link.latency_cycles + hold(bytes, link.bytes_per_cycle) : 0;
}

int64_t load_cycles(const System& system, const Transfer& transfer, const Registers& registers,
                    int64_t bytes, int64_t working) {
  const int64_t on_link = transfer.outer.memory == Memory::External
                              ? past_lx_cycles(system.chip, bytes, working, false)
                              : link_cycles(system.core.array_in, bytes);
  if (transfer.inner.memory != Memory::Lrf || bytes == 0) return on_link;
  return std::max(on_link, times(system.array.lrf_load_cycles, elems_per_pe(transfer, registers)));
}

int64_t past_lx_cycles(const ChipTier& chip, int64_t bytes, int64_t working, bool store) {
  if (bytes == 0) return 0;
  return chip.external.latency_cycles + (store ? chip.turnaround_cycles : 0) +
         hold(times(bytes, working), chip.external_bytes_per_cycle());
}

int64_t external_cycles(const ChipTier& chip, const ExternalTransfer& t) {
  if (t.bytes == 0) return 0;
  const Rational share = chip.external_bytes_per_cycle() * Rational::of(t.sharing, t.working);
  const int64_t on_ring =
      t.ring_pieces == 0 ? 0
                         : hold(times(t.longest_bytes, t.ring_pieces), chip.ring.bytes_per_cycle);
  return chip.external.latency_cycles + times(t.ring_hops, chip.ring.latency_cycles) +
         (t.store ? chip.turnaround_cycles : 0) + std::max(hold(t.bytes, share), on_ring);
}

int64_t ring_cycles(const Link& ring, const std::vector<RingPlan::Round>& rounds, int64_t bytes) {
  if (bytes == 0) return 0;
  int64_t cycles = 0;
  for (const RingPlan::Round& round : rounds)
    cycles += times(round.hops, ring.latency_cycles) +
              hold(times(bytes, round.messages), ring.bytes_per_cycle);
  return std::min(cycles, kMostCycles);
}

UnitWork mac_work(const System& system, const PrecisionInfo& precision, const Mac& mac,
                  const Registers& registers) {
  int64_t steps = 1;
  for (size_t d = 0; d < 8; ++d)
    steps = times(steps, ceil_div(registers.extent[kBlockRegisters + d], mac.unroll[d]));
  if (steps == 0) return {};
  return {
      system.array.fill_cycles + hold(steps, {precision.mac_cycles.den, precision.mac_cycles.num}),
      0, 0};
}

UnitWork drain_work(const System& system, const InstructionPlan& plan, const Drain& drain,
                    const Registers& registers, int64_t working) {
  const int64_t elems = extent_product(registers, kBlockRegisters, drain.dims);
  if (elems == 0) return {};
  const bool first = all_of(drain.partial, registers.entered_at_first);
  const bool final = all_of(drain.partial, registers.at_last);
  const Sfu& sfu = system.core.sfu;
  const int64_t per_vector = (first ? 0 : sfu.simple_cycles) + (final ? plan.vector_cycles : 0);
  UnitWork work;
  const int64_t arithmetic =
      per_vector > 0 ? sfu.latency_cycles + times(ceil_div(elems, sfu.lanes), per_vector) : 0;
  if (drain.past_lx) {
    const int64_t granule = system.chip.external_granule_bytes;
    const int64_t back = first ? 0 : drained_bytes(drain, drain.sums, registers, granule);
    const int64_t out = drained_bytes(drain, final ? drain.out : drain.sums, registers, granule);
    work.external_bytes = std::min(kMostPoints, back + out);
    work.cycles =
        std::max(arithmetic, past_lx_cycles(system.chip, work.external_bytes, working, true));
    return work;
  }
  work.out_bytes = times(elems, drain.out.buffer.cell_bytes * (first ? 1 : 2));
  work.cycles = std::max(arithmetic, link_cycles(system.core.array_out, work.out_bytes));
  return work;
}

UnitWork elementwise_work(const System& system, const InstructionPlan& plan,
                          const Elementwise& elementwise, const Registers& registers) {
  const int64_t points = extent_product(registers, 0, static_cast<uint8_t>(~elementwise.over));
  if (points == 0) return {};
  const bool starts_anew = all_of(elementwise.partial, registers.at_first);
  const CoreTier& core = system.core;
  UnitWork work;
  for (const SfuOperand& input : elementwise.inputs)
    work.in_bytes = std::min(kMostPoints, work.in_bytes + operand_bytes(input, registers));
  work.out_bytes = times(operand_bytes(elementwise.out, registers), starts_anew ? 1 : 2);
  work.cycles = core.sfu.latency_cycles +
                std::max({times(ceil_div(points, core.sfu.lanes), plan.vector_cycles),
                          hold(work.in_bytes, core.array_in.bytes_per_cycle),
                          hold(work.out_bytes, core.array_out.bytes_per_cycle)});
  return work;
}

}  // namespace tilewright::sim
