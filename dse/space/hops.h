// Which types the hops of a layer's operands may have, as lists to choose from.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "compiler/arch/system.h"
#include "dse/space/constraints.h"

namespace tilewright {

// Where INP, KER and OUT's partial sums sit at the array, and the operand that bypasses Lx, if any.
struct Section {
  std::array<Place, 3> inner{};  // Array only
  std::optional<size_t> past_lx;
  bool operator==(const Section&) const = default;
};

// Those that the system has and the constraints allow; one for Sfu and Move layers.
std::vector<Section> sections(const Work& work, const System& system,
                              const Constraints& constraints);

struct HopChoice {
  TransferType type = TransferType::BlockLoad;
  bool slide = false;
  bool operator==(const HopChoice&) const = default;
};

// A hop that no loop of its stage moves has one type, whatever is allowed: block-load at External
// and into the LRF, else stream. An operand that bypasses Lx is of the B stage alone.
class Hops {
 public:
  Hops(const Work& work, const Constraints& constraints);

  // Of operand x at External; nothing of the one that bypasses Lx.
  const std::vector<HopChoice>& external(const Section& section, size_t x, DimSet t_loops) const;
  // Of operand x, one of INP, KER and OUT, at the array.
  const std::vector<TransferType>& at_array(const Section& section, size_t x, DimSet b_loops) const;

  // How many choices all operands have together.
  uint64_t external_count(const Section& section, DimSet t_loops) const;
  uint64_t array_count(const Section& section, DimSet b_loops) const;

  size_t operands() const { return dims_.size(); }
  bool array() const { return array_; }

 private:
  bool array_;
  std::vector<DimSet> dims_;
  // Per operand: moved by a T loop, and the same where another operand bypasses Lx.
  std::vector<std::vector<HopChoice>> moved_, moved_beside_bypass_;
  std::array<std::array<std::vector<TransferType>, 6>, 3> inner_;  // per operand and Place
};

}  // namespace tilewright
