#include "backend/sim/cells.h"

#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "compiler/support/number_format.h"

namespace tilewright::sim {

namespace {

constexpr uint32_t kPoison32 = 0xffffffffu, kQuietNan32 = 0x7fc00000u;
constexpr uint16_t kPoison16 = 0xffffu;

// All numbers of the format, decoded.
const float* decoded() {
  static const std::vector<float> table = [] {
    std::vector<float> all(1 << 16);
    for (size_t code = 0; code < all.size(); ++code)
      all[code] = dlfloat16_decode(static_cast<uint16_t>(code));
    return all;
  }();
  return table.data();
}

template <class Bits>
Bits load(const uint8_t* at) {
  Bits bits;
  std::memcpy(&bits, at, sizeof bits);
  return bits;
}
template <class Bits>
void save(uint8_t* at, Bits bits) {
  std::memcpy(at, &bits, sizeof bits);
}

uint32_t bits_of(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  return bits == kPoison32 ? kQuietNan32 : bits;
}
uint16_t code_of(float value) {
  const uint16_t code = dlfloat16_encode(value);
  return code == kPoison16 ? kDlFloat16NotANumber : code;
}

// Calls each(from, to, element) over a run; the plain loop when both sides are dense.
template <int kFromBytes, int kToBytes, class Each>
void walk(const uint8_t* from, int64_t from_stride, uint8_t* to, int64_t to_stride, int64_t count,
          Each each) {
  if (from_stride == 1 && to_stride == 1) {
    for (int64_t e = 0; e < count; ++e) each(from + e * kFromBytes, to + e * kToBytes);
  } else {
    for (int64_t e = 0; e < count; ++e)
      each(from + e * from_stride * kFromBytes, to + e * to_stride * kToBytes);
  }
}

bool copy_words(const uint8_t* from, int64_t from_stride, uint8_t* to, int64_t to_stride,
                int64_t count) {
  bool poison = false;
  walk<4, 4>(from, from_stride, to, to_stride, count, [&](const uint8_t* a, uint8_t* b) {
    const auto bits = load<uint32_t>(a);
    poison |= bits == kPoison32;
    save(b, bits);
  });
  return !poison;
}

bool copy_codes(const uint8_t* from, int64_t from_stride, uint8_t* to, int64_t to_stride,
                int64_t count) {
  bool poison = false;
  walk<2, 2>(from, from_stride, to, to_stride, count, [&](const uint8_t* a, uint8_t* b) {
    const auto code = load<uint16_t>(a);
    poison |= code == kPoison16;
    save(b, code);
  });
  return !poison;
}

bool decode(const uint8_t* from, int64_t from_stride, uint8_t* to, int64_t to_stride,
            int64_t count) {
  bool poison = false;
  const float* const table = decoded();
  walk<2, 4>(from, from_stride, to, to_stride, count, [&](const uint8_t* a, uint8_t* b) {
    const auto code = load<uint16_t>(a);
    poison |= code == kPoison16;
    save(b, table[code]);
  });
  return !poison;
}

bool encode(const uint8_t* from, int64_t from_stride, uint8_t* to, int64_t to_stride,
            int64_t count) {
  bool poison = false;
  walk<4, 2>(from, from_stride, to, to_stride, count, [&](const uint8_t* a, uint8_t* b) {
    const auto bits = load<uint32_t>(a);
    poison |= bits == kPoison32;
    save(b, code_of(std::bit_cast<float>(bits)));
  });
  return !poison;
}

bool round(const uint8_t* from, int64_t from_stride, uint8_t* to, int64_t to_stride,
           int64_t count) {
  bool poison = false;
  walk<4, 4>(from, from_stride, to, to_stride, count, [&](const uint8_t* a, uint8_t* b) {
    const auto bits = load<uint32_t>(a);
    poison |= bits == kPoison32;
    save(b, dlfloat16_decode(code_of(std::bit_cast<float>(bits))));
  });
  return !poison;
}

}  // namespace

CellFormat format_of(const Buffer& buffer) {
  if (buffer.cell_bytes != 2) return CellFormat::Float;
  return buffer.memory == Memory::External || buffer.memory == Memory::Lx ? CellFormat::Code
                                                                          : CellFormat::Rounded;
}

bool copy_run(Cells from, int64_t from_stride, Cells to, int64_t to_stride, int64_t count) {
  const auto with = [&](auto copy) {
    return copy(from.data, from_stride, to.data, to_stride, count);
  };
  if (from.format == CellFormat::Code)
    return to.format == CellFormat::Code ? with(copy_codes) : with(decode);
  switch (to.format) {
    case CellFormat::Code:
      return with(encode);
    case CellFormat::Rounded:
      return from.format == CellFormat::Rounded ? with(copy_words) : with(round);
    case CellFormat::Float:
      return with(copy_words);
  }
  return false;
}

bool read_run(Cells from, int64_t stride, int64_t count, float* to) {
  auto* bytes = reinterpret_cast<uint8_t*>(to);
  return copy_run(from, stride, {bytes, CellFormat::Float}, 1, count);
}

void write_run(Cells to, int64_t stride, int64_t count, const float* from) {
  for (int64_t e = 0; e < count; ++e) {
    switch (to.format) {
      case CellFormat::Float:
        save(to.at(e * stride).data, bits_of(from[e]));
        break;
      case CellFormat::Rounded:
        save(to.at(e * stride).data, dlfloat16_decode(code_of(from[e])));
        break;
      case CellFormat::Code:
        save(to.at(e * stride).data, code_of(from[e]));
        break;
    }
  }
}

void fill_run(Cells to, int64_t stride, int64_t count, float value) {
  for (int64_t e = 0; e < count; ++e) write_run(to.at(e * stride), 1, 1, &value);
}

void poison_run(Cells to, int64_t stride, int64_t count) {
  const auto bytes = static_cast<size_t>(bytes_of(to.format));
  for (int64_t e = 0; e < count; ++e) std::memset(to.at(e * stride).data, kPoisonByte, bytes);
}

int64_t poisoned_in_run(Cells cells, int64_t stride, int64_t count) {
  for (int64_t e = 0; e < count; ++e) {
    const uint8_t* at = cells.at(e * stride).data;
    if (cells.format == CellFormat::Code ? load<uint16_t>(at) == kPoison16
                                         : load<uint32_t>(at) == kPoison32)
      return e;
  }
  return -1;
}

}  // namespace tilewright::sim
