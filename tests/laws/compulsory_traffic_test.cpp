// Compulsory traffic: every element that a layer needs, and every result, crosses the external link
// at least once; and once is enough where a core's share is one tile that fits its Lx.
//
// The name is that of compulsory misses (M. Hill, "Aspects of Cache Memory and Instruction Buffer
// Performance", 1987); the rest is derived: a piece that several cores need counts once, as one
// multicast brings it, so what is left are halos (two cores, or tiles, read the same rows) and
// holes (a stride that skips rows which a transfer moves all the same).
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "costmodel/price.h"
#include "costmodel/tile_grid.h"
#include "tests/laws/random_case.h"
#include "tests/laws/touched.h"
#include "tests/support/catch.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Per operand of the layer.
std::vector<int64_t> external_bytes(const LayerCase& c, const RapidDsc& dsc) {
  const UnitTimes times(c.work, c.system, c.precision);
  const LoopNest nest = lower(c.work, c.system, c.precision, dsc);
  const TileGrid grid(c.work, times, dsc, nest);
  std::vector<int64_t> bytes(c.work.operands.size());
  for (size_t m = 0; m < nest.external.size(); ++m)
    bytes[static_cast<size_t>(nest.external[m].operand)] = grid.total_bytes(m);
  for (const Motion& m : nest.inner)
    if (m.outer == Place::External)
      bytes[static_cast<size_t>(m.operand)] = traffic(c.work, c.system, c.precision, dsc).past_lx;
  return bytes;
}

bool is_window(const AccessAxis& axis) { return axis.terms.size() > 1; }

// Whether the layer reaches all that lies between its first and last index, in equal steps.
bool dense(const AccessAxis& axis, const Extents& extent) {
  int64_t step = 0;
  for (const AccessTerm& term : axis.terms)
    if (extent[term.dim] > 1) step = std::gcd(step, term.coefficient);
  const std::set<int64_t> indices = reached_indices(axis, extent);
  for (auto at = indices.begin(); at != indices.end() && std::next(at) != indices.end(); ++at)
    if (*std::next(at) - *at != step) return false;
  return true;
}

// A core's whole share as one tile, dims of windows undivided.
RapidDsc share_at_once(const LayerCase& c) {
  Choice choice;
  DimSet windows = 0;
  for (const Operand& o : c.work.operands)
    for (const AccessAxis& axis : o.axes)
      for (const AccessTerm& term : axis.terms)
        if (is_window(axis)) windows |= bit(term.dim);
  int64_t cores = c.system.chip.cores;
  for (Dim d : kDims) {
    if (contains(c.work.reduction, d) || contains(windows, d)) continue;
    choice.parts[d] = c.rng.between(1, std::min(cores, c.work.extent[d]));
    cores /= choice.parts[d];
  }
  choice.share = c.rng.coin() ? ShareRule::Balanced : ShareRule::Greedy;
  choice.b = Extents::filled(1);
  if (c.system.array.l0_bytes == 0) choice.near = {{Role::Inp, Place::Pe}, {Role::Ker, Place::Pe}};
  if (c.system.array.accumulators == 0) choice.near[Role::Out] = Place::Lrf;
  choice.outer = TransferType::BlockLoad;
  return complete(c.work, choice);
}

}  // namespace

TEST_CASE("what a layer needs crosses the external link at least once", "[laws]") {
  for_random_layers(1500, [](const LayerCase& c) {
    const std::vector<int64_t> moved = external_bytes(c, c.dsc);
    int64_t all = 0;
    for (size_t o = 0; o < c.work.operands.size(); ++o) {
      INFO(name_of(c.work.operands[o].role));
      CHECK(8 * moved[o] >= touched_elems(c.work.operands[o], c.work.extent) * c.precision.bits);
      all += moved[o];
    }
    CHECK(link_bytes(c.work, c.system, c.precision, c.dsc).at("external") == all);
  });
}

TEST_CASE("it crosses once where each core's share is one tile", "[laws]") {
  int equal = 0;
  for_random_layers(1500, [&equal](const LayerCase& c) {
    const RapidDsc dsc = share_at_once(c);
    if (const auto broken = first_rejection(c.work, c.system, c.precision, dsc)) {
      CHECK(broken->code >= RejectionCode::LxCapacity);
      return;
    }
    if (c.system.chip.external_granule_bytes != 1 || c.precision.bits % 8 != 0) return;
    const std::vector<int64_t> moved = external_bytes(c, dsc);
    for (size_t o = 0; o < c.work.operands.size(); ++o) {
      const Operand& operand = c.work.operands[o];
      bool holes = false;
      for (const AccessAxis& axis : operand.axes) holes |= !dense(axis, c.work.extent);
      if (holes) continue;
      INFO(name_of(operand.role) << " of\n" << print_rapid_dsc(dsc));
      CHECK(8 * moved[o] == touched_elems(operand, c.work.extent) * c.precision.bits);
      ++equal;
    }
  });
  CHECK((equal > 1500 || std::getenv("LAWS_SEED") != nullptr));
}
