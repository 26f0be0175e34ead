#include "tests/unit/backend/sim_support.h"

#include "tests/support/catch.h"

namespace tilewright::sim_test {

System tiny_system(int64_t cores) {
  System s;
  s.name = "tiny";
  s.clock_hz = 1'000'000'000;
  s.chip.cores = cores;
  s.chip.external_bytes = 1 << 20;
  s.chip.external = {{16, 1}, 10};
  s.chip.external_efficiency = {1, 2};
  s.chip.layer_cycles = 100;
  s.core.lx_bytes = 1 << 12;
  s.core.array_in = {{16, 1}, 3};
  s.core.array_out = {{8, 1}, 2};
  s.core.sfu = {4, 1, 5, 6};
  s.core.semaphore_cycles = 2;
  s.array.rows = 2;
  s.array.columns = 2;
  s.array.lanes = 2;
  s.array.l0_bytes = 1 << 10;
  s.array.lrf_bytes = 1 << 8;
  s.array.accumulators = 64;
  s.array.fill_cycles = 7;
  s.precisions = {{"fp16", {16, {1, 1}}}, {"fp32", {32, {3, 1}}}, {"int8", {8, {1, 2}}}};
  s.default_precision = "fp32";
  return s;
}

Program program_on(std::vector<CoreSlice> slices, DataFormat format) {
  Program program;
  program.system = tiny_system(static_cast<int64_t>(slices.size()));
  program.precision = format == DataFormat::Fp32        ? "fp32"
                      : format == DataFormat::DlFloat16 ? "fp16"
                                                        : "int8";
  program.format = format;
  program.external_bytes = 4096;
  LayerProgram layer;
  layer.name = "only";
  layer.cores = std::move(slices);
  layer.semaphores = 8;
  program.layers.push_back(std::move(layer));
  return program;
}

CoreSlice slice(std::map<int, int64_t> sizes, std::map<int, int64_t> starts) {
  CoreSlice slice;
  slice.size.fill(1);
  for (const auto& [dim, size] : sizes) slice.size[static_cast<size_t>(dim)] = size;
  for (const auto& [dim, start] : starts) slice.start[static_cast<size_t>(dim)] = start;
  return slice;
}

std::vector<Instruction>& stream(Program& program, Unit unit) {
  return program.layers.back().streams[static_cast<size_t>(unit)];
}

Buffer external(int64_t base, int64_t elems, int32_t cell_bytes) {
  return {Memory::External, base, 1, elems, cell_bytes, 0};
}
Buffer lx(int64_t base, int64_t elems, int32_t cell_bytes) {
  return {Memory::Lx, base, 1, elems, cell_bytes, 0};
}
Buffer l0(int64_t base, int64_t elems) { return {Memory::L0, base, 1, elems, 4, 0}; }
Buffer lrf(int64_t base, int64_t elems) { return {Memory::Lrf, base, 1, elems, 4, 0}; }
Buffer acc(int64_t base, int64_t elems) { return {Memory::Acc, base, 1, elems, 4, 0}; }
Buffer copies(Buffer buffer, int32_t buffers, RegisterMask mask) {
  buffer.buffers = buffers;
  buffer.mask = mask;
  return buffer;
}

BoxAxis along(int reg, int64_t outer_stride, int64_t inner_stride) {
  BoxAxis axis;
  axis.count.terms = {{reg, 1}};
  axis.outer = {0, {{reg, 1}}, 1, outer_stride};
  axis.inner = {0, {}, 1, inner_stride};
  return axis;
}

Transfer load(Buffer outer, Buffer inner, std::vector<BoxAxis> axes) {
  Transfer transfer;
  transfer.outer = outer;
  transfer.inner = inner;
  transfer.axes = std::move(axes);
  return transfer;
}
Transfer store(Buffer outer, Buffer inner, std::vector<BoxAxis> axes) {
  Transfer transfer = load(outer, inner, std::move(axes));
  transfer.store = true;
  return transfer;
}

LocalView view(Buffer buffer, std::map<int, int64_t> strides) {
  LocalView view{buffer, {}};
  for (const auto& [dim, stride] : strides) view.stride[static_cast<size_t>(dim)] = stride;
  return view;
}

SfuOperand operand(Buffer buffer, std::map<int, int64_t> strides) {
  SfuOperand operand{view(buffer, strides), {}};
  for (const auto& [dim, stride] : strides) operand.counts.push_back({{{dim, 1}}, 1});
  return operand;
}

ScalarExpr unary(ScalarOp op) { return {{ScalarStep{op, ScalarRef::input(0), {}, {}}}}; }
ScalarExpr binary(ScalarOp op) {
  return {{ScalarStep{op, ScalarRef::input(0), ScalarRef::input(1), {}}}};
}

Tensor numbers(std::vector<float> data) {
  const auto size = static_cast<int64_t>(data.size());
  return float_tensor({size}, std::move(data));
}

SimResult run(const Program& program, const std::map<std::string, Tensor>& inputs,
              const SimOptions& options) {
  Result<SimResult> result = simulate(program, inputs, options);
  if (!result) FAIL(to_string(result.error()));
  return std::move(*result);
}

std::string failure(const Program& program, const std::map<std::string, Tensor>& inputs) {
  const Result<SimResult> result = simulate(program, inputs);
  REQUIRE_FALSE(result);
  return to_string(result.error());
}

void check_mentions(const std::string& text, const std::string& part) {
  INFO("looking for \"" << part << "\" in:\n" << text);
  CHECK(text.find(part) != std::string::npos);
}

}  // namespace tilewright::sim_test
