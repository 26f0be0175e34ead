// One layer on one system: what all of its mappings have in common. Nothing in this folder but
// proven.h sees the search.
#pragma once

#include <array>
#include <vector>

#include "compiler/mapping/rapid_dsc.h"
#include "compiler/mapping/rejection.h"

namespace tilewright::sampler {

// An axis of the array: places, and dims of the layer that may lie along it.
struct Axis {
  std::vector<Unroll> ArrayWork::*list = nullptr;
  int64_t places = 1;
  std::vector<Dim> dims;
};

struct Layer {
  Layer(const Work& work_in, const System& system_in, const PrecisionInfo& precision_in);

  const Work& work;
  const System& system;
  const PrecisionInfo& precision;
  std::array<Axis, 4> axes;  // rows, columns, lanes, corelets; of Array layers
  std::vector<Dim> present;  // dims of more than one index
  DimSet windows = 0;        // that slide over an axis: ki, kj, or the second dim along one

  bool array() const { return work.kind == WorkKind::Array; }
  bool reduced(Dim d) const { return contains(work.reduction, d); }
  // The largest core share.
  int64_t share(const RapidDsc& dsc, Dim d) const;
  // Some reduced dim lies over several cores.
  bool sums_divided(const RapidDsc& dsc) const;
  // Where operands wait at the edge of the array.
  Place edge() const { return system.array.l0_bytes > 0 ? Place::L0 : Place::Pe; }
  std::optional<Rejection> rejection(const RapidDsc& dsc) const {
    return first_rejection(work, system, precision, dsc);
  }
};

// Product of the factors of a dim over all axes.
int64_t unrolling(const ArrayWork& p, Dim d);

// What a mapping chooses for an operand.
struct OperandChoice {
  Place inner = Place::L0;  // at the array
  TransferType outer = TransferType::DoubleBuffer, into = TransferType::Stream;
  bool slide = false;
  bool past_lx = false;  // outer and slide mean nothing then
  bool operator==(const OperandChoice&) const = default;
};
OperandChoice choice_of(const DataStructure& data);
// Hops as chosen, their loops left open. `inner_hop`: the operand goes to the array.
void set_choice(DataStructure& data, const OperandChoice& choice, bool inner_hop);

}  // namespace tilewright::sampler
