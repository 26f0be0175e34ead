// Each rule of verify() refuses the program that breaks it, and says where and with which numbers.
#include <functional>

#include "backend/isa/verify.h"
#include "tests/support/catch.h"
#include "tests/support/systems.h"

using namespace tilewright;
using tilewright::test::shipped;

namespace {

constexpr size_t kExt = 0, kLoad = 1, kPe = 2, kSfu = 3;

Buffer lx(int64_t base = 0) { return {Memory::Lx, base, 1, 16, 2, 0}; }

Program sound_program() {
  Program p;
  p.system = shipped("rapid-core");
  p.precision = "fp16";
  p.format = DataFormat::DlFloat16;
  p.external_bytes = 4096;
  p.inputs = {{"data", {1, 3, 8, 8}, 0}};
  p.outputs = {{"prob", {8}, 512}};
  p.constants = {{384, std::string(4, 'x')}};
  LayerProgram& layer = p.layers.emplace_back();
  layer.name = "conv1";
  layer.semaphores = 2;
  layer.cores = {{{}, {1, 1, 64, 3, 1, 1, 1, 1}}};
  Transfer external, near;
  external.outer = {Memory::External, 64, 1, 16, 2, 0};
  external.inner = near.outer = lx();
  near.inner = {Memory::L0, 0, 1, 16, 2, 0};
  external.axes.resize(1);
  external.axes[0].outer.terms = {{2, 1}};
  Mac mac;
  mac.inp.buffer.memory = mac.ker.buffer.memory = Memory::L0;
  mac.acc.buffer.memory = Memory::Acc;
  mac.unroll.fill(1);
  Drain drain;
  drain.acc.buffer.memory = Memory::Acc;
  Elementwise elementwise;
  elementwise.inputs.resize(1);
  layer.streams[kExt] = {Nest{{{2, 32, 2}}}, external, EndNest{}};
  layer.streams[kLoad] = {near, Signal{1}};
  layer.streams[kPe] = {Nest{{{2, 32, 2}}}, Nest{{{10, 8, 0}}}, mac, EndNest{}, EndNest{}};
  layer.streams[kSfu] = {drain, elementwise, Wait{1}};
  return p;
}

template <class T>
T& at(Program& p, size_t unit, size_t index) {
  return std::get<T>(p.layers[0].streams[unit][index]);
}

struct Row {
  std::function<void(Program&)> breaks;
  std::string place, message;
};

void check_rows(const std::vector<Row>& rows) {
  REQUIRE(to_string(verify(sound_program())).empty());
  for (const Row& row : rows) {
    Program program = sound_program();
    row.breaks(program);
    const std::string findings = to_string(verify(program));
    INFO(findings);
    CHECK(findings.find("program" + row.place + ": error: " + row.message) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("verify: the program as a whole") {
  check_rows({
      {[](Program& p) { p.precision = "int3"; }, "", "system 'rapid-core' has no precision 'int3'"},
      {[](Program& p) { p.precision = "int4"; }, "",
       "system 'rapid-core' precision 'int4' (4 bits) can be priced, not simulated; fp32 (32 "
       "bits), "
       "fp16 (16 bits), int8 (8 bits) can"},
      {[](Program& p) { p.system.precisions.at("fp16").bits = 32; }, "",
       "system 'rapid-core' precision 'fp16' (32 bits) can be priced, not simulated; "},
      {[](Program& p) { p.format = DataFormat::Fp32; }, "",
       "precision 'fp16' is computed in format dlfloat16, not fp32"},
      {[](Program& p) { p.external_bytes = p.system.chip.external_bytes + 1; }, "",
       "the program uses 8589934593 bytes of external memory; allowed: 0 to 8589934592"},
      {[](Program& p) { p.external_bytes = -1; }, "", "the program uses -1 bytes"},
      {[](Program& p) { p.system.core.array_in.bytes_per_cycle.num = 0; }, "",
       "system: core.array_in is 0/1; both allowed: 1 to 2147483648"},
      {[](Program& p) { p.system.core.sfu.lanes = 0; }, "",
       "system: core.sfu.lanes is 0; allowed: 1 to 2147483648"},
      {[](Program& p) {
         p.inputs[0].shape = {1, 3, 64, 64};
       },
       "", "input 'data' of shape [1,3,64,64] at address 0 ends beyond the program's 4096 bytes"},
      {[](Program& p) {
         p.inputs[0].shape = {1 << 30, 1 << 30, 1 << 30};
       },
       "", "input 'data' of"},
      {[](Program& p) { p.outputs[0].shape = {-1}; }, "", "output 'prob' of shape [-1]"},
      {[](Program& p) { p.outputs[0].address = 511; }, "",
       "output 'prob' is at address 511, no multiple of its elements' 2 bytes"},
      {[](Program& p) { p.outputs[0].address = -512; }, "", "output 'prob': address is -512"},
      {[](Program& p) { p.inputs.push_back(p.inputs[0]); }, "", "two inputs are called 'data'"},
      {[](Program& p) { p.inputs[0].name = ""; }, "", "input '': name has length 0"},
      {[](Program& p) { p.constants[0].address = 4094; }, "",
       "constant 0 of 4 bytes at address 4094 ends beyond the program's 4096 bytes"},
      {[](Program& p) { p.constants[0].bytes += 'x'; }, "",
       "constant 0 of 5 bytes at address 384 is not made of elements of 2 bytes"},
  });
}

TEST_CASE("verify: layers") {
  const std::string layer = ": layer 0 'conv1'";
  check_rows({
      {[](Program& p) { p.layers[0].cores.clear(); }, layer, "0 core slices, on a chip of 1 cores"},
      {[](Program& p) { p.layers[0].cores.resize(2); }, layer,
       "2 core slices, on a chip of 1 cores"},
      {[](Program& p) { p.layers[0].semaphores = 65; }, layer, "65 semaphores; allowed: 0 to 64"},
      {[](Program& p) { p.layers[0].cores[0].size[2] = -1; }, layer,
       "core[0].size.out is -1; allowed: 0 to"},
  });
}

TEST_CASE("verify: nests and semaphores") {
  const std::string ext = ": layer 0 'conv1': ext ", pe = ": layer 0 'conv1': pe ",
                    load = ": layer 0 'conv1': load ", sfu = ": layer 0 'conv1': sfu ";
  check_rows({
      {[](Program& p) { p.layers[0].streams[kExt].pop_back(); }, ext + "2",
       "1 nests are open at the end"},
      {[](Program& p) { p.layers[0].streams[kExt].emplace_back(EndNest{}); }, ext + "3 (end)",
       "closes a nest, but none is open"},
      {[](Program& p) { at<Nest>(p, kPe, 1).loops[0].reg = 2; }, pe + "1 (nest)",
       "r2 is already the register of an open loop"},
      {[](Program& p) {
         at<Nest>(p, kPe, 1).loops.push_back({3, 1, 1});
       },
       pe + "1 (nest)", "a nest has registers either below r8 or from r8 on"},
      {[](Program& p) { at<Nest>(p, kPe, 1).loops[0].reg = 16; }, pe + "1 (nest)",
       "loops[0].reg is 16; allowed: 0 to 15"},
      {[](Program& p) { at<Nest>(p, kPe, 1).loops[0].step = 0; }, pe + "1 (nest)",
       "loops[0].step is 0; allowed: 1 to"},
      {[](Program& p) {
         at<Nest>(p, kPe, 0).loops[0].trips = int64_t{1} << 40;
         at<Nest>(p, kPe, 1).loops[0].trips = int64_t{1} << 40;
       },
       pe + "1 (nest)", "1.21e+24 rounds do not fit 60 bits"},
      {[](Program& p) { at<Signal>(p, kLoad, 1).semaphore = 2; }, load + "1 (signal)",
       "semaphore s2 of a layer that has 2"},
      {[](Program& p) { at<Wait>(p, kSfu, 2).semaphore = -1; }, sfu + "2 (wait)",
       "semaphore is -1; allowed: 0 to 63"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).when.at = At::First; }, ext + "1 (xfer)",
       "looks at the first state of the next nest, but none follows it here"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).when.at = At::Last; }, ext + "1 (xfer)",
       "looks at the last state of the nest before it, but none stands before it here"},
  });
}

TEST_CASE("verify: what a unit may do") {
  const std::string ext = ": layer 0 'conv1': ext ", pe = ": layer 0 'conv1': pe ",
                    load = ": layer 0 'conv1': load ", sfu = ": layer 0 'conv1': sfu ";
  check_rows({
      {[](Program& p) { std::swap(p.layers[0].streams[kPe], p.layers[0].streams[kSfu]); },
       sfu + "2 (mac)", "mac is no instruction of unit sfu"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).outer.memory = Memory::Lx; }, ext + "1 (xfer)",
       "outer is in memory lx, which xfer of unit ext does not reach"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).stream = true; }, ext + "1 (xfer)",
       "only unit load streams"},
      {[](Program& p) { at<Transfer>(p, kLoad, 0).store = true; }, load + "0 (xfer)",
       "only unit ext stores"},
      {[](Program& p) { at<Transfer>(p, kLoad, 0).inner.memory = Memory::Acc; }, load + "0 (xfer)",
       "inner is in memory acc"},
      {[](Program& p) { at<Mac>(p, kPe, 2).acc.buffer.memory = Memory::Lx; }, pe + "2 (mac)",
       "acc is in memory lx"},
      {[](Program& p) { at<Drain>(p, kSfu, 0).out.buffer.memory = Memory::External; },
       sfu + "0 (drain)", "out is in memory external"},
      {[](Program& p) { at<Elementwise>(p, kSfu, 1).inputs[0].view.buffer.memory = Memory::L0; },
       sfu + "1 (eltwise)", "inputs[0] is in memory l0"},
      {[](Program& p) {
         RingReduce reduce;
         reduce.tile.buffer.memory = Memory::L0;
         p.layers[0].streams[kExt][1] = reduce;
       },
       ext + "1 (reduce)", "tile is in memory l0, which reduce of unit ext does not reach"},
      {[](Program& p) {
         RingReduce reduce;
         reduce.accumulate = Accumulate::Assign;
         p.layers[0].streams[kExt][1] = reduce;
       },
       ext + "1 (reduce)", "a reduce adds or maximises"},
      {[](Program& p) { p.layers[0].streams[kSfu][1] = RingReduce{}; }, sfu + "1 (reduce)",
       "reduce is no instruction of unit sfu"},
  });
}

TEST_CASE("verify: operands") {
  const std::string ext = ": layer 0 'conv1': ext 1 (xfer)", pe = ": layer 0 'conv1': pe 2 (mac)",
                    sfu = ": layer 0 'conv1': sfu ";
  check_rows({
      {[](Program& p) { at<Transfer>(p, kExt, 1).outer.base = 4096 - 31; }, ext,
       "outer ends at 4097 bytes of external, which has 4096"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).inner.base = (1 << 20) - 30; }, ext,
       "inner ends at 1048578 bytes of lx, which has 1048576"},
      {[](Program& p) { at<Mac>(p, kPe, 2).acc.buffer.base = kMostLocalCells + 1; }, pe,
       "acc ends at 268435457 cells of acc, which has 268435456"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).inner.mask = 0x101; }, ext,
       "inner.mask has registers below r8 and from r8 on"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).when.mask = 0x10000; }, ext,
       "when.mask is 65536; allowed: 0 to 65535"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).when.at = static_cast<At>(9); }, ext,
       "when.at has no enumerator 9"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).axes[0].outer.terms[0].reg = -1; }, ext,
       "axes[0].outer.terms[0].reg is -1; allowed: 0 to 15"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).axes[0].count.step = 0; }, ext,
       "axes[0].count.step is 0; allowed: 1 to"},
      {[](Program& p) { at<Transfer>(p, kExt, 1).axes.resize(17); }, ext,
       "axes has length 17; allowed: 0 to 16"},
      {[](Program& p) {
         AxisSide& side = at<Transfer>(p, kExt, 1).axes[0].outer;
         side.terms[0].coefficient = side.stride = int64_t{1} << 40;
       },
       ext, "outer addresses, up to 1.55e+26, do not fit 60 bits"},
      {[](Program& p) { at<Mac>(p, kPe, 2).unroll[3] = 0; }, pe, "unroll.in is 0; allowed: 1 to"},
      {[](Program& p) { p.layers[0].cores[0].size.fill(1 << 20); }, pe,
       "multiply-accumulates, up to 1.46e+48, do not fit 60 bits"},
      {[](Program& p) {
         at<Drain>(p, kSfu, 0).epilogue.steps = {
             {ScalarOp::Add, ScalarRef::input(0), ScalarRef::step(0), {}}};
       },
       sfu + "0 (drain)", "epilogue: step 0 (add) reads step 0, of 0"},
      {[](Program& p) {
         at<Elementwise>(p, kSfu, 1).expr.steps = {{ScalarOp::Neg, ScalarRef::input(1), {}, {}}};
       },
       sfu + "1 (eltwise)", "expr: step 0 (neg) reads input 1, of 1"},
      {[](Program& p) {
         at<Elementwise>(p, kSfu, 1).expr.steps = {
             {ScalarOp::Neg, ScalarRef::input(0), ScalarRef::constant(1), {}}};
       },
       sfu + "1 (eltwise)", "expr: step 0 has an operand 1 that is not read, but set"},
      {[](Program& p) {
         at<Elementwise>(p, kSfu, 1).expr.steps = {{static_cast<ScalarOp>(200), {}, {}, {}}};
       },
       sfu + "1 (eltwise)", "expr: step 0 has unknown scalar function 200"},
  });
}

TEST_CASE("verify: not more than the first findings") {
  Program program = sound_program();
  for (int i = 0; i < 100; ++i) program.layers[0].streams[kLoad].emplace_back(Signal{9});
  CHECK(verify(program).size() == kMostFindings);
}

TEST_CASE("verify: buffers that slide") {
  const std::string ext = ": layer 0 'conv1': ext 1 (xfer)",
                    load = ": layer 0 'conv1': load 0 (xfer)";
  const auto slides = [](Buffer& buffer) {
    buffer.mask = buffer.slide = 1 << 2;
    buffer.shift = 4;
  };
  Program sound = sound_program();
  slides(at<Transfer>(sound, kExt, 1).inner);
  CHECK(to_string(verify(sound)).empty());
  check_rows({
      {[&](Program& p) { slides(at<Transfer>(p, kExt, 1).outer); }, ext, "outer slides; only Lx"},
      {[&](Program& p) { slides(at<Transfer>(p, kLoad, 0).inner); }, load, "inner slides; only Lx"},
      {[&](Program& p) {
         slides(at<Transfer>(p, kExt, 1).inner);
         at<Transfer>(p, kExt, 1).inner.mask = 0;
       },
       ext, "inner.slide has registers that .mask lacks"},
      {[&](Program& p) {
         slides(at<Transfer>(p, kExt, 1).inner);
         at<Transfer>(p, kExt, 1).inner.shift = 17;
       },
       ext, "inner slides by 17 of 16 elements"},
      {[&](Program& p) { at<Transfer>(p, kExt, 1).inner.shift = 1; }, ext,
       "inner slides by 1 of 0 elements"},
      {[&](Program& p) {
         slides(at<Transfer>(p, kExt, 1).inner);
         at<Transfer>(p, kExt, 1).when.at = At::Next;
         at<Transfer>(p, kExt, 1).spread = true;
       },
       ext, "a spread transfer's inner buffer cannot slide"},
      {[&](Program& p) {
         at<Transfer>(p, kLoad, 0).axes = {{{}, {}, {}, -1, false, {{2, 1}}}};
       },
       load, "only unit ext copies the last points alone"},
  });
}
