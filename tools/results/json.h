// The document that --json writes: schema tilewright/result/v1, documented in tools/README.md.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tools/driver/job.h"
#include "tools/driver/mapped_network.h"

namespace tilewright {

using Json = nlohmann::ordered_json;

inline constexpr std::string_view kResultSchema = "tilewright/result/v1";

// schema, tool, model, system, objective and inputs: what every document begins with.
Json result_header(const std::string& command, const LoadedModel& model, const Target& target,
                   const std::string& objective = "latency");
// schema and tool alone.
Json bare_header(const std::string& command);

// The files that a job was given beside the model.
void add_inputs(Json& document, const Job& job);

// Adds totals and layers.
void add_network(Json& document, const Target& target, const MappedNetwork& network,
                 const ReportOptions& report);

Json breakdown_json(const Cost& cost);
// Picojoules by part; null where the system states no energy.
Json energy_breakdown_json(const Target& target, const Energy& energy);
// The same in all.
Json energy_json(const Target& target, int64_t femtojoules);
Json totals_json(const Target& target, const MappedNetwork& network);
// The YAML form of a mapping, as JSON.
Json rapid_dsc_json(const RapidDsc& dsc);
Json link_bytes_json(const std::map<std::string, int64_t>& bytes);

// Indented, "\n" at the end; bytes that are no UTF-8 are replaced.
std::string print(const Json& document);

}  // namespace tilewright
