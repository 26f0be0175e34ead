#include "tests/sampler/layer.h"

#include <algorithm>

#include "compiler/mapping/share.h"

namespace tilewright::sampler {

Layer::Layer(const Work& work_in, const System& system_in, const PrecisionInfo& precision_in)
    : work(work_in), system(system_in), precision(precision_in) {
  for (Dim d : kDims)
    if (work.extent[d] > 1) present.push_back(d);
  const auto axis = [&](std::vector<Unroll> ArrayWork::*list, int64_t places,
                        const std::vector<std::string>& names) {
    Axis a{list, places, {}};
    for (Dim d : present)
      if (std::find(names.begin(), names.end(), name_of(d)) != names.end()) a.dims.push_back(d);
    return a;
  };
  const ArrayTier& a = system.array;
  axes = {axis(&ArrayWork::rows, a.rows, a.row_dims),
          axis(&ArrayWork::columns, a.columns, a.column_dims),
          axis(&ArrayWork::lanes, a.lanes, a.lane_dims),
          axis(&ArrayWork::corelets, system.core.corelets, a.corelet_dims)};
  if (array()) windows = bit(Dim::ki) | bit(Dim::kj);
  for (const Operand& operand : work.operands)
    for (const AccessAxis& along : operand.axes) {
      if (along.terms.size() < 2) continue;
      const Dim first = along.terms[0].dim, second = along.terms[1].dim;
      if (contains(windows, first) || contains(windows, second)) continue;
      windows |= bit(reduced(first) && !reduced(second) ? first : second);
    }
}

int64_t Layer::share(const RapidDsc& dsc, Dim d) const {
  return largest_share(work.extent[d], dsc.core_d.parts[d]);
}

bool Layer::sums_divided(const RapidDsc& dsc) const {
  return std::any_of(present.begin(), present.end(),
                     [&](Dim d) { return reduced(d) && dsc.core_d.parts[d] > 1; });
}

int64_t unrolling(const ArrayWork& p, Dim d) {
  int64_t product = 1;
  for (const auto* axis : {&p.rows, &p.columns, &p.lanes, &p.corelets})
    for (const Unroll& u : *axis)
      if (u.dim == d) product *= u.factor;
  return product;
}

OperandChoice choice_of(const DataStructure& data) {
  OperandChoice c;
  const DataTransfer& first = data.transfers.front();
  const DataTransfer& last = data.transfers.back();
  if (at_array(last, data.role)) {
    c.inner = inner_place(last, data.role);
    c.into = last.type;
    c.past_lx = data.transfers.size() == 1;
  }
  if (!c.past_lx) {
    c.outer = first.type;
    c.slide = first.slide;
  }
  return c;
}

void set_choice(DataStructure& data, const OperandChoice& choice, bool inner_hop) {
  const auto hop = [&](Place far, Place near, TransferType type) {
    if (data.role == Role::Out) std::swap(far, near);
    return DataTransfer{far, near, type, std::nullopt, false};
  };
  data.transfers.clear();
  const bool past_lx = inner_hop && choice.past_lx;
  if (!past_lx) {
    data.transfers.push_back(hop(Place::External, Place::Lx, choice.outer));
    data.transfers.back().slide = choice.slide;
  }
  if (inner_hop)
    data.transfers.push_back(hop(past_lx ? Place::External : Place::Lx, choice.inner, choice.into));
}

}  // namespace tilewright::sampler
