#include "compiler/ir/infer_move.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "compiler/support/check.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {

constexpr size_t kMostParts = 4096;

void report(Diagnostics& findings, ErrorCode code, std::string message) {
  findings.push_back({code, "Move", std::move(message), ""});
}

// first, first + step, ... last; step > 0.
struct Progression {
  int64_t first = 0, step = 1, last = 0;
};

std::optional<Progression> progression(const AxisMap& axis, const std::vector<int64_t>& extent) {
  if (axis.coefficient == 0) return Progression{axis.offset, 1, axis.offset};
  const int64_t count = extent[static_cast<size_t>(axis.loop)];
  const auto span = checked_mul(axis.coefficient, std::max<int64_t>(count - 1, 0));
  const auto end = span ? checked_add(axis.offset, *span) : std::nullopt;
  if (!end || axis.coefficient == INT64_MIN) return std::nullopt;
  if (*end == axis.offset) return Progression{axis.offset, 1, axis.offset};
  return Progression{std::min(axis.offset, *end), std::abs(axis.coefficient),
                     std::max(axis.offset, *end)};
}

// x with a * x = 1 modulo m; a and m coprime, m > 0.
__int128 inverse(__int128 a, __int128 m) {
  __int128 x = 1, next_x = 0, r = a % m, next_r = m;
  while (next_r != 0) {
    const __int128 q = r / next_r;
    std::swap(x, next_x), next_x -= q * x;
    std::swap(r, next_r), next_r -= q * r;
  }
  return (x % m + m) % m;
}

bool intersect(const Progression& a, const Progression& b) {
  const int64_t low = std::max(a.first, b.first), high = std::min(a.last, b.last);
  if (low > high) return false;
  const int64_t g = std::gcd(a.step, b.step);
  const __int128 gap = static_cast<__int128>(b.first) - a.first;
  if (gap % g != 0) return false;
  // The common elements are `meet` + k * period (Chinese remainder theorem).
  const __int128 m = b.step / g;
  const __int128 turns = ((gap / g) % m + m) % m * inverse(a.step / g, m) % m;
  const __int128 meet = a.first + turns * a.step, period = m * a.step;
  const __int128 skip = meet >= low ? 0 : (low - meet + period - 1) / period;
  return meet + skip * period <= high;
}

bool part_is_sound(const MovePart& part, size_t number, const std::vector<Shape>& inputs,
                   size_t out_rank, Diagnostics& findings) {
  const size_t before = findings.size();
  const auto bad = [&](const std::string& what) {
    report(findings, ErrorCode::BadInput, fmt::format("part {}: {}", number, what));
  };
  if (part.input < 0 || static_cast<size_t>(part.input) >= inputs.size()) {
    bad(fmt::format("reads operand {} of {}", part.input, inputs.size()));
    return false;
  }
  const size_t in_rank = inputs[static_cast<size_t>(part.input)].size();
  if (part.from.size() != in_rank)
    bad(fmt::format("has {} input maps for an input of rank {}", part.from.size(), in_rank));
  if (part.to.size() != out_rank)
    bad(fmt::format("has {} output maps, where part 0 has {}", part.to.size(), out_rank));
  for (int64_t extent : part.extent)
    if (extent < 0) bad(fmt::format("has a loop of extent {}", extent));
  if (!element_count(part.extent)) bad("moves more than 2^63 - 1 elements");
  for (const std::vector<AxisMap>* maps : {&part.from, &part.to})
    for (const AxisMap& axis : *maps) {
      const bool known_loop = axis.loop >= 0 && static_cast<size_t>(axis.loop) < part.extent.size();
      if (axis.coefficient != 0 && !known_loop)
        bad(fmt::format("uses loop {} of {}", axis.loop, part.extent.size()));
      else if (!progression(axis, part.extent))
        bad("has an index beyond 64 bits");
    }
  return findings.size() == before;
}

// Each loop that turns more than once must move exactly one axis of the output.
void check_written_once(const MovePart& part, size_t number, Diagnostics& findings) {
  for (size_t loop = 0; loop < part.extent.size(); ++loop) {
    if (part.extent[loop] <= 1) continue;
    const auto moved = std::count_if(part.to.begin(), part.to.end(), [&](const AxisMap& axis) {
      return axis.coefficient != 0 && static_cast<size_t>(axis.loop) == loop;
    });
    if (moved != 1)
      report(findings, ErrorCode::BadInput,
             fmt::format("part {}: loop {} of extent {} moves {} axes of the output, not 1", number,
                         loop, part.extent[loop], moved));
  }
}

std::optional<Shape> written_shape(const Move& move, Diagnostics& findings) {
  Shape shape(move.parts[0].to.size(), 0);
  for (size_t p = 0; p < move.parts.size(); ++p) {
    const MovePart& part = move.parts[p];
    for (size_t a = 0; a < shape.size(); ++a) {
      const AxisMap& axis = part.to[a];
      if (axis.coefficient != 0 && part.extent[static_cast<size_t>(axis.loop)] == 0) continue;
      const Progression range = *progression(axis, part.extent);
      if (range.first < 0 || range.last == INT64_MAX) {
        report(findings, ErrorCode::BadInput,
               fmt::format("part {}: writes output axis {} at {}", p, a,
                           range.first < 0 ? range.first : range.last));
        return std::nullopt;
      }
      shape[a] = std::max(shape[a], range.last + 1);
    }
  }
  return shape;
}

// What one part writes, per axis of the output.
struct Written {
  size_t part = 0;
  std::vector<Progression> axes;
};

bool overlap(const Written& a, const Written& b) {
  for (size_t axis = 0; axis < a.axes.size(); ++axis)
    if (!intersect(a.axes[axis], b.axes[axis])) return false;
  return true;
}

// Two parts that write the same element. They are sorted along the axis on which most of them start
// apart, so that only those are compared which meet on that axis.
std::optional<std::pair<size_t, size_t>> overlapping_parts(const Move& move, size_t rank) {
  std::vector<Written> all;
  for (size_t p = 0; p < move.parts.size(); ++p) {
    const MovePart& part = move.parts[p];
    if (*element_count(part.extent) == 0) continue;
    Written& written = all.emplace_back(Written{p, {}});
    for (const AxisMap& axis : part.to) written.axes.push_back(*progression(axis, part.extent));
  }
  size_t along = 0, most = 0;
  for (size_t axis = 0; axis < rank; ++axis) {
    std::set<int64_t> starts;
    for (const Written& written : all) starts.insert(written.axes[axis].first);
    if (starts.size() > most) along = axis;
    most = std::max(most, starts.size());
  }
  const auto start = [&](const Written& written) {
    return rank == 0 ? 0 : written.axes[along].first;
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const Written& a, const Written& b) { return start(a) < start(b); });
  for (size_t a = 0; a < all.size(); ++a)
    for (size_t b = a + 1; b < all.size(); ++b) {
      if (rank > 0 && start(all[b]) > all[a].axes[along].last) break;
      if (overlap(all[a], all[b])) return std::minmax(all[a].part, all[b].part);
    }
  return std::nullopt;
}

void check_cover(const Move& move, const Shape& shape, Diagnostics& findings) {
  const auto wanted = element_count(shape);
  std::optional<int64_t> written = 0;
  for (const MovePart& part : move.parts)
    written = written ? checked_add(*written, *element_count(part.extent)) : written;
  if (!wanted || !written || *written != *wanted) {
    report(findings, ErrorCode::BadInput,
           fmt::format("the parts write {} elements, the output {} has {}", written.value_or(-1),
                       print(shape), wanted.value_or(-1)));
    return;
  }
  if (const auto pair = overlapping_parts(move, shape.size()))
    report(findings, ErrorCode::BadInput,
           fmt::format("parts {} and {} overlap", pair->first, pair->second));
}

}  // namespace

std::optional<Shape> infer_move(const Move& move, const std::vector<Shape>& inputs,
                                Diagnostics& findings) {
  const size_t before = findings.size();
  if (move.parts.size() > kMostParts) {
    report(findings, ErrorCode::Unsupported,
           fmt::format("{} parts; at most {} are built", move.parts.size(), kMostParts));
    return std::nullopt;
  }
  for (size_t p = 0; p < move.parts.size(); ++p)
    if (part_is_sound(move.parts[p], p, inputs, move.parts[0].to.size(), findings))
      check_written_once(move.parts[p], p, findings);
  if (findings.size() != before) return std::nullopt;
  const auto shape = written_shape(move, findings);
  if (shape) check_cover(move, *shape, findings);
  return findings.size() == before ? shape : std::nullopt;
}

}  // namespace tilewright
