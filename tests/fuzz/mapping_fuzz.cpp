// Plans, mapping files and single mappings: what is read prints to a text that reads back equal;
// each mapping is judged for a layer of every kind, and what is legal is priced, emitted, and
// takes as long on the simulator as the model says.
#include "backend/emit/emit.h"
#include "backend/isa/verify.h"
#include "backend/sim/simulate.h"
#include "compiler/mapping/rapid_dsc_yaml.h"
#include "compiler/mapping/rejection.h"
#include "compiler/support/check.h"
#include "costmodel/price.h"
#include "tests/fuzz/layers.h"

using namespace tilewright;

namespace {

void try_mapping(const fuzz::Layer& layer, const RapidDsc& dsc) {
  const PrecisionInfo& precision = layer.system.precisions.at("fp16");
  const auto all = rejections(layer.work, layer.system, precision, dsc);
  const auto first = first_rejection(layer.work, layer.system, precision, dsc);
  TW_CHECK(first.has_value() != all.empty(), "{} rejections", all.size());
  for (const Rejection& rejection : all) TW_CHECK(!to_string(rejection).empty(), "no text");
  if (first) return;
  const Price priced = price(layer.work, layer.system, precision, dsc);
  TW_CHECK(!print(lower(layer.work, layer.system, precision, dsc)).empty(), "no text");
  const auto program = emit(layer.graph, layer.system, "fp16",
                            Plan{"net", "small", "fp16", {{layer.work.name, dsc, 0, {}}}});
  TW_CHECK(program, "{}", to_string(program.error()));
  TW_CHECK(verify(*program).empty(), "{}", to_string(verify(*program)));
  const auto ran = simulate(*program, {}, {.mode = SimMode::TimingOnly});
  TW_CHECK(ran, "{}", to_string(ran.error()));
  TW_CHECK(ran->cycles == priced.cost.cycles, "{}\nmodel {}, simulator {}", print_rapid_dsc(dsc),
           priced.cost.cycles, ran->cycles);
  TW_CHECK(ran->cycles >= lower_bound_cycles(layer.work, layer.system, precision), "{} cycles",
           ran->cycles);
  TW_CHECK(ran->layers[0].link_bytes == link_bytes(layer.work, layer.system, precision, dsc),
           "bytes differ\n{}", print_rapid_dsc(dsc));
}

void try_mappings(const std::vector<NamedMapping>& mappings) {
  for (const NamedMapping& mapping : mappings)
    for (const fuzz::Layer& layer : fuzz::layers())
      if (mapping.layer == layer.work.name) try_mapping(layer, mapping.dsc);
}

template <class T, class Parse, class Print>
void try_round_trip(const T& read, Parse parse, Print print_text) {
  const std::string text = print_text(read);
  const auto again = parse(text, "printed");
  TW_CHECK(again, "{}{}", to_string(again.error()), text);
  TW_CHECK(*again == read, "reads back differently:\n{}", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto plan = parse_plan(text, "f")) try_round_trip(*plan, parse_plan, print_plan);
  if (const auto mappings = parse_mappings(text, "f")) {
    try_round_trip(*mappings, parse_mappings, print_mappings);
    try_mappings(*mappings);
  }
  if (const auto dsc = parse_rapid_dsc(text, "f")) {
    try_round_trip(*dsc, parse_rapid_dsc, print_rapid_dsc);
    for (const fuzz::Layer& layer : fuzz::layers()) try_mapping(layer, *dsc);
  }
  return 0;
}
