// Nanoseconds to price one body, by block loops and whether their last blocks are shorter.
#include <benchmark/benchmark.h>

#include "compiler/mapping/compose.h"
#include "costmodel/block_nest.h"
#include "models/systems/systems.h"
#include "tests/support/layers.h"

namespace tilewright::bench {
namespace {

// A convolution of 3 x 3 under a mapping with so many of four block loops, the innermost ones. The
// fourth leaves partial sums in Lx.
struct Layer {
  System system = *load_system("rapid-chip");
  const PrecisionInfo& fp16 = system.precisions.at("fp16");
  Work work = test::conv_work({1, 1, 256, 256, 56, 56, test::square_window(3, 1, 1), false});
  UnitTimes times{work, system, fp16};
  RapidDsc dsc;
  LoopNest nest;

  Layer(int64_t loops, bool edges) {
    MappingChoice c;
    c.t = {{1, 1, 128, 96, 12, 24, 3, 3}};
    c.b = c.t;
    c.b_order = {Dim::in, Dim::out, Dim::i, Dim::j};
    const std::array<int64_t, 4> even = {24, 32, 3, 6}, uneven = {40, 40, 5, 7};
    for (size_t l = 0; l < static_cast<size_t>(loops); ++l)
      c.b[c.b_order[3 - l]] = (edges ? uneven : even)[3 - l];
    c.p = {{{Dim::in, 8}}, {{Dim::out, 8}}, {{Dim::out, 8}}, {{Dim::i, 2}}};
    using enum TransferType;
    c.types = {{BlockLoad, DoubleBuffer}, {BlockLoad, BlockLoad}, {BlockLoad, DoubleBuffer}};
    c.inner = {Place::L0, Place::Lrf, Place::Acc};
    dsc = compose(work, c);
    nest = lower(work, system, fp16, dsc);
  }
};

void Body(benchmark::State& state) {
  const Layer layer(state.range(0), state.range(1) != 0);
  const BlockOperands operands(layer.work);
  const BlockPlan plan = block_plan(layer.nest);
  const TileShape tile{layer.dsc.t};
  for (auto _ : state) benchmark::DoNotOptimize(body_cycles(operands, layer.times, plan, tile));
}

// Of another order or choice of hops of the block before.
void BodyAgain(benchmark::State& state) {
  const Layer layer(state.range(0), state.range(1) != 0);
  const BlockOperands operands(layer.work);
  const BlockPlan plan = block_plan(layer.nest);
  const TileShape tile{layer.dsc.t};
  BlockPieces pieces;
  make_pieces(pieces, operands, layer.times, plan, tile.ext);
  for (auto _ : state)
    benchmark::DoNotOptimize(body_cycles(pieces, operands, layer.times, plan, tile));
}

void BodyInFull(benchmark::State& state) {
  const Layer layer(state.range(0), state.range(1) != 0);
  const TileShape tile{layer.dsc.t};
  for (auto _ : state)
    benchmark::DoNotOptimize(block_nest_cost(layer.work, layer.times, layer.nest, tile));
}

void by_loops(benchmark::internal::Benchmark* b) {
  b->ArgNames({"loops", "edges"})->ArgsProduct({{0, 1, 2, 3, 4}, {0, 1}});
}
BENCHMARK(Body)->Name("price/body")->Apply(by_loops);
BENCHMARK(BodyAgain)->Name("price/body_again")->Apply(by_loops);
BENCHMARK(BodyInFull)->Name("price/body_in_full")->Apply(by_loops);

}  // namespace
}  // namespace tilewright::bench
