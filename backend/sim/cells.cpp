#include "backend/sim/cells.h"

#include <array>
#include <bit>
#include <cstring>
#include <type_traits>
#include <vector>

#include "compiler/support/number_format.h"

namespace tilewright::sim {

namespace {

constexpr uint32_t kPoison32 = 0xffffffffu, kQuietNan32 = 0x7fc00000u;
constexpr uint16_t kPoison16 = 0xffffu;

// All numbers of DLFloat16, decoded.
const float* decoded() {
  static const std::vector<float> table = [] {
    std::vector<float> all(1 << 16);
    for (size_t code = 0; code < all.size(); ++code)
      all[code] = dlfloat16_decode(static_cast<uint16_t>(code));
    return all;
  }();
  return table.data();
}

// What a cell of each format holds: the code of none, of a number, the number of a code.
struct Float {
  using Bits = uint32_t;
  static constexpr Bits kPoison = kPoison32;
  static Bits encode(float value) {
    const auto bits = std::bit_cast<uint32_t>(value);
    return bits == kPoison32 ? kQuietNan32 : bits;
  }
  static float decode(Bits bits) { return std::bit_cast<float>(bits); }
};

struct Code {
  using Bits = uint16_t;
  static constexpr Bits kPoison = kPoison16;
  static Bits encode(float value) {
    const uint16_t code = dlfloat16_encode(value);
    return code == kPoison16 ? kDlFloat16NotANumber : code;
  }
  float decode(Bits code) const { return table[code]; }
  const float* table = decoded();
};

struct Byte {
  using Bits = uint8_t;
  static constexpr Bits kPoison = kNoInt8;
  static Bits encode(float value) { return int8_encode(value); }
  static float decode(Bits code) { return int8_decode(code); }
};

// Decoded, but rounded as Narrow would.
template <class Narrow>
struct Rounding : Float {
  Bits encode(float value) const {
    return std::bit_cast<uint32_t>(narrow.decode(narrow.encode(value)));
  }
  Narrow narrow;
};

// Calls use(holds) with the struct of the format.
template <class Use>
auto with_format(CellFormat format, Use use) {
  switch (format) {
    case CellFormat::Float:
      return use(Float());
    case CellFormat::Rounded:
      return use(Rounding<Code>());
    case CellFormat::Code:
      return use(Code());
    case CellFormat::Integer:
      return use(Rounding<Byte>());
    case CellFormat::Byte:
      return use(Byte());
  }
  return use(Float());
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

template <class From, class To>
bool convert(From source, To target, const uint8_t* from, int64_t from_stride, uint8_t* to,
             int64_t to_stride, int64_t count) {
  bool poison = false;
  walk<sizeof(typename From::Bits), sizeof(typename To::Bits)>(
      from, from_stride, to, to_stride, count, [&](const uint8_t* a, uint8_t* b) {
        const auto bits = load<typename From::Bits>(a);
        poison |= bits == From::kPoison;
        if constexpr (std::is_same_v<From, To>)
          save(b, bits);
        else
          save(b, target.encode(source.decode(bits)));
      });
  return !poison;
}

}  // namespace

CellFormat format_of(const Buffer& buffer) {
  const bool encoded = buffer.memory == Memory::External || buffer.memory == Memory::Lx;
  if (buffer.cell_bytes == 2) return encoded ? CellFormat::Code : CellFormat::Rounded;
  if (buffer.cell_bytes == 1) return encoded ? CellFormat::Byte : CellFormat::Integer;
  return CellFormat::Float;
}

CellFormat format_of(DataFormat format) {
  switch (format) {
    case DataFormat::Fp32:
      return CellFormat::Float;
    case DataFormat::DlFloat16:
      return CellFormat::Code;
    case DataFormat::Int8:
      return CellFormat::Byte;
  }
  return CellFormat::Float;
}

bool copy_run(Cells from, int64_t from_stride, Cells to, int64_t to_stride, int64_t count) {
  return with_format(from.format, [&](auto source) {
    return with_format(to.format, [&](auto target) {
      using From = decltype(source);
      const auto with = [&](auto there) {
        return convert(source, there, from.data, from_stride, to.data, to_stride, count);
      };
      // What was a code of the format needs no rounding to it.
      if constexpr (std::is_same_v<decltype(target), Rounding<From>>)
        return with(Float());
      else
        return with(target);
    });
  });
}

bool read_run(Cells from, int64_t stride, int64_t count, float* to) {
  auto* bytes = reinterpret_cast<uint8_t*>(to);
  return copy_run(from, stride, {bytes, CellFormat::Float}, 1, count);
}

void write_run(Cells to, int64_t stride, int64_t count, const float* from) {
  with_format(to.format, [&](auto target) {
    for (int64_t e = 0; e < count; ++e) save(to.at(e * stride).data, target.encode(from[e]));
  });
}

void fill_run(Cells to, int64_t stride, int64_t count, float value) {
  with_format(to.format, [&](auto target) {
    const auto bits = target.encode(value);
    for (int64_t e = 0; e < count; ++e) save(to.at(e * stride).data, bits);
  });
}

void poison_run(Cells to, int64_t stride, int64_t count) {
  const auto bytes = static_cast<size_t>(bytes_of(to.format));
  for (int64_t e = 0; e < count; ++e) std::memset(to.at(e * stride).data, kPoisonByte, bytes);
}

int64_t poisoned_in_run(Cells cells, int64_t stride, int64_t count) {
  return with_format(cells.format, [&](auto holds) -> int64_t {
    using Holds = decltype(holds);
    for (int64_t e = 0; e < count; ++e)
      if (load<typename Holds::Bits>(cells.at(e * stride).data) == Holds::kPoison) return e;
    return -1;
  });
}

}  // namespace tilewright::sim
