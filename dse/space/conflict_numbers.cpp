#include "dse/space/conflict_numbers.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/mapping/share.h"
#include "compiler/support/overloaded.h"
#include "dse/space/hops.h"

namespace tilewright {

namespace {

class Numbers {
 public:
  Numbers(const std::vector<ClauseAt>& clauses, const Work& work, const System& system)
      : clauses_(clauses), work_(work), system_(system) {
    for (const ClauseAt& at : clauses) narrow(constraints_, at.clause);
  }

  std::vector<std::string> all() {
    for (Dim d : kDims) extents(d);
    cores();
    for (Axis axis : kAxes) along_axis(axis);
    for (const ClauseAt& at : clauses_)
      std::visit(
          Overloaded{[&](const ShareClause& c) { share_rule(c); },
                     [&](const PlaceClause&) { places(); }, [&](const BypassClause&) { places(); },
                     [&](const TypeClause& c) { types(c); }, [](const auto&) {}},
          at.clause);
    return std::move(said_);
  }

 private:
  // Once each.
  void say(std::string sentence) {
    if (std::find(said_.begin(), said_.end(), sentence) == said_.end())
      said_.push_back(std::move(sentence));
  }

  bool speaks_of(Quantity of, Dim d) const {
    return std::any_of(clauses_.begin(), clauses_.end(), [&](const ClauseAt& at) {
      const auto* clause = std::get_if<ExtentClause>(&at.clause);
      return clause != nullptr && clause->dim == d && clause->of == of;
    });
  }

  void say_indices(Dim d, const std::string& more = "") {
    const int64_t n = work_.extent[d];
    say(fmt::format("{} has {} {}{}", name_of(d), n, n == 1 ? "index" : "indices", more));
  }

  void extents(Dim d) {
    const int64_t n = work_.extent[d], parts = constraints_.parts[d].least;
    const Range t = constraints_.t[d], b = constraints_.b[d];
    if (speaks_of(Quantity::Parts, d) && parts > n) return say_indices(d);
    const bool of_t = speaks_of(Quantity::T, d), of_b = speaks_of(Quantity::B, d);
    if (of_t && of_b && b.least > t.most) say("B is at most T");
    const int64_t wanted = std::max(of_t ? t.least : 1, of_b ? b.least : 1);
    const int64_t share = largest_share(n, parts);
    if (wanted > n)
      say_indices(d);
    else if (wanted > share)
      say_indices(d, fmt::format(", in {} or more parts at most {} each", parts, share));
  }

  void cores() {
    int64_t least = 1;
    std::vector<int64_t> factors;
    for (Dim d : kDims)
      if (speaks_of(Quantity::Parts, d) && constraints_.parts[d].least > 1) {
        factors.push_back(constraints_.parts[d].least);
        if (least <= system_.chip.cores) least *= factors.back();
      }
    const int64_t there = system_.chip.cores;
    if (least > there)
      say(fmt::format("that is {} parts, the chip has {} {}", fmt::join(factors, " * "), there,
                      there == 1 ? "core" : "cores"));
  }

  void along_axis(Axis axis) {
    const ArrayTier& a = system_.array;
    const std::pair<const std::vector<std::string>*, int64_t> axes[] = {
        {&a.row_dims, a.rows},
        {&a.column_dims, a.columns},
        {&a.lane_dims, a.lanes},
        {&a.corelet_dims, system_.core.corelets}};
    const auto& [names, length] = axes[static_cast<size_t>(axis)];
    int64_t product = 1;
    std::vector<int64_t> factors;
    for (Dim d : kDims) {
      const int64_t least = constraints_.axes[static_cast<size_t>(axis)].factors[d].least;
      if (least == 1) continue;
      factors.push_back(least);
      if (product <= length) product *= least;
      if (least > work_.extent[d]) say_indices(d);
      if (std::find(names->begin(), names->end(), name_of(d)) == names->end())
        say(fmt::format("the system lays [{}] along {}", fmt::join(*names, ", "), name_of(axis)));
      else if (contains(work_.reduction, d) != (axis == Axis::Rows))
        say("with sums at the columns, reduced dims lie along rows and no others do");
    }
    if (product > length)
      say(fmt::format("{} is more than {} {}", fmt::join(factors, " * "), length, name_of(axis)));
  }

  void share_rule(const ShareClause& clause) {
    if (clause.share != ShareRule::Greedy) return;
    for (Dim d : kDims)
      if (speaks_of(Quantity::Parts, d)) say_indices(d);
    say("greedy is for shares that are not the balanced ones, none of a reduced dim empty");
  }

  void places() {
    Constraints only;
    only.places = constraints_.places;
    only.through_lx = constraints_.through_lx;
    only.past_lx = constraints_.past_lx;
    if (!sections(work_, system_, only).empty()) return;
    std::vector<std::string> found;
    for (const Section& section : sections(work_, system_, {}))
      if (!section.past_lx)
        found.push_back(fmt::format("{}/{}/{}", name_of(section.inner[0]),
                                    name_of(section.inner[1]), name_of(section.inner[2])));
    if (constraints_.places != Constraints{}.places)
      say(fmt::format("INP/KER/OUT may sit in {}", fmt::join(found, ", ")));
    if (!constraints_.through_lx && system_.array.l0_bytes == 0)
      say("what streams into the PEs cannot bypass Lx");
  }

  void types(const TypeClause& clause) {
    if (clause.stage == Stage::T) {
      if (work_.kind == WorkKind::Move) say("a Move is block-loaded");
      if (!constraints_.through_lx) say("beside an operand that bypasses Lx all are block-loaded");
    } else if (clause.role == Role::Out) {
      say("OUT leaves the array by stream or double-buffer");
    } else {
      say("L0 takes any type, the LRF block-load or double-buffer, PEs streams");
    }
  }

  const std::vector<ClauseAt>& clauses_;
  const Work& work_;
  const System& system_;
  Constraints constraints_;
  std::vector<std::string> said_;
};

}  // namespace

std::vector<std::string> conflict_numbers(const std::vector<ClauseAt>& clauses, const Work& work,
                                          const System& system) {
  return Numbers(clauses, work, system).all();
}

}  // namespace tilewright
