#include "dse/space/hops.h"

#include <algorithm>

namespace tilewright {

namespace {

using enum TransferType;

// What the rules of legality leave, moved by a loop.
std::vector<TransferType> array_types(size_t x, Place place) {
  if (x == 2) return {Stream, DoubleBuffer};
  switch (place) {
    case Place::L0:
      return {Stream, BlockLoad, DoubleBuffer};
    case Place::Lrf:
      return {BlockLoad, DoubleBuffer};
    default:
      return {Stream};
  }
}

bool has_window(const Operand& operand) {
  return std::any_of(operand.axes.begin(), operand.axes.end(),
                     [](const AccessAxis& axis) { return axis.terms.size() > 1; });
}

std::vector<HopChoice> external_choices(const Work& work, const Operand& operand,
                                        const Constraints& constraints) {
  std::vector<HopChoice> choices;
  const bool slides = constraints.slide && work.kind != WorkKind::Move &&
                      operand.role != Role::Out && has_window(operand);
  for (TransferType type : {BlockLoad, DoubleBuffer, Stream}) {
    if (work.kind == WorkKind::Move && type != BlockLoad) continue;
    if (!constraints.allows_type(operand.role, Stage::T, type)) continue;
    choices.push_back({type, false});
    if (slides && type != Stream) choices.push_back({type, true});
  }
  return choices;
}

}  // namespace

std::vector<Section> sections(const Work& work, const System& system,
                              const Constraints& constraints) {
  if (work.kind != WorkKind::Array) return {Section{}};
  const ArrayTier& a = system.array;
  std::vector<Place> beside = {a.l0_bytes > 0 ? Place::L0 : Place::Pe}, sums;
  if (a.lrf_bytes > 0) beside.push_back(Place::Lrf);
  if (a.accumulators > 0) sums.push_back(Place::Acc);
  if (a.sums_in_lrf && a.lrf_bytes > 0) sums.push_back(Place::Lrf);
  std::vector<Section> found;
  for (Place out : sums)
    for (Place inp : beside)
      for (Place ker : beside) {
        Section section{{inp, ker, out}, std::nullopt};
        if (!constraints.allows_places(section.inner)) continue;
        if (constraints.through_lx) found.push_back(section);
        for (size_t x = 0; x < 3; ++x) {
          if (section.inner[x] == Place::Pe || !constraints.past_lx.has(work.operands[x].role))
            continue;
          section.past_lx = x;
          found.push_back(section);
        }
      }
  return found;
}

Hops::Hops(const Work& work, const Constraints& constraints)
    : array_(work.kind == WorkKind::Array) {
  for (const Operand& operand : work.operands) {
    dims_.push_back(operand.dims());
    moved_.push_back(external_choices(work, operand, constraints));
    std::vector<HopChoice> loads = moved_.back();
    std::erase_if(loads, [](const HopChoice& c) { return c.type != BlockLoad; });
    moved_beside_bypass_.push_back(std::move(loads));
  }
  for (size_t x = 0; array_ && x < 3; ++x)
    for (Place place : {Place::L0, Place::Lrf, Place::Acc, Place::Pe})
      for (TransferType type : array_types(x, place))
        if (constraints.allows_type(work.operands[x].role, Stage::B, type))
          inner_[x][static_cast<size_t>(place)].push_back(type);
}

const std::vector<HopChoice>& Hops::external(const Section& section, size_t x,
                                             DimSet t_loops) const {
  static const std::vector<HopChoice> kOnce = {{BlockLoad, false}};
  if ((dims_[x] & t_loops) == 0) return kOnce;
  return section.past_lx ? moved_beside_bypass_[x] : moved_[x];
}

const std::vector<TransferType>& Hops::at_array(const Section& section, size_t x,
                                                DimSet b_loops) const {
  static const std::vector<TransferType> kLoadOnce = {BlockLoad}, kStreamOnce = {Stream};
  const Place place = section.inner[x];
  if ((dims_[x] & b_loops) == 0) return x < 2 && place == Place::Lrf ? kLoadOnce : kStreamOnce;
  return inner_[x][static_cast<size_t>(place)];
}

uint64_t Hops::external_count(const Section& section, DimSet t_loops) const {
  uint64_t count = 1;
  for (size_t x = 0; x < dims_.size(); ++x)
    if (section.past_lx != x) count *= external(section, x, t_loops).size();
  return count;
}

uint64_t Hops::array_count(const Section& section, DimSet b_loops) const {
  uint64_t count = 1;
  for (size_t x = 0; array_ && x < 3; ++x) count *= at_array(section, x, b_loops).size();
  return count;
}

}  // namespace tilewright
