#include "models/baselines/planner_rule.h"

#include <algorithm>

#include "compiler/mapping/compose.h"
#include "compiler/mapping/share.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {

class PlannerRule {
 public:
  PlannerRule(const Work& work, const System& system, const PrecisionInfo& precision)
      : work_(work), system_(system), precision_(precision) {
    out_dims_ = work.operand(Role::Out).dims();
    feature_ = work.extent[Dim::out] == 1 && work.extent[Dim::grp] > 1 ? Dim::grp : Dim::out;
    const bool move = work.kind == WorkKind::Move;
    const TransferType outer = move ? TransferType::BlockLoad : TransferType::DoubleBuffer;
    for (const Operand& o : work.operands) {
      const bool in_lrf = o.role == Role::Ker && system.array.lrf_bytes > 0;
      choice_.types.push_back({outer, in_lrf ? TransferType::DoubleBuffer : TransferType::Stream});
      choice_.inner.push_back(in_lrf || (o.role == Role::Out && system.array.accumulators == 0)
                                  ? Place::Lrf
                              : system.array.l0_bytes > 0 ? Place::L0
                                                          : Place::Pe);
    }
    choice_.t_order = {Dim::grp, Dim::out, Dim::mb, Dim::i, Dim::j, Dim::in, Dim::ki, Dim::kj};
    choice_.b_order = {Dim::grp, Dim::out, Dim::in, Dim::ki, Dim::kj, Dim::mb, Dim::i, Dim::j};
  }

  Result<RapidDsc> run() {
    if (is_array()) lay_on_array();
    divide_cores();
    if (is_array()) lay_corelets();
    choice_.t = choice_.b = Extents::filled(1);
    smallest_block();
    if (!legal())
      return unsupported("layer '" + work_.name + "'",
                         "planner-rule finds no legal mapping: " + to_string(*last_),
                         "a machine with larger memories, or a mapping by hand");
    grow_tile();
    if (is_array()) grow_block();
    return compose(work_, choice_);
  }

 private:
  bool is_array() const { return work_.kind == WorkKind::Array; }
  int64_t share(Dim d) const { return largest_share(work_.extent[d], choice_.parts[d]); }
  bool reduced(Dim d) const { return contains(work_.reduction, d); }

  bool legal() {
    last_ = first_rejection(work_, system_, precision_, compose(work_, choice_));
    return !last_;
  }

  bool allowed(const std::vector<std::string>& dims, Dim d) const {
    return work_.extent[d] > 1 && std::find(dims.begin(), dims.end(), name_of(d)) != dims.end();
  }

  void lay_on_array() {
    const ArrayTier& a = system_.array;
    if (allowed(a.row_dims, Dim::in)) choice_.p.rows = {{Dim::in, a.rows}};
    if (allowed(a.column_dims, feature_)) choice_.p.columns = {{feature_, a.columns}};
    if (allowed(a.lane_dims, feature_)) choice_.p.lanes = {{feature_, a.lanes}};
  }

  int64_t features_at_once() const {
    int64_t n = 1;
    for (const auto* axis : {&choice_.p.columns, &choice_.p.lanes})
      for (const Unroll& u : *axis) n *= u.factor;
    return n;
  }

  void divide_cores() {
    std::vector<Dim> dims;
    for (Dim d : kDims)
      if (contains(out_dims_, d)) dims.push_back(d);
    std::stable_sort(dims.begin(), dims.end(),
                     [this](Dim a, Dim b) { return work_.extent[a] > work_.extent[b]; });
    int64_t free = system_.chip.cores;
    for (bool full_lanes : {true, false})
      for (Dim d : dims) {
        int64_t most = work_.extent[d] / choice_.parts[d];
        if (full_lanes && is_array() && d == feature_)
          most = std::max<int64_t>(1, work_.extent[d] / features_at_once());
        int64_t parts = std::min(free, most);
        while (free % parts != 0) --parts;
        choice_.parts[d] *= parts;
        free /= parts;
      }
  }

  void lay_corelets() {
    const ArrayTier& a = system_.array;
    Dim d = feature_;
    if (share(feature_) <= features_at_once() || !allowed(a.corelet_dims, feature_))
      for (Dim pixel : {Dim::mb, Dim::i, Dim::j})
        if (allowed(a.corelet_dims, pixel) && (d == feature_ || share(pixel) >= share(d)) &&
            share(pixel) > 1)
          d = pixel;
    if (allowed(a.corelet_dims, d) && system_.core.corelets > 1)
      choice_.p.corelets = {{d, system_.core.corelets}};
  }

  int64_t unroll(Dim d) const {
    int64_t factor = 1;
    for (const auto* axis :
         {&choice_.p.rows, &choice_.p.columns, &choice_.p.lanes, &choice_.p.corelets})
      for (const Unroll& u : *axis)
        if (u.dim == d) factor *= u.factor;
    return factor;
  }

  // One array's worth of work, or less where that does not fit.
  void smallest_block() {
    for (Dim d : kDims) choice_.t[d] = choice_.b[d] = std::min(share(d), unroll(d));
    while (!legal()) {
      Dim largest = Dim::mb;
      for (Dim d : kDims)
        if (choice_.b[d] > choice_.b[largest]) largest = d;
      if (choice_.b[largest] == 1) return;
      choice_.t[largest] = choice_.b[largest] = choice_.b[largest] / 2;
    }
  }

  // The largest balanced extent of `extents[d]` up to `limit` that is legal.
  void grow(Extents& extents, Dim d, int64_t limit) {
    const int64_t least = extents[d];
    for (int64_t parts = 1; ceil_div(limit, parts) > least;) {
      extents[d] = ceil_div(limit, parts);
      if (legal()) return;
      // The next smaller balanced extent.
      parts = ceil_div(limit, extents[d] - 1);
    }
    extents[d] = least;
  }

  void grow_tile() {
    std::vector<Dim> order = {Dim::kj, Dim::ki, Dim::in,  Dim::j,
                              Dim::i,  Dim::mb, Dim::out, Dim::grp};
    std::stable_partition(order.begin(), order.end(), [this](Dim d) { return reduced(d); });
    for (Dim d : order) grow(choice_.t, d, share(d));
  }

  void grow_block() {
    for (Dim d : {Dim::kj, Dim::ki, Dim::in, Dim::j, Dim::i, Dim::mb})
      grow(choice_.b, d, choice_.t[d]);
  }

  const Work& work_;
  const System& system_;
  const PrecisionInfo& precision_;
  DimSet out_dims_ = 0;
  Dim feature_ = Dim::out;
  MappingChoice choice_;
  std::optional<Rejection> last_;
};

}  // namespace

Result<RapidDsc> planner_rule(const Work& work, const System& system,
                              const PrecisionInfo& precision) {
  return PlannerRule(work, system, precision).run();
}

}  // namespace tilewright
