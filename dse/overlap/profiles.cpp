#include "dse/overlap/profiles.h"

#include <algorithm>

namespace tilewright::overlap {

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
  Profile p;
  for (Dim d : kDims)
    if (contains(loops, d)) p.order.push_back(d);
  do {
    for (size_t x = 0; x < problem_.operands; ++x) {
      DimSet outside = 0;
      p.again[x] = 0;
      p.innermost[x] = -1;
      for (Dim d : p.order) {
        if (contains(problem_.dims[x], d)) {
          p.again[x] = outside;
          p.innermost[x] = static_cast<int>(d);
        } else {
          outside |= bit(d);
        }
      }
    }
    if (std::any_of(found.begin(), found.end(),
                    [&](const Profile& known) { return as_good(known, p); }))
      continue;
    std::erase_if(found, [&](const Profile& known) { return as_good(p, known); });
    found.push_back(p);
  } while (std::next_permutation(p.order.begin(), p.order.end()));
}

const std::vector<Profile>& Profiles::of(DimSet loops) {
  if (known_[loops].empty()) find(loops);
  return known_[loops];
}

}  // namespace tilewright::overlap
