// Programs of a few instructions, written by hand, for the simulator's tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/isa/program.h"
#include "backend/sim/simulate.h"

namespace tilewright::sim_test {

// Registers by their dim: tile loops, and block loops eight above.
inline constexpr int kMb = 0, kOut = 2, kIn = 3, kI = 4, kJ = 5, kKi = 6;
inline constexpr int kBlock = 8;

// Numbers that are easy to tell apart in a sum. External memory: 8 bytes/cycle after 10 cycles;
// array-in 16 after 3; array-out 8 after 2; sfu: 4 lanes, 1 simple, 5 special, after 6; semaphores
// take 2, a layer 100, an array instruction 7; "fp32" multiplies in 3 cycles, "fp16" in 1, "int8"
// in 1/2.
System tiny_system(int64_t cores = 1);

// An FP32 program of one layer on `slices` without instructions; semaphores 0..7.
Program program_on(std::vector<CoreSlice> slices, DataFormat format = DataFormat::Fp32);
// A slice of extents 1 but for the dims given.
CoreSlice slice(std::map<int, int64_t> sizes, std::map<int, int64_t> starts = {});

std::vector<Instruction>& stream(Program& program, Unit unit);

Buffer external(int64_t base, int64_t elems, int32_t cell_bytes = 4);
Buffer lx(int64_t base, int64_t elems, int32_t cell_bytes = 4);
Buffer l0(int64_t base, int64_t elems);
Buffer lrf(int64_t base, int64_t elems);
Buffer acc(int64_t base, int64_t elems);
Buffer copies(Buffer buffer, int32_t buffers, RegisterMask mask);

// All points of a loop's tile (or block): outer index position + x, inner index x.
BoxAxis along(int reg, int64_t outer_stride = 1, int64_t inner_stride = 1);
Transfer load(Buffer outer, Buffer inner, std::vector<BoxAxis> axes);
Transfer store(Buffer outer, Buffer inner, std::vector<BoxAxis> axes);
template <class T>
T at(T instruction, At at, Trigger trigger = Trigger::Always, RegisterMask mask = 0) {
  instruction.when = {at, trigger, mask};
  return instruction;
}

LocalView view(Buffer buffer, std::map<int, int64_t> strides);  // by dim
SfuOperand operand(Buffer buffer, std::map<int, int64_t> strides);
ScalarExpr unary(ScalarOp op);
ScalarExpr binary(ScalarOp op);

Tensor numbers(std::vector<float> data);  // of rank 1

// Runs; fails the test with the diagnostics when there are any.
SimResult run(const Program& program, const std::map<std::string, Tensor>& inputs,
              const SimOptions& options = {});
// The diagnostics of a run that must fail.
std::string failure(const Program& program, const std::map<std::string, Tensor>& inputs);

void check_mentions(const std::string& text, const std::string& part);

}  // namespace tilewright::sim_test
