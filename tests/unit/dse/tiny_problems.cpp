#include "tests/unit/dse/tiny_problems.h"

namespace tilewright::test {

System tiny_system(Rng& rng, const TinyMachine& most) {
  System system = small_system(rng.between(1, most.cores));
  system.core.semaphore_cycles = rng.between(0, 4);
  system.array.fill_cycles = rng.between(0, 8);
  if (rng.below(3) != 0) {  // the array binds, else external memory
    system.chip.external = {{512, 1}, rng.between(0, 2)};
    system.core.array_in = {{rng.between(1, 8), 1}, rng.between(0, 3)};
    system.core.array_out = {{rng.between(1, 8), 1}, rng.between(0, 3)};
  } else {
    system.chip.external.latency_cycles = rng.between(0, 30);
  }
  system.chip.turnaround_cycles = rng.coin() ? 0 : rng.between(1, 30);
  system.chip.external_granule_bytes = rng.coin() ? 1 : int64_t{1} << rng.between(1, 7);
  for (int64_t core = 0; core < system.chip.cores; ++core)
    if (rng.below(4) == 0) system.chip.memory_stops.push_back(core);
  system.core.lx_bytes = rng.between(200, 4000);
  system.array.rows = rng.between(1, most.rows);
  system.array.columns = rng.between(1, 3);
  system.array.lanes = rng.between(1, 2);
  system.array.accumulators = rng.between(2, 16);
  system.array.l0_bytes = rng.coin() ? rng.between(8, 40) : rng.between(40, 600);
  system.array.lrf_bytes = rng.between(8, 100);
  if (rng.coin()) system.array.column_dims = {"out", "i"};
  if (rng.coin()) system.array.lane_dims = {"out"};
  if (rng.coin()) system.array.row_dims = {"in"};
  if (rng.coin()) system.array.corelet_dims = {"j"};
  if (rng.below(3) == 0) vary_array(rng, system);
  return system;
}

System tiny_machine(Rng& rng) {
  System system = tiny_system(rng, {3, 3});
  system.core.corelets = rng.between(1, 2);
  return system;
}

void add_tiny_array_layer(Network& net, Rng& rng, int64_t several, int64_t most) {
  std::array<int64_t, 8> n;
  n.fill(1);
  for (int64_t k = 0; k < several; ++k) n[static_cast<size_t>(rng.below(8))] = rng.between(1, most);
  const auto [batch, groups, out, in, rows, columns, ki, kj] = n;
  std::vector<ValueId> operands;
  Primitive primitive = MatMul{};
  if (rng.coin()) {
    operands = {net.input("x", {groups, rows, in}), net.constant("w", {1, in, out})};
  } else {
    const int64_t stride = rng.between(1, 3), pad = rng.below(std::min<int64_t>(ki, 3));
    const int64_t height = std::max<int64_t>(1, stride * (rows - 1) + ki - 2 * pad);
    const Window window{{ki, kj}, {stride, 1}, {1, 1}, {pad, 0}, {pad, 0}};
    operands = {net.input("x", {batch, groups * in, height, columns + kj - 1}),
                net.constant("w", {groups * out, in, ki, kj})};
    primitive = Conv{groups, window};
  }
  if (rng.coin())
    operands.push_back(
        net.constant("b", {std::holds_alternative<Conv>(primitive) ? groups * out : out}));
  net.output(net.node("layer", primitive, operands));
}

void add_tiny_layer(Network& net, Rng& rng, const std::array<int64_t, 4>& most) {
  const int64_t several = rng.between(1, 4);
  if (rng.below(4) != 0)
    add_tiny_array_layer(net, rng, several, most[static_cast<size_t>(several - 1)]);
  else
    add_random_layer(net, rng);
}

void vary_energy(Rng& rng, System& system) {
  EnergyTable& table = system.energy;
  for (int64_t* term : {&table.lrf, &table.l0, &table.accumulator, &table.lx, &table.external,
                        &table.sfu, &table.leakage, &table.ring})
    *term = rng.below(3) == 0 ? 0 : rng.between(1, 1000);
  if (rng.coin()) table.external *= 100;
  for (auto& [name, precision] : system.precisions) precision.mac_energy = rng.between(1, 1000);
}

PrecisionInfo random_precision(Rng& rng, const System& system) {
  if (rng.below(3) > 0) return system.precisions.at(rng.coin() ? "fp16" : "fp32");
  const int64_t bits = rng.between(1, 12), a = rng.between(1, 9), b = rng.between(1, 9);
  return {bits, Rational::of(a, b), rng.between(1, 1000)};
}

}  // namespace tilewright::test
