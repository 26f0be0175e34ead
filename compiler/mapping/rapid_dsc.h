// RapidDsc, the design-space configuration: one comparable value that says how one layer is mapped.
// README.md of this folder says what each field means for each kind of layer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/dim.h"
#include "compiler/mapping/work.h"

namespace tilewright {

enum class Stage : uint8_t { T, B };

struct LoopRef {
  Stage stage = Stage::T;
  Dim dim = Dim::mb;
  auto operator<=>(const LoopRef&) const = default;
};

// How N falls to chips: parts per dim along each torus axis.
struct ChipDivision {
  Extents x = Extents::filled(1);
  Extents y = Extents::filled(1);
  auto operator<=>(const ChipDivision&) const = default;
};

enum class ShareRule : uint8_t {
  Balanced,  // 10 over 4: 3 3 2 2
  Greedy,    // 10 over 4: 3 3 3 1
};

// How a chip's part falls to its cores: parts per dim, and which slice sits where on the ring:
// slices are numbered with the last of `ring_order` fastest.
struct CoreDivision {
  Extents parts = Extents::filled(1);
  ShareRule share = ShareRule::Balanced;
  std::vector<Dim> ring_order;  // the dims with more than one part, each once
  auto operator<=>(const CoreDivision&) const = default;
};

// `factor` neighbours along an axis of the array work on different indices of `dim` at once.
struct Unroll {
  Dim dim = Dim::mb;
  int64_t factor = 1;
  auto operator<=>(const Unroll&) const = default;
};

// P: what lies on the array at once. Along an axis lie several dims side by side, each once.
// Reduction dims among them are summed in the array.
struct ArrayWork {
  std::vector<Unroll> rows, columns, lanes, corelets;
  auto operator<=>(const ArrayWork&) const = default;
};

// Pe: into the PEs as they need it, step by step, without a copy beside them.
enum class Place : uint8_t { External, Lx, L0, Lrf, Acc, Pe };
enum class TransferType : uint8_t { Stream, BlockLoad, DoubleBuffer };

// One hop of an operand. It happens once per iteration of `loop` (none: once per run of its
// stage's whole nest); for OUT, src is the inner place and the hop ends the iteration. An operand
// with one hop between External and the array bypasses Lx.
struct DataTransfer {
  Place src = Place::External;
  Place dst = Place::Lx;
  TransferType type = TransferType::DoubleBuffer;
  std::optional<LoopRef> loop;
  bool slide = false;  // External -> Lx: a tile keeps what it shares with the one before (slide.h)
  auto operator<=>(const DataTransfer&) const = default;
};

struct DataStructure {
  Role role = Role::Inp;
  std::string layout = "row-major";  // in its home
  Place home = Place::External;
  std::vector<DataTransfer> transfers;  // outermost first: the hop at External, then the hop at Lx
  auto operator<=>(const DataStructure&) const = default;
};

struct RapidDsc {
  Extents n = Extents::filled(1);
  ChipDivision chip_d;
  CoreDivision core_d;
  Extents t = Extents::filled(1);  // tile in Lx
  Extents b = Extents::filled(1);  // block fed to the arrays; equals t for Sfu and Move layers
  ArrayWork p;
  std::vector<LoopRef> loop_order;  // outermost first: the T loops, then the B loops (Array only);
                                    // loops of one trip are left out
  std::vector<DataStructure> data_structures;  // in the order of Work::operands
  std::vector<std::string> comp_primitives;    // e.g. {"Conv", "bias", "relu(%0)"}
  auto operator<=>(const RapidDsc&) const = default;
};

// The end of the hop that is nearer to the array.
inline Place inner_place(const DataTransfer& hop, Role role) {
  return role == Role::Out ? hop.src : hop.dst;
}
// Of the B stage: one end is at the array.
inline bool at_array(const DataTransfer& hop, Role role) {
  return inner_place(hop, role) != Place::Lx;
}

std::string_view name_of(Stage);
std::string_view name_of(Place);
std::string_view name_of(TransferType);
std::string_view name_of(ShareRule);

// What a well-formed mapping of `work` lists as comp_primitives.
std::vector<std::string> comp_primitives(const Work& work);

}  // namespace tilewright
