#include "compiler/arch/system_yaml.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compiler/support/near_miss.h"
#include "compiler/support/yaml.h"
#include "compiler/support/yaml_reader.h"

namespace tilewright {

namespace {

// Upper limits far beyond any machine, so that products of them stay within 64 bits.
constexpr int64_t kMostChips = 65536;
constexpr int64_t kMostCores = 4096;
constexpr int64_t kMostCorelets = 256;
constexpr int64_t kMostAlongAxis = 4096;
constexpr int64_t kMostBytes = int64_t{1} << 50;
constexpr int64_t kMostCycles = int64_t{1} << 20;
constexpr int64_t kMostGranule = int64_t{1} << 20;
constexpr int64_t kMostClockHz = 1'000'000'000'000;
constexpr int64_t kMostFraction = int64_t{1} << 40;    // of a bandwidth
constexpr int64_t kMostEfficiency = int64_t{1} << 20;  // numerator, denominator
constexpr int64_t kSlowest = 1024;   // a bandwidth is at least 1/1024 byte per cycle
constexpr int64_t kMostBits = 128;   // of an element
constexpr int64_t kMostRate = 1024;  // of mac_cycles, and of its inverse
constexpr int64_t kMostAccumulators = int64_t{1} << 30;
constexpr int64_t kMostMacs = int64_t{1} << 40;  // at once, of all chips
constexpr int64_t kMostEnergy = 1'000'000'000;   // numerator, denominator, in picojoules
constexpr size_t kMostName = 64;
constexpr size_t kMostPrecisions = 64;

const std::vector<std::string>& dim_names() {
  static const std::vector<std::string> names = {"mb", "grp", "out", "in", "i", "j", "ki", "kj"};
  return names;
}

using Need = YamlFields::Need;

class SystemReader {
 public:
  explicit SystemReader(const std::string& where) : reader_(where) {}

  Result<System> read(const YamlNode& root) {
    YamlFields fields(reader_, root, "the system");
    if (const YamlNode* name = fields.find("name")) read_name(*name);
    fields.integer("clock_hz", system_.clock_hz, {1, kMostClockHz});
    if (const YamlNode* node = fields.find("torus", Need::Optional)) read_torus(*node);
    if (const YamlNode* node = fields.find("chip")) read_chip(*node);
    if (const YamlNode* node = fields.find("core")) read_core(*node);
    if (const YamlNode* node = fields.find("array")) read_array(*node);
    if (const YamlNode* node = fields.find("pe")) read_pe(*node);
    if (const YamlNode* node = fields.find("precisions")) read_precisions(*node);
    if (const YamlNode* node = fields.find("default_precision")) read_default_precision(*node);
    if (const YamlNode* node = fields.find("energy", Need::Optional)) read_energy(*node);
    fields.finish();
    check_macs(root);
    if (!reader_.clean()) return fail(reader_.findings());
    return system_;
  }

 private:
  void read_name(const YamlNode& node) {
    if (!reader_.string(node, "'name'", system_.name)) return;
    if (system_.name.empty() || system_.name.size() > kMostName) {
      reader_.report(node, fmt::format("'name' must have 1..{} bytes; it has {}", kMostName,
                                       system_.name.size()));
    }
  }

  // Picojoules with at most three decimal places.
  void read_picojoules(YamlFields& fields, std::string_view key, int64_t& femtojoules) {
    Rational value;
    const YamlNode* node = fields.find(key, Need::Optional);
    if (node == nullptr || !reader_.rational(*node, fmt::format("'{}'", key), value, kMostEnergy))
      return;
    if (1000 % value.den != 0) {
      reader_.report(*node, fmt::format("'{}' must be a multiple of 0.001 picojoules; it is {}",
                                        key, node->text));
      return;
    }
    femtojoules = value.num * (1000 / value.den);
  }

  void read_energy(const YamlNode& node) {
    EnergyTable& energy = system_.energy;
    YamlFields fields(reader_, node, "energy");
    read_picojoules(fields, "lrf_pj_per_byte", energy.lrf);
    read_picojoules(fields, "l0_pj_per_byte", energy.l0);
    read_picojoules(fields, "accumulator_pj_per_byte", energy.accumulator);
    read_picojoules(fields, "lx_pj_per_byte", energy.lx);
    read_picojoules(fields, "external_pj_per_byte", energy.external);
    read_picojoules(fields, "ring_pj_per_byte", energy.ring);
    read_picojoules(fields, "sfu_pj_per_function", energy.sfu);
    read_picojoules(fields, "leakage_pj_per_cycle", energy.leakage);
    fields.finish();
  }

  void check_macs(const YamlNode& root) {
    if (!reader_.clean()) return;
    int64_t macs = 1;
    for (const int64_t n :
         {system_.torus.x, system_.torus.y, system_.chip.cores, system_.core.corelets,
          system_.array.rows, system_.array.columns, system_.array.lanes}) {
      if (macs > kMostMacs / n) {
        reader_.report(root, fmt::format("all chips together must do at most {} "
                                         "multiply-accumulates at once; they do more",
                                         kMostMacs));
        return;
      }
      macs *= n;
    }
  }

  void read_bandwidth(YamlFields& fields, Rational& value) {
    const YamlNode* node = fields.find("bytes_per_cycle");
    if (node == nullptr) return;
    if (!reader_.rational(*node, "'bytes_per_cycle'", value, kMostFraction)) return;
    if (value.num * kSlowest < value.den) {
      reader_.report(*node, fmt::format("'bytes_per_cycle' must be at least 1/{}; it is {}",
                                        kSlowest, node->text));
    }
  }

  void read_link(const YamlNode* node, const std::string& what, Link& link) {
    if (node == nullptr) return;
    YamlFields fields(reader_, *node, what);
    read_bandwidth(fields, link.bytes_per_cycle);
    fields.integer("latency_cycles", link.latency_cycles, {0, kMostCycles});
    fields.finish();
  }

  void read_torus(const YamlNode& node) {
    TorusTier& torus = system_.torus;
    YamlFields fields(reader_, node, "torus");
    fields.integer("x", torus.x, {1, kMostChips});
    fields.integer("y", torus.y, {1, kMostChips});
    if (torus.x * torus.y > kMostChips) {
      reader_.report(node, fmt::format("torus must have at most {} chips; it has {} x {} = {}",
                                       kMostChips, torus.x, torus.y, torus.x * torus.y));
    }
    const auto need = [](int64_t chips) { return chips > 1 ? Need::Required : Need::Optional; };
    read_link(fields.find("x_link", need(torus.x)), "x_link", torus.x_link);
    read_link(fields.find("y_link", need(torus.y)), "y_link", torus.y_link);
    fields.finish();
  }

  void read_external(const YamlNode& node) {
    ChipTier& chip = system_.chip;
    YamlFields fields(reader_, node, "external");
    fields.integer("bytes", chip.external_bytes, {1, kMostBytes});
    read_bandwidth(fields, chip.external.bytes_per_cycle);
    if (const YamlNode* share = fields.find("efficiency", Need::Optional)) {
      Rational& e = chip.external_efficiency;
      if (reader_.rational(*share, "'efficiency'", e, kMostEfficiency) &&
          (e.num > e.den || e.num * kSlowest < e.den)) {
        reader_.report(*share, fmt::format("'efficiency' must lie in 1/{}..1; it is {}", kSlowest,
                                           share->text));
      }
    }
    fields.integer("latency_cycles", chip.external.latency_cycles, {0, kMostCycles});
    fields.integer("granule_bytes", chip.external_granule_bytes, {1, kMostGranule}, Need::Optional);
    fields.integer("turnaround_cycles", chip.turnaround_cycles, {0, kMostCycles}, Need::Optional);
    fields.finish();
  }

  void read_stops(YamlFields& fields) {
    std::vector<int64_t>& stops = system_.chip.memory_stops;
    const IntegerRange cores{0, system_.chip.cores - 1};
    const auto read = [&](const YamlNode& item) {
      int64_t stop = 0;
      if (!reader_.integer(item, "an element of 'memory_stops'", stop, cores)) return;
      if (!stops.empty() && stop <= stops.back()) {
        reader_.report(
            item, fmt::format("'memory_stops' must ascend; {} follows {}", stop, stops.back()));
        return;
      }
      stops.push_back(stop);
    };
    fields.list("memory_stops", static_cast<size_t>(kMostCores), read, Need::Optional);
  }

  void read_chip(const YamlNode& node) {
    ChipTier& chip = system_.chip;
    YamlFields fields(reader_, node, "chip");
    fields.integer("cores", chip.cores, {1, kMostCores}, Need::Optional);
    read_link(fields.find("ring", chip.cores > 1 ? Need::Required : Need::Optional), "ring",
              chip.ring);
    read_stops(fields);
    if (const YamlNode* external = fields.find("external")) read_external(*external);
    fields.integer("layer_cycles", chip.layer_cycles, {0, kMostCycles});
    fields.finish();
  }

  void read_sfu(const YamlNode& node) {
    Sfu& sfu = system_.core.sfu;
    YamlFields fields(reader_, node, "sfu");
    fields.integer("lanes", sfu.lanes, {1, kMostAlongAxis});
    fields.integer("simple_cycles", sfu.simple_cycles, {1, kMostCycles});
    fields.integer("special_cycles", sfu.special_cycles, {1, kMostCycles});
    fields.integer("latency_cycles", sfu.latency_cycles, {0, kMostCycles});
    fields.finish();
  }

  void read_core(const YamlNode& node) {
    CoreTier& core = system_.core;
    YamlFields fields(reader_, node, "core");
    fields.integer("corelets", core.corelets, {1, kMostCorelets}, Need::Optional);
    read_dims(fields, "corelet_dims", system_.array.corelet_dims,
              core.corelets > 1 ? Need::Required : Need::Optional);
    fields.integer("lx_bytes", core.lx_bytes, {1, kMostBytes});
    read_link(fields.find("array_in"), "array_in", core.array_in);
    read_link(fields.find("array_out"), "array_out", core.array_out);
    if (const YamlNode* sfu = fields.find("sfu")) read_sfu(*sfu);
    fields.integer("semaphore_cycles", core.semaphore_cycles, {0, kMostCycles});
    fields.finish();
  }

  void read_array(const YamlNode& node) {
    ArrayTier& array = system_.array;
    YamlFields fields(reader_, node, "array");
    fields.integer("rows", array.rows, {1, kMostAlongAxis});
    read_dims(fields, "row_dims", array.row_dims, Need::Required);
    fields.integer("columns", array.columns, {1, kMostAlongAxis});
    read_dims(fields, "column_dims", array.column_dims, Need::Required);
    fields.integer("l0_bytes", array.l0_bytes, {0, kMostBytes}, Need::Optional);
    fields.integer("fill_cycles", array.fill_cycles, {0, kMostCycles});
    fields.finish();
  }

  void read_pe(const YamlNode& node) {
    ArrayTier& array = system_.array;
    YamlFields fields(reader_, node, "pe");
    fields.integer("lanes", array.lanes, {1, kMostAlongAxis});
    read_dims(fields, "lane_dims", array.lane_dims, Need::Required);
    fields.integer("lrf_bytes", array.lrf_bytes, {0, kMostBytes});
    fields.integer("lrf_load_cycles", array.lrf_load_cycles, {0, kMostCycles}, Need::Optional);
    fields.boolean("sums_in_lrf", array.sums_in_lrf, Need::Optional);
    fields.integer("accumulators", array.accumulators, {0, kMostAccumulators},
                   array.sums_in_lrf ? Need::Optional : Need::Required);
    if (reader_.clean() && array.accumulators == 0 && !array.sums_in_lrf) {
      reader_.report(node, "partial sums have no place: 'accumulators' is 0",
                     "accumulators at the columns, or sums_in_lrf: true");
    }
    fields.finish();
  }

  void read_dims(YamlFields& fields, const std::string& key, std::vector<std::string>& dims,
                 Need need) {
    const auto read = [&](const YamlNode& item) {
      std::string name;
      if (!reader_.string(item, fmt::format("an element of '{}'", key), name)) return;
      const auto& known = dim_names();
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        reader_.report(item, fmt::format("'{}' names no dim: {}", key, yaml_quote(name, kMostName)),
                       near_miss_hint(name, known));
      } else if (std::find(dims.begin(), dims.end(), name) != dims.end()) {
        reader_.report(item, fmt::format("'{}' names '{}' twice", key, name));
      } else {
        dims.push_back(name);
      }
    };
    fields.list(key, 64, read, need);
  }

  void read_precisions(const YamlNode& node) {
    YamlFields fields(reader_, node, "precisions");
    if (!fields.is_map()) return;
    if (node.keys.empty() || node.keys.size() > kMostPrecisions) {
      reader_.report(node, fmt::format("precisions must list 1..{}; it lists {}", kMostPrecisions,
                                       node.keys.size()));
      return;
    }
    for (const YamlNode& key : node.keys) {
      const YamlNode* entry = fields.find(key.text);
      if (!is_precision_name(key.text)) {
        reader_.report(key, fmt::format("a precision's name must be 1..{} of a-z 0-9 _ -; it is {}",
                                        kMostName, yaml_quote(key.text, kMostName)));
        continue;
      }
      PrecisionInfo& info = system_.precisions[key.text];
      YamlFields numbers(reader_, *entry, fmt::format("precision '{}'", key.text));
      read_bits(numbers, info.bits);
      read_rate(numbers, info.mac_cycles);
      read_picojoules(numbers, "mac_pj", info.mac_energy);
      numbers.finish();
    }
  }

  // Bytes as an exact fraction, of whole bits.
  void read_bits(YamlFields& fields, int64_t& bits) {
    Rational bytes;
    const YamlNode* node = fields.find("bytes");
    if (node == nullptr || !reader_.rational(*node, "'bytes'", bytes, kMostBits)) return;
    if (8 % bytes.den != 0 || bytes.num < 1 || bytes.num * (8 / bytes.den) > kMostBits) {
      reader_.report(*node, fmt::format("'bytes' must be whole bits in 1/8..{}; it is {}",
                                        kMostBits / 8, node->text));
      return;
    }
    bits = bytes.num * (8 / bytes.den);
  }

  void read_rate(YamlFields& fields, Rational& cycles) {
    const YamlNode* node = fields.find("mac_cycles");
    if (node == nullptr || !reader_.rational(*node, "'mac_cycles'", cycles, kMostEfficiency))
      return;
    if (cycles.num > cycles.den * kMostRate || cycles.num * kMostRate < cycles.den)
      reader_.report(*node, fmt::format("'mac_cycles' must lie in 1/{}..{}; it is {}", kMostRate,
                                        kMostRate, node->text));
  }

  static bool is_precision_name(const std::string& name) {
    return !name.empty() && name.size() <= kMostName &&
           std::all_of(name.begin(), name.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
           });
  }

  void read_default_precision(const YamlNode& node) {
    std::string& name = system_.default_precision;
    if (!reader_.string(node, "'default_precision'", name)) return;
    if (system_.precisions.count(name) != 0) return;
    std::vector<std::string> known;
    for (const auto& [key, info] : system_.precisions) known.push_back(key);
    reader_.report(node,
                   fmt::format("'default_precision' names none of precisions: {}",
                               yaml_quote(name, kMostName)),
                   near_miss_hint(name, known));
  }

  YamlReader reader_;
  System system_;
};

}  // namespace

Result<System> parse_system(std::string_view yaml, const std::string& where) {
  const Result<YamlNode> root = parse_yaml(yaml, where);
  if (!root) return fail(root.error());
  return SystemReader(where).read(*root);
}

}  // namespace tilewright
