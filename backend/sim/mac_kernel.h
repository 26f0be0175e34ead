// acc[x] += inp[x] * ker[x] over a block, as matrix products.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tilewright::sim {

using PerDim = std::array<int64_t, 8>;

// Element x of an operand lies at data + sum of stride[d] * x[d].
struct MacJob {
  PerDim extent{};
  const float* inp = nullptr;
  const float* ker = nullptr;
  float* acc = nullptr;
  PerDim inp_stride{}, ker_stride{}, acc_stride{};
  bool integers = false;  // sums must stay within those that FP32 holds exactly
};

inline constexpr double kMostExactSum = 1 << 24;

// Which operand was never written; or a sum of integers that FP32 may not hold.
enum class MacTrouble : uint8_t { None, Inp, Ker, Acc, Sum };

// One multiplication after the other, in the order of the dims: what the kernel is tested against.
// False, and unfinished, when a sum of integers reaches kMostExactSum.
bool multiply_one_by_one(const MacJob& job);

// Dims that acc lacks are summed over. The others become rows (ker lacks them), columns (inp lacks
// them) or a batch (all have them) of matrix products. Operands whose elements do not lie as in a
// matrix are gathered into one first.
class MacKernel {
 public:
  // Stops at the first product of the batch whose operands or sums hold poison, or leave the
  // integers that FP32 holds. Those are added up exactly; a block too large for matrices must not
  // leave them on the way either.
  MacTrouble run(const MacJob& job);

 private:
  struct Group;
  struct Matrix;
  struct Sides;

  MacTrouble product(const Sides& sides, bool integers, const float* inp, const float* ker,
                     float* acc);
  bool as_matrix(size_t side, const float* data, const Group& rows, const Group& columns,
                 Matrix& matrix);
  template <class Sum>
  bool add_apart(const Sides& sides, const Matrix& a, const Matrix& b, float* acc,
                 std::vector<Sum>& sums);

  std::array<std::vector<float>, 2> gathered_;  // inp, ker
  std::vector<float> sums_;
  std::vector<double> exact_;
};

}  // namespace tilewright::sim
