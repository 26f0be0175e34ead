#include "backend/emit/emit.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "backend/emit/layer.h"
#include "backend/isa/verify.h"
#include "tests/support/catch.h"
#include "tests/support/mapped_network.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

Graph conv_graph(int64_t image = 8, int64_t channels = 8) {
  Network net;
  const ValueId x = net.input("x", {1, channels, image, image});
  const Window w{{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
  net.output(
      net.node("conv", Conv{1, w},
               {x, net.constant("w", {channels, channels, 3, 3}), net.constant("b", {channels})}));
  return net.graph;
}

Choice tiled_choice() {
  Choice choice;
  choice.t = extents({{Dim::out, 4}, {Dim::i, 4}, {Dim::in, 3}}, INT64_MAX);
  choice.b = extents({{Dim::out, 2}, {Dim::j, 3}, {Dim::i, 3}}, 1);
  choice.t_order = {Dim::out, Dim::i, Dim::in};
  choice.parts = extents({{Dim::out, 2}, {Dim::i, 2}}, 1);
  return choice;
}

size_t instructions(const Program& program) {
  size_t count = 0;
  for (const LayerProgram& layer : program.layers)
    for (const std::vector<Instruction>& stream : layer.streams) count += stream.size();
  return count;
}

const std::vector<Instruction>& stream(const Program& program, Unit unit) {
  return program.layers.at(0).streams[static_cast<size_t>(unit)];
}

// "N}ST..." one letter per instruction: Nest, }, Signal, Wait, Join, Transfer, Mac, Drain,
// Elementwise, RingReduce; with semaphores' numbers, and for transfers and drains the first letter
// of At.
std::string shape_of(const std::vector<Instruction>& instructions) {
  const char* const at = "cnpfl";
  std::string text;
  for (const Instruction& one : instructions) {
    text += "N}SWJTMDER"[one.index()];
    if (const auto* s = std::get_if<Signal>(&one)) text += std::to_string(s->semaphore);
    if (const auto* w = std::get_if<Wait>(&one)) text += std::to_string(w->semaphore);
    if (const auto* t = std::get_if<Transfer>(&one)) text += at[static_cast<int>(t->when.at)];
    if (const auto* d = std::get_if<Drain>(&one)) text += at[static_cast<int>(d->when.at)];
  }
  return text;
}

// What emit() gives for the graph mapped by the one choice; it must succeed.
Program emitted(const Graph& graph, const System& system, const std::string& precision,
                const Choice& choice) {
  const Result<Program> program = emit(graph, system, precision, plan_of(graph, precision, choice));
  if (!program) FAIL(to_string(program.error()));
  return *program;
}

std::string error_of(const Result<Program>& program) {
  REQUIRE_FALSE(program);
  return to_string(program.error());
}

}  // namespace

TEST_CASE("the streams of an array layer follow the protocol", "[emit]") {
  const Graph graph = conv_graph();
  Choice choice = tiled_choice();
  const auto program = [&] { return emitted(graph, small_system(), "fp32", choice); };
  Program p = program();
  CHECK(to_string(verify(p)) == "");
  CHECK(shape_of(stream(p, Unit::Ext)) == "TfTfTfNS0TpTnTnTnW1}Tl");
  CHECK(shape_of(stream(p, Unit::Load)) == "NW0NTcTcS2JW3W4}S1}");
  CHECK(shape_of(stream(p, Unit::Pe)) == "NNW2S6MS3}}");
  CHECK(shape_of(stream(p, Unit::Sfu)) == "NNW6DcS4}}");
  choice.outer = TransferType::BlockLoad;
  choice.inner = TransferType::DoubleBuffer;
  p = program();
  CHECK(to_string(verify(p)) == "");
  CHECK(shape_of(stream(p, Unit::Ext)) == "NTcTcTcS0W1Tc}");
  CHECK(shape_of(stream(p, Unit::Load)) == "NW0TfTfNS2TnTnJW3W4}S5W4S1}");
  CHECK(shape_of(stream(p, Unit::Pe)) == "NNW2S6MS3}}");
  CHECK(shape_of(stream(p, Unit::Sfu)) == "NNW6DpS4}W5DlS4}");
}

TEST_CASE("a divided reduction is summed up and finished before its store", "[emit]") {
  const Graph graph = conv_graph();
  Choice choice = tiled_choice();
  choice.parts = Extents::filled(1);
  choice.parts[Dim::in] = 2;
  choice.outer = TransferType::BlockLoad;
  const Program p = emitted(graph, small_system(), "fp32", choice);
  CHECK(to_string(verify(p)) == "");
  CHECK(shape_of(stream(p, Unit::Ext)) == "NTcTcTcS0W1RS7W8Tc}");
  CHECK(shape_of(stream(p, Unit::Sfu)) == "NNW6DcS4}W7ES8}");
  for (const Instruction& one : stream(p, Unit::Ext))
    if (const auto* t = std::get_if<Transfer>(&one); t && t->store)
      CHECK(t->multicast == bit(Dim::in));
  for (const Instruction& one : stream(p, Unit::Sfu))
    if (const auto* d = std::get_if<Drain>(&one)) {
      CHECK_FALSE(d->has_bias);
      CHECK(d->epilogue.steps.empty());
    }
}

TEST_CASE("a program's length does not grow with the layer", "[emit]") {
  const Choice choice = tiled_choice();
  const auto length = [&](int64_t image, int64_t channels) {
    const Graph graph = conv_graph(image, channels);
    System system = small_system();
    system.chip.external_bytes = int64_t{1} << 34;
    system.core.lx_bytes = int64_t{1} << 26;
    return instructions(emitted(graph, system, "fp32", choice));
  };
  CHECK(length(8, 8) == length(64, 64));
  CHECK(length(8, 8) < 50);
}

TEST_CASE("cores take the slices of their place on the ring", "[emit]") {
  Work work;
  work.extent = Extents{{1, 1, 5, 7, 3, 1, 1, 1}};
  CoreDivision division;
  division.parts = extents({{Dim::out, 2}, {Dim::i, 3}}, 1);
  division.ring_order = {Dim::i, Dim::out};
  const std::vector<CoreSlice> cores = core_slices(work, division);
  REQUIRE(cores.size() == 6);
  const size_t out = static_cast<size_t>(Dim::out), i = static_cast<size_t>(Dim::i);
  for (size_t k = 0; k < 6; ++k) {
    CHECK(cores[k].start[out] == (k % 2 == 0 ? 0 : 3));
    CHECK(cores[k].size[out] == (k % 2 == 0 ? 3 : 2));
    CHECK(cores[k].start[i] == static_cast<int64_t>(k / 2));
    CHECK(cores[k].size[i] == 1);
    CHECK(cores[k].start[static_cast<size_t>(Dim::in)] == 0);
    CHECK(cores[k].size[static_cast<size_t>(Dim::in)] == 7);
  }
}

TEST_CASE("an operand is multicast along the divided dims that it does not depend on", "[emit]") {
  const Graph graph = conv_graph();
  const Program p = emitted(graph, small_system(), "fp32", tiled_choice());
  std::vector<int> multicast;
  for (const Instruction& one : stream(p, Unit::Ext))
    if (const auto* t = std::get_if<Transfer>(&one); t && t->when.at != At::Next)
      multicast.push_back(t->multicast);
  const int i = bit(Dim::i), out = bit(Dim::out);
  CHECK(multicast == std::vector<int>{out, i, i, 0, 0});  // INP KER BIAS, OUT twice
}

TEST_CASE("buffers in Lx lie apart and at multiples of 64 bytes", "[emit]") {
  const Graph graph = conv_graph();
  const Program p = emitted(graph, small_system(), "fp32", tiled_choice());
  std::vector<std::pair<int64_t, int64_t>> ranges;
  for (const Instruction& one : stream(p, Unit::Ext))
    if (const auto* t = std::get_if<Transfer>(&one); t && t->when.at != At::Next)
      ranges.emplace_back(t->inner.base, t->inner.base + t->inner.buffers * t->inner.buffer_elems *
                                                             t->inner.cell_bytes);
  ranges.pop_back();  // OUT has two stores
  std::sort(ranges.begin(), ranges.end());
  REQUIRE(ranges.size() == 4);
  for (size_t k = 0; k < 4; ++k) {
    CHECK(ranges[k].first % 64 == 0);
    if (k > 0) CHECK(ranges[k].first == (ranges[k - 1].second + 63) / 64 * 64);
  }
}

TEST_CASE("constants are encoded in the program's format", "[emit]") {
  Network net;
  const ValueId x = net.input("x", {3});
  const ValueId k = net.graph.add_value({"k", ElementType::Float32, {3}, nullptr});
  net.graph.values.back().constant =
      std::make_shared<const Tensor>(float_tensor({3}, {1.0f, -2.5f, 0.0f}));
  const ScalarExpr add{{{ScalarOp::Add, ScalarRef::input(0), ScalarRef::input(1), {}}}};
  net.output(net.node("add", Pointwise{add}, {x, k}));
  const System system = small_system();
  const Program fp32 = emitted(net.graph, system, "fp32", {});
  REQUIRE(fp32.constants.size() == 1);
  CHECK(fp32.format == DataFormat::Fp32);
  CHECK(fp32.constants[0].address == 128);
  CHECK(fp32.constants[0].bytes == std::string("\0\0\x80\x3f\0\0\x20\xc0\0\0\0\0", 12));
  const Program fp16 = emitted(net.graph, system, "fp16", {});
  CHECK(fp16.format == DataFormat::DlFloat16);
  // 1 = 0 011111 000000000; -2.5 = 1 100000 010000000
  CHECK(fp16.constants[0].bytes == std::string("\x00\x3e\x80\xc0\0\0", 6));
}

TEST_CASE("INT8 programs hold one byte per element, whose all ones is none", "[emit]") {
  Network net;
  const ValueId x = net.input("x", {3});
  const ValueId k = net.graph.add_value({"k", ElementType::Float32, {3}, nullptr});
  net.graph.values.back().constant =
      std::make_shared<const Tensor>(float_tensor({3}, {0, 127, -127}));
  const ScalarExpr add{{{ScalarOp::Add, ScalarRef::input(0), ScalarRef::input(1), {}}}};
  net.output(net.node("add", Pointwise{add}, {x, k}));
  const Program program = emitted(net.graph, small_system(), "int8", {});
  CHECK(program.format == DataFormat::Int8);
  CHECK(program.constants[0].bytes == std::string("\x7f\x00\xfe", 3));
}

TEST_CASE("what the format cannot stand for is refused with the number", "[emit]") {
  const auto error = [](Tensor constant, const std::string& precision) {
    Network net;
    const ValueId x = net.input("x", constant.shape);
    const ValueId k = net.graph.add_value({"k", constant.type, constant.shape, nullptr});
    net.graph.values.back().constant = std::make_shared<const Tensor>(std::move(constant));
    const ScalarExpr add{{{ScalarOp::Add, ScalarRef::input(0), ScalarRef::input(1), {}}}};
    net.output(net.node("add", Pointwise{add}, {x, k}));
    const auto program =
        emit(net.graph, small_system(), precision, plan_of(net.graph, precision, {}));
    if (program) return std::string();
    CHECK(program.error()[0].code == ErrorCode::Unsupported);
    return error_of(program);
  };
  const std::string wider = "  hint: a precision of 4 bytes per element can stand for it\n";
  CHECK(error(int_tensor({4}, {0, 1024, -1024, 3 << 20}), "fp16").empty());
  CHECK(error(int_tensor({3}, {1, 2, -1025}), "fp16") ==
        "constant 'k': error: element 2 is -1025; DLFloat16 holds all integers up to 1024, and not "
        "this one\n" +
            wider);
  CHECK(error(int_tensor({1}, {int64_t{1} << 33}), "fp16") ==
        "constant 'k': error: element 0 is 8589934592; DLFloat16 holds all integers up to 1024, "
        "and not this one\n" +
            wider);
  CHECK(error(int_tensor({4}, {1025, 1 << 24, int64_t{3} << 40, INT64_MIN}), "fp32").empty());
  const int64_t odd = (1 << 24) + 1;
  const std::string neither =
      "constant 'k': error: element 0 is 16777217; {} holds all integers up to {}, and not this "
      "one\n";
  CHECK(error(int_tensor({1}, {odd}), "fp32") ==
        fmt::format(fmt::runtime(neither), "FP32", 1 << 24));
  CHECK(error(int_tensor({1}, {odd}), "fp16") ==
        fmt::format(fmt::runtime(neither), "DLFloat16", 1 << 10));
  // Floats are rounded, which is what a precision means, but do not turn into NaN.
  CHECK(error(float_tensor({3}, {0.1f, 16777216.0f, NAN}), "fp16").empty());
  CHECK(error(float_tensor({2}, {1, -1e10f}), "fp16") ==
        "constant 'k': error: element 1 is -10000000000; the largest number of DLFloat16 is "
        "8573157376\n" +
            wider);
  CHECK(error(float_tensor({1}, {INFINITY}), "fp16") != "");
  CHECK(error(float_tensor({2}, {-1e10f, INFINITY}), "fp32").empty());
  // Integers of one byte are never rounded to.
  const std::string quantise = "  hint: programs of int8 run quantised models; map prices any\n";
  CHECK(error(int_tensor({3}, {-127, 0, 127}), "int8").empty());
  CHECK(error(float_tensor({3}, {-127, 0, 127}), "int8").empty());
  CHECK(error(int_tensor({2}, {1, -128}), "int8") ==
        "constant 'k': error: element 1 is -128; INT8 holds -127 to 127\n" + quantise);
  CHECK(error(float_tensor({2}, {1, 0.25f}), "int8") ==
        "constant 'k': error: element 1 is 0.25; INT8 holds the integers -127 to 127\n" + quantise);
  CHECK(error(float_tensor({1}, {NAN}), "int8") != "");
}

TEST_CASE("padding that the format cannot stand for is refused, unless it is infinite", "[emit]") {
  const auto padded = [](float fill) {
    Network net;
    const ValueId x = net.input("x", {3});
    net.output(net.node("pad", Move{{{0, {5}, {{-1, 1, 0}}, {{0, 1, 0}}}}, fill}, {x}));
    Choice choice;
    choice.outer = TransferType::BlockLoad;
    return emit(net.graph, small_system(), "fp16", plan_of(net.graph, "fp16", choice));
  };
  CHECK(padded(-INFINITY).has_value());
  CHECK(error_of(padded(1e10f)).find("padding of layer 'pad': error: is 10000000000") == 0);
}

TEST_CASE("a plan that does not fit the graph is reported", "[emit]") {
  const Graph graph = conv_graph();
  const System system = small_system();
  Plan plan = plan_of(graph, "fp32", tiled_choice());
  CHECK(error_of(emit(graph, system, "int4", plan)) ==
        "system 'small': error: has no precision 'int4'\n");
  System fine = system;
  fine.precisions["hfp8"] = {8, {1, 2}};
  const auto priced = emit(graph, fine, "hfp8", plan);
  CHECK(error_of(priced) ==
        "system 'small': error: precision 'hfp8' (8 bits) can be priced, not simulated; fp32 (32 "
        "bits), fp16 (16 bits), int8 (8 bits) can\n");
  CHECK(exit_status(priced.error()) == 3);
  CHECK(error_of(emit(graph, system, "fp16", plan)) ==
        "plan: error: is made for precision 'fp32', not 'fp16'\n");
  Plan wrong = plan;
  wrong.layers[0].layer = "other";
  CHECK(error_of(emit(graph, system, "fp32", wrong)) ==
        "plan: layer 'other': error: stands where the graph has layer 'conv'\n"
        "  hint: plan this graph anew\n");
  wrong.layers.clear();
  CHECK(error_of(emit(graph, system, "fp32", wrong)) ==
        "plan: error: maps 0 layers, the graph has 1\n  hint: plan this graph anew\n");
}

TEST_CASE("an illegal mapping is reported by its rule", "[emit]") {
  const Graph graph = conv_graph();
  const System system = small_system();
  Plan plan = plan_of(graph, "fp32", tiled_choice());
  plan.layers[0].dsc.t[Dim::j] = 9;
  const std::string error = error_of(emit(graph, system, "fp32", plan));
  CHECK(error.find("plan: layer 'conv': error: R07 tile-exceeds-share") == 0);
  CHECK(error.find("9") != std::string::npos);
  CHECK(error.find("8") != std::string::npos);
}

TEST_CASE("external memory that is too small is an error of emit", "[emit]") {
  const Graph graph = conv_graph();
  System system = small_system();
  system.chip.external_bytes = 6000;
  const std::string error =
      error_of(emit(graph, system, "fp32", plan_of(graph, "fp32", tiled_choice())));
  CHECK(error.find("6528") != std::string::npos);  // 4 * (8*64 + 8*8*9 + 8 + 8*64), aligned
  CHECK(error.find("6000") != std::string::npos);
}
