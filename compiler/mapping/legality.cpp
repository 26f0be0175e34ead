// The rules of a legal mapping, in the order of their numbers.
#include <algorithm>

#include "compiler/mapping/capacity.h"
#include "compiler/mapping/footprint.h"
#include "compiler/mapping/loop_nest.h"
#include "compiler/mapping/rejection.h"
#include "compiler/mapping/share.h"

namespace tilewright {

namespace {

using Code = RejectionCode;

// Collects rejections, or only the first.
class Findings {
 public:
  Findings(const Work& work, const System& system, const PrecisionInfo& precision,
           const RapidDsc& dsc, bool all)
      : work_(work), system_(system), precision_(precision), dsc_(dsc), all_(all) {}

  std::vector<Rejection> run() {
    if (shape_rules() && array_rules() && order_rules() && operand_rules() && found_.empty())
      capacity_rules();
    return std::move(found_);
  }

 private:
  // Adds one; whether to go on.
  bool add(Rejection r) {
    found_.push_back(r);
    return all_;
  }
  bool add(Code code, Dim d, int64_t required, int64_t available) {
    return add({code, std::nullopt, std::nullopt, d, required, available});
  }
  bool add(Code code, int64_t required, int64_t available) {
    return add({code, std::nullopt, std::nullopt, std::nullopt, required, available});
  }
  bool add(Code code, Role role, int64_t required, int64_t available) {
    return add({code, role, std::nullopt, std::nullopt, required, available});
  }

  bool shape_rules();
  bool division_rules();
  bool tile_rules();
  bool array_rules();
  bool axis_rules(const std::vector<Unroll>& axis, const std::vector<std::string>& dims,
                  int64_t places);
  bool axis_sums(const std::vector<Unroll>& axis);
  bool order_rules();
  bool operand_rules();
  bool hop_rules(size_t operand);
  bool gathers_at(Place place) const {
    return place == Place::Acc || (place == Place::Lrf && system_.array.sums_in_lrf);
  }
  // With an L0 at its edge, the array takes nothing past it.
  bool feeds_from(Place place) const {
    return place == Place::L0 || place == Place::Lrf ||
           (place == Place::Pe && system_.array.l0_bytes == 0);
  }
  bool hop_type(const DataStructure& data, size_t hop);
  bool divided_reduction(Dim d);
  bool reduction_divided() const;
  bool out_stays(Code otherwise);
  bool bypass_rules();
  bool bypasses(const DataStructure& data) const {
    return work_.kind == WorkKind::Array && data.transfers.size() == 1 &&
           at_array(data.transfers[0], data.role);
  }
  bool may_slide(size_t operand, size_t hop);
  bool hop_loop(const DataStructure& data, const Operand& operand, size_t hop);
  void capacity_rules();

  int64_t share(Dim d) const { return largest_share(work_.extent[d], dsc_.core_d.parts[d]); }
  bool several_trips(LoopRef loop) const {
    return loop.stage == Stage::T ? dsc_.t[loop.dim] < share(loop.dim)
                                  : dsc_.b[loop.dim] < dsc_.t[loop.dim];
  }

  const Work& work_;
  const System& system_;
  const PrecisionInfo& precision_;
  const RapidDsc& dsc_;
  bool all_;
  std::vector<Rejection> found_;
};

bool Findings::shape_rules() {
  for (Dim d : kDims)
    if (dsc_.n[d] != work_.extent[d] && !add(Code::WorkMismatch, d, dsc_.n[d], work_.extent[d]))
      return false;
  if (!division_rules()) return false;
  // Tiles mean nothing without sound numbers before them.
  return found_.empty() ? tile_rules() : false;
}

bool Findings::division_rules() {
  for (Dim d : kDims)
    for (int64_t parts : {dsc_.chip_d.x[d], dsc_.chip_d.y[d]})
      if (parts != 1 && !add(Code::ChipsDivided, d, parts, 1)) return false;
  int64_t cores = 1, divided = 0, named = 0;
  for (Dim d : kDims) {
    const int64_t parts = dsc_.core_d.parts[d];
    if ((parts < 1 || parts > work_.extent[d]) &&
        !add(Code::PartsExceedDim, d, parts, work_.extent[d]))
      return false;
    cores = std::min<int64_t>(cores * std::clamp<int64_t>(parts, 1, 1 << 20), 1 << 20);
    if (parts > 1 && contains(work_.reduction, d) && !divided_reduction(d)) return false;
    divided += parts > 1 ? 1 : 0;
    const auto& order = dsc_.core_d.ring_order;
    const auto count = std::count(order.begin(), order.end(), d);
    if (count == (parts > 1 ? 1 : 0)) named += count;
  }
  if (cores > system_.chip.cores && !add(Code::PartsExceedCores, cores, system_.chip.cores))
    return false;
  const auto listed = static_cast<int64_t>(dsc_.core_d.ring_order.size());
  return (named == divided && listed == divided) || add(Code::RingOrder, listed, divided);
}

// Each core must have something to hand on.
bool Findings::divided_reduction(Dim d) {
  const int64_t parts = dsc_.core_d.parts[d];
  int64_t filled = std::min(parts, work_.extent[d]);
  if (dsc_.core_d.share == ShareRule::Greedy)
    filled = ceil_div(work_.extent[d], largest_share(work_.extent[d], parts));
  return filled >= parts || add(Code::ReductionDivided, d, parts, filled);
}

bool Findings::reduction_divided() const {
  for (Dim d : kDims)
    if (contains(work_.reduction, d) && dsc_.core_d.parts[d] > 1) return true;
  return false;
}

bool Findings::tile_rules() {
  for (Dim d : kDims)
    if ((dsc_.t[d] < 1 || dsc_.t[d] > share(d)) &&
        !add(Code::TileExceedsShare, d, dsc_.t[d], share(d)))
      return false;
  for (Dim d : kDims) {
    const bool whole = work_.kind != WorkKind::Array;
    if ((dsc_.b[d] < 1 || dsc_.b[d] > dsc_.t[d] || (whole && dsc_.b[d] != dsc_.t[d])) &&
        !add(Code::BlockExceedsTile, d, dsc_.b[d], dsc_.t[d]))
      return false;
  }
  return found_.empty();
}

bool Findings::array_rules() {
  const ArrayTier& a = system_.array;
  return axis_rules(dsc_.p.rows, a.row_dims, a.rows) &&
         axis_rules(dsc_.p.columns, a.column_dims, a.columns) &&
         axis_rules(dsc_.p.lanes, a.lane_dims, a.lanes) &&
         axis_rules(dsc_.p.corelets, a.corelet_dims, system_.core.corelets);
}

bool Findings::axis_rules(const std::vector<Unroll>& axis, const std::vector<std::string>& dims,
                          int64_t places) {
  const auto used = static_cast<int64_t>(axis.size());
  if (work_.kind != WorkKind::Array && used > 0 && !add(Code::AxisCombination, used, 0))
    return false;
  int64_t taken = 1;
  DimSet seen = 0;
  for (const Unroll& u : axis) {
    if (std::find(dims.begin(), dims.end(), name_of(u.dim)) == dims.end() &&
        !add(Code::AxisDim, u.dim, 1, 0))
      return false;
    if (contains(seen, u.dim) && !add(Code::AxisCombination, u.dim, 2, 1)) return false;
    seen |= bit(u.dim);
    taken *= std::clamp<int64_t>(u.factor, 1, places + 1);
    if ((u.factor < 1 || taken > places) &&
        !add(Code::AxisExtent, u.dim, u.factor < 1 ? u.factor : taken, places))
      return false;
    taken = std::min(taken, places + 1);
  }
  return axis_sums(axis);
}

// Sums at the foot of the columns: all PEs of a column add to one, and no one else does.
bool Findings::axis_sums(const std::vector<Unroll>& axis) {
  for (const DataStructure& data : dsc_.data_structures)
    if (data.role == Role::Out && !data.transfers.empty() &&
        data.transfers.back().src == Place::Lrf)
      return true;
  const bool rows = &axis == &dsc_.p.rows;
  for (const Unroll& u : axis)
    if (contains(work_.reduction, u.dim) != rows && !add(Code::AxisCombination, u.dim, 1, 0))
      return false;
  return true;
}

bool Findings::order_rules() {
  const auto& order = dsc_.loop_order;
  int64_t wanted = 0, good = 0;
  for (Stage stage : {Stage::T, Stage::B})
    for (Dim d : kDims) {
      const LoopRef loop{stage, d};
      const auto count = std::count(order.begin(), order.end(), loop);
      const int64_t expected = several_trips(loop) ? 1 : 0;
      wanted += expected;
      if (count == expected) good += expected;
    }
  const auto listed = static_cast<int64_t>(order.size());
  const bool sorted = std::is_sorted(order.begin(), order.end(),
                                     [](LoopRef a, LoopRef b) { return a.stage < b.stage; });
  if ((good != wanted || listed != wanted || !sorted) && !add(Code::LoopOrder, listed, wanted))
    return false;
  return true;
}

bool Findings::operand_rules() {
  const auto& data = dsc_.data_structures;
  bool match = data.size() == work_.operands.size();
  for (size_t o = 0; match && o < data.size(); ++o) match = data[o].role == work_.operands[o].role;
  if (!match) {
    add(Code::Operands, static_cast<int64_t>(data.size()),
        static_cast<int64_t>(work_.operands.size()));
    return false;
  }
  for (size_t o = 0; o < data.size(); ++o)
    if (!hop_rules(o)) return false;
  if (!bypass_rules()) return false;
  const std::vector<std::string> members = comp_primitives(work_);
  return dsc_.comp_primitives == members ||
         add(Code::CompPrimitives, static_cast<int64_t>(dsc_.comp_primitives.size()),
             static_cast<int64_t>(members.size()));
}

bool Findings::hop_rules(size_t operand) {
  const DataStructure& data = dsc_.data_structures[operand];
  const bool out = data.role == Role::Out;
  if ((data.home != Place::External || data.layout != "row-major") &&
      !add(Code::Home, data.role, 0, 0))
    return false;
  const bool inner = work_.kind == WorkKind::Array && data.role != Role::Bias;
  const auto hops = static_cast<int64_t>(data.transfers.size());
  const auto leads = [&](size_t hop, Place far, Place near) {
    const DataTransfer& t = data.transfers[hop];
    return out ? t.src == near && t.dst == far : t.src == far && t.dst == near;
  };
  const auto at_end = [&](size_t hop) { return inner_place(data.transfers[hop], data.role); };
  const auto array_end = [&](size_t hop) {
    return out ? gathers_at(at_end(hop)) : feeds_from(at_end(hop));
  };
  bool route = hops == (inner && !bypasses(data) ? 2 : 1);
  if (route && bypasses(data))
    route = inner && array_end(0) && at_end(0) != Place::Pe && leads(0, Place::External, at_end(0));
  else if (route)
    route = leads(0, Place::External, Place::Lx) &&
            (!inner || (array_end(1) && leads(1, Place::Lx, at_end(1))));
  if (!route) return add(Code::TransferRoute, data.role, hops, inner ? 2 : 1);
  for (size_t hop = 0; hop < data.transfers.size(); ++hop)
    if (!hop_type(data, hop) || !hop_loop(data, work_.operands[operand], hop) ||
        !may_slide(operand, hop))
      return false;
  return true;
}

// While blocks move between the array and external memory, that does nothing else.
bool Findings::bypass_rules() {
  int64_t past = 0;
  for (size_t o = 0; o < dsc_.data_structures.size(); ++o) {
    if (!bypasses(dsc_.data_structures[o])) continue;
    const Operand& operand = work_.operands[o];
    ++past;
    if (operand.role == Role::Out && reduction_divided() &&
        !add(Code::PartialSumsDivided, operand.role, 1, 0))
      return false;
    for (const AccessAxis& axis : operand.axes) {
      const int64_t last = last_index(axis, work_.extent);
      if (!without_padding(axis, work_.extent) &&
          !add(Code::BypassPadding, operand.role, axis.offset < 0 ? axis.offset : last,
               axis.offset < 0 ? 0 : axis.extent - 1))
        return false;
    }
  }
  if (past == 0) return true;
  const auto stops = static_cast<int64_t>(system_.chip.memory_stops.size());
  if (stops > 0 && !add(Code::BypassStops, stops, 0)) return false;
  if (past > 1 && !add(Code::BypassAlone, past, 1)) return false;
  for (const DataStructure& data : dsc_.data_structures)
    if (!bypasses(data) && data.transfers[0].type != TransferType::BlockLoad &&
        !add(Code::BypassAlone, data.role, 1, 0))
      return false;
  return true;
}

bool Findings::hop_type(const DataStructure& data, size_t hop) {
  const DataTransfer& t = data.transfers[hop];
  bool good = true;
  const bool tile = !at_array(t, data.role);
  if (tile) {
    good = work_.kind != WorkKind::Move || t.type == TransferType::BlockLoad;
    if (data.role == Role::Out && reduction_divided()) {
      if (!out_stays(Code::PartialSumsDivided)) return false;
      good = t.type == TransferType::BlockLoad;  // the sums of other cores come before it leaves
    } else if (data.role == Role::Out && t.type == TransferType::Stream && good) {
      return out_stays(Code::PartialSumsStream);
    }
  } else if (data.role == Role::Out) {
    good = t.type != TransferType::BlockLoad;
  } else if (t.dst == Place::Lrf) {
    good = t.type != TransferType::Stream;
  } else if (t.dst == Place::Pe) {
    good = t.type == TransferType::Stream;
  }
  const LoopRef stage{tile ? Stage::T : Stage::B, Dim::mb};
  return good || add({Code::TransferType, data.role, stage, std::nullopt, 1, 0});
}

// Of a stream, a tile leaves part by part while the next one comes back into the same buffer: not
// both. Of a divided reduction, cores have sums to hand on when theirs are complete.
bool Findings::out_stays(Code otherwise) {
  const DimSet out = work_.operand(Role::Out).dims();
  int64_t reductions = 0;
  for (const LoopRef& loop : dsc_.loop_order) {
    if (loop.stage != Stage::T) break;
    if (contains(work_.reduction, loop.dim)) ++reductions;
    if (contains(out, loop.dim) && reductions > 0)
      return add({otherwise, Role::Out, loop, loop.dim, reductions, 0});
  }
  return true;
}

bool Findings::hop_loop(const DataStructure& data, const Operand& operand, size_t hop) {
  const Stage stage = at_array(data.transfers[hop], data.role) ? Stage::B : Stage::T;
  std::optional<LoopRef> innermost;
  for (const LoopRef& loop : dsc_.loop_order)
    if ((loop.stage == stage || bypasses(data)) && contains(operand.dims(), loop.dim))
      innermost = loop;
  if (data.transfers[hop].loop == innermost) return true;
  return add({Code::TransferLoop, data.role, innermost, std::nullopt, 1, 0});
}

bool Findings::may_slide(size_t operand, size_t hop) {
  const DataStructure& data = dsc_.data_structures[operand];
  const DataTransfer& t = data.transfers[hop];
  if (!t.slide) return true;
  std::optional<Slide> slide;
  if (t.src == Place::External && t.dst == Place::Lx && work_.kind != WorkKind::Move &&
      t.type != TransferType::Stream)
    slide = slide_of(work_.operands[operand], dsc_);
  if (slide && slide->overlaps()) return true;
  return add({Code::Slide, data.role, t.loop, std::nullopt, slide ? slide->shift : 1,
              slide ? slide->points - 1 : 0});
}

void Findings::capacity_rules() {
  const LoopNest nest = lower(work_, system_, precision_, dsc_);
  const Capacity used = capacity(work_, dsc_, nest);
  if (used.lx_bytes > system_.core.lx_bytes &&
      !add(Code::LxCapacity, used.lx_bytes, system_.core.lx_bytes))
    return;
  if (used.l0_bytes > system_.array.l0_bytes &&
      !add(Code::L0Capacity, used.l0_bytes, system_.array.l0_bytes))
    return;
  if (used.lrf_bytes > system_.array.lrf_bytes &&
      !add(Code::LrfCapacity, used.lrf_bytes, system_.array.lrf_bytes))
    return;
  if (used.accumulators > system_.array.accumulators)
    add(Code::AccCapacity, used.accumulators, system_.array.accumulators);
}

}  // namespace

std::optional<Rejection> first_rejection(const Work& work, const System& system,
                                         const PrecisionInfo& precision, const RapidDsc& dsc) {
  std::vector<Rejection> found = Findings(work, system, precision, dsc, false).run();
  if (found.empty()) return std::nullopt;
  return found.front();
}

std::vector<Rejection> rejections(const Work& work, const System& system,
                                  const PrecisionInfo& precision, const RapidDsc& dsc) {
  return Findings(work, system, precision, dsc, true).run();
}

}  // namespace tilewright
