// Random RapidDscs for the round-trip laws; seldom legal, always printable.
#pragma once

#include <random>

#include "compiler/mapping/rapid_dsc.h"

namespace tilewright {

inline RapidDsc random_rapid_dsc(std::mt19937& rng) {
  const auto below = [&](unsigned most) { return static_cast<int>(rng() % most); };
  const auto dim = [&] { return kDims[static_cast<size_t>(below(kDimCount))]; };
  const auto extents = [&](unsigned most) {
    Extents e = Extents::filled(1);
    for (Dim d : kDims)
      if (below(2) == 0) e[d] = 1 + below(most);
    return e;
  };
  const auto axis = [&] {
    std::vector<Unroll> all;
    for (int k = below(3); k > 0; --k) all.push_back({dim(), 1 + below(64)});
    return all;
  };
  const auto loop = [&] { return LoopRef{static_cast<Stage>(below(2)), dim()}; };
  const auto place = [&] { return static_cast<Place>(below(5)); };

  RapidDsc dsc;
  dsc.n = extents(100'000);
  if (below(2) == 0) dsc.chip_d = {extents(4), extents(16)};
  if (below(4) > 0) dsc.core_d = {extents(8), static_cast<ShareRule>(below(2)), {}};
  for (int k = below(4); k > 0; --k) dsc.core_d.ring_order.push_back(dim());
  dsc.t = extents(1000);
  dsc.b = below(3) == 0 ? dsc.t : extents(100);
  if (below(3) > 0) dsc.p = {axis(), axis(), axis(), axis()};
  for (int k = below(7); k > 0; --k) dsc.loop_order.push_back(loop());
  for (int k = below(5); k > 0; --k) {
    DataStructure data{static_cast<Role>(below(11)), "row-major", Place::External, {}};
    if (below(4) == 0) data.layout = "blocked: 8 x \"out\"";
    if (below(4) == 0) data.home = place();
    for (int t = below(4); t > 0; --t) {
      DataTransfer hop{place(), place(), static_cast<TransferType>(below(3)), std::nullopt};
      if (below(2) == 0) hop.loop = loop();
      hop.slide = below(4) == 0;
      data.transfers.push_back(hop);
    }
    dsc.data_structures.push_back(std::move(data));
  }
  static constexpr std::string_view kMembers[] = {
      "Conv", "bias", "relu(%0)", "", "$0 = add(%0, 1); $1 = mul($0, $0)", "true\n"};
  for (int k = below(4); k > 0; --k)
    dsc.comp_primitives.emplace_back(kMembers[static_cast<size_t>(below(std::size(kMembers)))]);
  return dsc;
}

}  // namespace tilewright
