#include "dse/overlap/profiles.h"

#include <algorithm>

namespace tilewright::overlap {

Profile profile_of(const Problem& problem, std::span<const Dim> order) {
  Profile p;
  p.order.assign(order.begin(), order.end());
  p.innermost.fill(-1);
  for (size_t x = 0; x < problem.operands; ++x) {
    DimSet outside = 0;
    for (Dim d : p.order) {
      if (contains(problem.dims[x], d)) {
        p.again[x] = outside;
        p.innermost[x] = static_cast<int>(d);
      } else {
        outside |= bit(d);
      }
    }
  }
  return p;
}

bool Profiles::slides(size_t operand) const {
  if (!slides_ || operand == problem_.out || problem_.work.kind == WorkKind::Move) return false;
  const auto& axes = problem_.work.operands[operand].axes;
  return std::any_of(axes.begin(), axes.end(),
                     [](const AccessAxis& axis) { return axis.terms.size() > 1; });
}

bool Profiles::as_good(const Profile& a, const Profile& b) const {
  for (size_t x = 0; x < problem_.operands; ++x) {
    if ((a.again[x] & ~b.again[x]) != 0) return false;
    if (slides(x) && a.innermost[x] != b.innermost[x]) return false;
  }
  return true;
}

void Profiles::find(DimSet loops) {
  std::vector<Profile>& found = known_[loops];
  std::vector<Dim> order;
  for (Dim d : kDims)
    if (contains(loops, d)) order.push_back(d);
  do {
    const Profile p = profile_of(problem_, order);
    if (std::any_of(found.begin(), found.end(),
                    [&](const Profile& known) { return as_good(known, p); }))
      continue;
    std::erase_if(found, [&](const Profile& known) { return as_good(p, known); });
    found.push_back(p);
  } while (std::next_permutation(order.begin(), order.end()));
}

void Profiles::make_all() {
  const unsigned present = problem_.present;
  for (unsigned loops = present;; loops = (loops - 1) & present) {
    of(static_cast<DimSet>(loops));
    if (loops == 0) return;
  }
}

const std::vector<Profile>& Profiles::of(DimSet loops) {
  if (known_[loops].empty()) find(loops);
  return known_[loops];
}

}  // namespace tilewright::overlap
