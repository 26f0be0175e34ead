#include "backend/sim/mac_kernel.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include <Eigen/Core>

#include "backend/sim/box.h"
#include "backend/sim/cells.h"

namespace tilewright::sim {

namespace {

constexpr size_t kInp = 0, kKer = 1, kAcc = 2;  // sides of a dim's strides
// Elements of a matrix that may be made. Blocks that need more, most of them one element read over
// and over, are multiplied one by one.
constexpr int64_t kMostMade = int64_t{1} << 24;

Cells cells_of(const float* data) {
  auto* bytes = reinterpret_cast<uint8_t*>(const_cast<float*>(data));
  return {bytes, CellFormat::Float};
}

}  // namespace

// Dims that take the same part in a product, outermost first.
struct MacKernel::Group {
  int count = 0;
  std::array<int64_t, 8> extent;
  std::array<std::array<int64_t, 3>, 8> stride;
  int64_t points = 1;

  void add(int64_t points_of_dim, const std::array<int64_t, 3>& strides) {
    const auto at = static_cast<size_t>(count++);
    extent[at] = points_of_dim;
    stride[at] = strides;
    points *= points_of_dim;
  }
  // Largest strides on `side` outermost.
  void order_by(size_t side) {
    for (int a = 1; a < count; ++a)
      for (int b = a; b > 0; --b) {
        const auto i = static_cast<size_t>(b), o = i - 1;
        if (std::abs(stride[o][side]) >= std::abs(stride[i][side])) break;
        std::swap(extent[o], extent[i]);
        std::swap(stride[o], stride[i]);
      }
  }
  // The distance of consecutive points on `side`, if all have the same; 0 if not. One point: 1.
  int64_t common_stride(size_t side) const {
    if (count == 0) return 1;
    const auto last = static_cast<size_t>(count - 1);
    for (size_t o = 0; o < last; ++o)
      if (stride[o][side] != stride[o + 1][side] * extent[o + 1]) return 0;
    return stride[last][side];
  }
};

struct MacKernel::Matrix {
  const float* data = nullptr;
  int64_t rows = 1, columns = 1, row_stride = 1, column_stride = 1;

  Matrix transposed() const { return {data, columns, rows, column_stride, row_stride}; }
  bool is_column_major() const { return row_stride == 1; }
  // Whether it can be given to a product as it is: one of the strides is 1.
  bool is_plain() const { return row_stride == 1 || column_stride == 1; }
  bool has_poison() const {
    const int64_t run = is_column_major() ? rows : columns;
    const int64_t runs = is_column_major() ? columns : rows;
    const int64_t stride = is_column_major() ? column_stride : row_stride;
    for (int64_t r = 0; r < runs; ++r)
      if (poisoned_in_run(cells_of(data + r * stride), 1, run) >= 0) return true;
    return false;
  }
};

struct MacKernel::Sides {
  Group rows, columns, sum, batch;
};

namespace {

// c += a * b for a column-major c.
template <class Sum, class MatrixView>
void multiply(const MatrixView& a, const MatrixView& b, Sum* c, int64_t c_stride) {
  using Sums = Eigen::Matrix<Sum, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
  using ColumnMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Stride = Eigen::OuterStride<>;
  Eigen::Map<Sums, Eigen::Unaligned, Stride> out(c, a.rows, b.columns, Stride(c_stride));
  const auto with = [](const MatrixView& m, const auto& use) {
    if (m.is_column_major())
      use(Eigen::Map<const ColumnMajor, Eigen::Unaligned, Stride>(m.data, m.rows, m.columns,
                                                                  Stride(m.column_stride)));
    else
      use(Eigen::Map<const RowMajor, Eigen::Unaligned, Stride>(m.data, m.rows, m.columns,
                                                               Stride(m.row_stride)));
  };
  with(a, [&](const auto& left) {
    with(b, [&](const auto& right) {
      out.noalias() += left.template cast<Sum>() * right.template cast<Sum>();
    });
  });
}

}  // namespace

bool multiply_one_by_one(const MacJob& job) {
  if (*std::min_element(job.extent.begin(), job.extent.end()) <= 0) return true;
  PerDim x{};
  const auto at = [&](const PerDim& stride) {
    int64_t offset = 0;
    for (size_t d = 0; d < 8; ++d) offset += stride[d] * x[d];
    return offset;
  };
  for (size_t d = 0; d < 8;) {
    float& sum = job.acc[at(job.acc_stride)];
    sum += job.inp[at(job.inp_stride)] * job.ker[at(job.ker_stride)];
    if (job.integers && std::abs(sum) >= kMostExactSum) return false;
    for (d = 0; d < 8 && ++x[7 - d] == job.extent[7 - d]; ++d) x[7 - d] = 0;
  }
  return true;
}

// False when there is poison.
bool MacKernel::as_matrix(size_t side, const float* data, const Group& rows, const Group& columns,
                          Matrix& matrix) {
  matrix = {data, rows.points, columns.points, rows.common_stride(side),
            columns.common_stride(side)};
  if (matrix.row_stride != 0 && matrix.column_stride != 0) {
    if (matrix.rows == 1) matrix.row_stride = 1;
    if (matrix.columns == 1) matrix.column_stride = 1;
    if (matrix.is_plain()) return !matrix.has_poison();
  }
  // Dense runs are copied faster: the group whose innermost dim is dense becomes the inner one.
  const auto dense_points = [&](const Group& group) {
    const auto last = static_cast<size_t>(group.count - 1);
    return group.count > 0 && group.stride[last][side] == 1 ? group.extent[last] : 0;
  };
  const bool column_major = dense_points(rows) >= dense_points(columns);
  const Group& inner = column_major ? rows : columns;
  const Group& outer = column_major ? columns : rows;
  Box box(2);
  const auto add = [&](const Group& group, int64_t spacing) {
    for (int a = 0; a < group.count; ++a) {
      int64_t stride = spacing;
      for (int b = a + 1; b < group.count; ++b) stride *= group.extent[static_cast<size_t>(b)];
      Offsets& strides = box.add(group.extent[static_cast<size_t>(a)]);
      strides[0] = group.stride[static_cast<size_t>(a)][side];
      strides[1] = stride;
    }
  };
  add(outer, inner.points);
  add(inner, 1);
  box.arrange(1);
  std::vector<float>& scratch = gathered_[side];
  scratch.resize(std::max(scratch.size(), static_cast<size_t>(rows.points * columns.points)));
  const Cells from = cells_of(data), to = cells_of(scratch.data());
  matrix = {scratch.data(), rows.points, columns.points, column_major ? 1 : columns.points,
            column_major ? rows.points : 1};
  return box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
    return copy_run(from.at(at[0]), stride[0], to.at(at[1]), stride[1], points);
  });
}

// Where acc is no matrix: the product on its own, then added element by element. False when a sum
// in double is none that FP32 holds for certain.
template <class Sum>
bool MacKernel::add_apart(const Sides& sides, const Matrix& a, const Matrix& b, float* acc,
                          std::vector<Sum>& sums) {
  sums.assign(static_cast<size_t>(a.rows * b.columns), Sum{0});
  multiply(a, b, sums.data(), a.rows);
  Box box(2);
  int64_t spacing = sides.rows.points * sides.columns.points;
  for (const Group* group : {&sides.columns, &sides.rows})
    for (size_t g = 0; g < static_cast<size_t>(group->count); ++g) {
      spacing /= group->extent[g];
      Offsets& strides = box.add(group->extent[g]);
      strides[0] = group->stride[g][kAcc];
      strides[1] = spacing;
    }
  return box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
    bool holds = true;
    for (int64_t p = 0; p < points; ++p) {
      float& to = acc[at[0] + p * stride[0]];
      const Sum sum = to + sums[static_cast<size_t>(at[1] + p * stride[1])];
      if constexpr (std::is_same_v<Sum, double>) holds &= std::abs(sum) <= kMostExactSum;
      to = static_cast<float>(sum);
    }
    return holds;
  });
}

MacTrouble MacKernel::product(const Sides& sides, bool integers, const float* inp, const float* ker,
                              float* acc) {
  Matrix a, b;
  if (!as_matrix(kInp, inp, sides.rows, sides.sum, a)) return MacTrouble::Inp;
  if (!as_matrix(kKer, ker, sides.sum, sides.columns, b)) return MacTrouble::Ker;
  Matrix c{acc, a.rows, b.columns, sides.rows.common_stride(kAcc),
           sides.columns.common_stride(kAcc)};
  if (c.rows == 1) c.row_stride = 1;
  if (c.columns == 1) c.column_stride = 1;
  if (!integers && c.row_stride == 1 && (c.columns == 1 || c.column_stride >= c.rows)) {
    if (c.has_poison()) return MacTrouble::Acc;
    multiply(a, b, acc, c.column_stride);
  } else if (!integers && c.column_stride == 1 && (c.rows == 1 || c.row_stride >= c.columns)) {
    if (c.has_poison()) return MacTrouble::Acc;
    multiply(b.transposed(), a.transposed(), acc, c.row_stride);
  } else {
    Box box(1);
    for (const Group* group : {&sides.columns, &sides.rows})
      for (size_t g = 0; g < static_cast<size_t>(group->count); ++g)
        box.add(group->extent[g])[0] = group->stride[g][kAcc];
    const bool written =
        box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
          return poisoned_in_run(cells_of(acc).at(at[0]), stride[0], points) < 0;
        });
    if (!written) return MacTrouble::Acc;
    if (!integers)
      add_apart(sides, a, b, acc, sums_);
    else if (!add_apart(sides, a, b, acc, exact_))
      return MacTrouble::Sum;
  }
  return MacTrouble::None;
}

namespace {

bool has_poison(const MacJob& job, const float* data, const PerDim& strides) {
  Box box(1);
  for (size_t d = 0; d < 8; ++d)
    if (job.extent[d] > 1 && strides[d] != 0) box.add(job.extent[d])[0] = strides[d];
  return !box.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
    return poisoned_in_run(cells_of(data).at(at[0]), stride[0], points) < 0;
  });
}

MacTrouble run_one_by_one(const MacJob& job) {
  if (has_poison(job, job.inp, job.inp_stride)) return MacTrouble::Inp;
  if (has_poison(job, job.ker, job.ker_stride)) return MacTrouble::Ker;
  if (has_poison(job, job.acc, job.acc_stride)) return MacTrouble::Acc;
  return multiply_one_by_one(job) ? MacTrouble::None : MacTrouble::Sum;
}

}  // namespace

MacTrouble MacKernel::run(const MacJob& job) {
  Sides sides;
  for (size_t d = 0; d < 8; ++d) {
    if (job.extent[d] <= 0) return MacTrouble::None;
    if (job.extent[d] == 1) continue;
    const std::array<int64_t, 3> stride{job.inp_stride[d], job.ker_stride[d], job.acc_stride[d]};
    Group& group = stride[kAcc] == 0   ? sides.sum
                   : stride[kKer] == 0 ? sides.rows
                   : stride[kInp] == 0 ? sides.columns
                                       : sides.batch;
    group.add(job.extent[d], stride);
  }
  const int64_t rows = sides.rows.points, columns = sides.columns.points, sum = sides.sum.points;
  if (std::max({rows * sum, sum * columns, rows * columns}) > kMostMade) return run_one_by_one(job);
  sides.rows.order_by(kAcc);
  sides.columns.order_by(kAcc);
  sides.sum.order_by(kKer);
  Box batch(3);
  for (size_t g = 0; g < static_cast<size_t>(sides.batch.count); ++g) {
    Offsets& strides = batch.add(sides.batch.extent[g]);
    for (size_t s = 0; s < 3; ++s) strides[s] = sides.batch.stride[g][s];
  }
  MacTrouble poison = MacTrouble::None;
  batch.for_each_run([&](const Offsets& at, const Offsets& stride, int64_t points) {
    for (int64_t p = 0; p < points && poison == MacTrouble::None; ++p)
      poison =
          product(sides, job.integers, job.inp + at[kInp] + p * stride[kInp],
                  job.ker + at[kKer] + p * stride[kKer], job.acc + at[kAcc] + p * stride[kAcc]);
    return poison == MacTrouble::None;
  });
  return poison;
}

}  // namespace tilewright::sim
