// Numbers in simulated memories: their encodings, and poison.
//
// Memories start with every bit set. No number is ever stored as all ones (it would be a NaN, and
// NaNs are stored otherwise; of one byte, -128), so a cell of all ones was never written.
#pragma once

#include <cstdint>

#include "backend/isa/data_format.h"
#include "backend/isa/instruction.h"

namespace tilewright::sim {

inline constexpr uint8_t kPoisonByte = 0xff;

enum class CellFormat : uint8_t {
  Float,    // 4 bytes, FP32
  Rounded,  // 4 bytes, FP32 bits of a number that is rounded to DLFloat16 when written
  Code,     // 2 bytes, DLFloat16
  Integer,  // 4 bytes, FP32 bits of a number that is rounded to Int8 when written
  Byte,     // 1 byte, Int8
};
constexpr int64_t bytes_of(CellFormat format) {
  return format == CellFormat::Code ? 2 : format == CellFormat::Byte ? 1 : 4;
}

// External memory and Lx hold encodings; L0, LRF and accumulators hold decoded numbers.
CellFormat format_of(const Buffer& buffer);
CellFormat format_of(DataFormat format);  // of encodings

// The first element of something in memory; strides and offsets count elements.
struct Cells {
  uint8_t* data = nullptr;
  CellFormat format = CellFormat::Float;

  Cells at(int64_t offset) const { return {data + offset * bytes_of(format), format}; }
};

// One run of elements. Those that read return false when any element is poison.
bool read_run(Cells from, int64_t stride, int64_t count, float* to);
void write_run(Cells to, int64_t stride, int64_t count, const float* from);
void fill_run(Cells to, int64_t stride, int64_t count, float value);
void poison_run(Cells to, int64_t stride, int64_t count);
bool copy_run(Cells from, int64_t from_stride, Cells to, int64_t to_stride, int64_t count);
// The first poisoned element of the run, or -1.
int64_t poisoned_in_run(Cells cells, int64_t stride, int64_t count);

}  // namespace tilewright::sim
