#include "dse/audit/certificate.h"

#include <charconv>

#include <fmt/format.h>

#include "compiler/arch/system_yaml.h"
#include "compiler/mapping/rapid_dsc_tree.h"
#include "compiler/mapping/work_yaml.h"
#include "compiler/support/check.h"
#include "compiler/support/hash.h"
#include "dse/audit/layer.h"

namespace tilewright::audit {

namespace {

constexpr std::string_view kActs = "sxomtebfpn";
constexpr std::string_view kDigest = "digest: ";
constexpr size_t kMostNames = 100'000, kMostDivisions = 1'000'000;
constexpr IntegerRange kCycles{0, std::numeric_limits<int64_t>::max()};

bool states_a_number(Act act) {
  return act != Act::Families && act != Act::Loops && act != Act::Nest;
}

YamlNode layer_node(const LayerCertificate& layer) {
  std::vector<YamlNode> names, proofs;
  for (const std::string& name : layer.names) names.push_back(yaml_string(name));
  for (const Proof& proof : layer.proofs) proofs.push_back(yaml_string(print(proof)));
  return yaml_map({{"layers", yaml_list(std::move(names))},
                   {"work", to_yaml(layer.work)},
                   {"mapping", to_yaml(layer.best)},
                   {"cycles", yaml_integer(layer.cycles)},
                   {"bound", yaml_integer(layer.bound)},
                   {"proofs", yaml_list(std::move(proofs))}});
}

LayerCertificate read_layer(YamlReader& reader, const YamlNode& node) {
  LayerCertificate layer;
  YamlFields fields(reader, node, "an element of 'layers'");
  fields.list("layers", kMostNames, [&](const YamlNode& item) {
    std::string name;
    if (reader.string(item, "a layer's name", name)) layer.names.push_back(std::move(name));
  });
  if (const YamlNode* work = fields.find("work")) layer.work = read_work(reader, *work);
  if (const YamlNode* mapping = fields.find("mapping"))
    layer.best = read_rapid_dsc(reader, *mapping);
  fields.integer("cycles", layer.cycles, kCycles);
  fields.integer("bound", layer.bound, kCycles);
  fields.list("proofs", kMostDivisions, [&](const YamlNode& item) {
    Proof proof;
    if (!parse_proof(item.text, proof)) reader.report(item, "is no proof");
    layer.proofs.push_back(std::move(proof));
  });
  fields.finish();
  return layer;
}

}  // namespace

std::string print(const Proof& proof) {
  std::string text;
  for (const Step& step : proof) {
    if (!text.empty()) text += ' ';
    text += static_cast<char>(step.act);
    if (states_a_number(step.act)) text += fmt::format("{}", step.value);
  }
  return text;
}

bool parse_proof(std::string_view text, Proof& proof) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (kActs.find(*at) == std::string_view::npos) return false;
    Step step{static_cast<Act>(*at++), 0};
    if (states_a_number(step.act)) {
      const auto [next, error] = std::from_chars(at, end, step.value);
      if (error != std::errc{} || *at == '-' || (*at == '0' && next - at > 1)) return false;
      at = next;
    }
    proof.push_back(step);
    if (at == end) break;
    if (*at++ != ' ' || at == end) return false;
  }
  return true;
}

std::string print(const Certificate& certificate) {
  const Result<YamlNode> system = parse_yaml(print_system(certificate.system), "system");
  TW_CHECK(system.has_value(), "a system's text is not YAML");
  std::vector<YamlNode> layers;
  for (const LayerCertificate& layer : certificate.layers) layers.push_back(layer_node(layer));
  const std::string text = print_yaml(yaml_map({{"certificate", yaml_integer(1)},
                                                {"precision", yaml_string(certificate.precision)},
                                                {"system", *system},
                                                {"layers", yaml_list(std::move(layers))}}));
  return fmt::format("{}{}{}\n", text, kDigest, content_hash(text));
}

Result<Certificate> parse_certificate(std::string_view text, const std::string& where) {
  const Result<YamlNode> root = parse_yaml(text, where, kMostCertificateBytes);
  if (!root) return fail(root.error());
  YamlReader reader(where);
  YamlFields fields(reader, *root, "the certificate");
  Certificate certificate;
  int64_t version = 0;
  fields.integer("certificate", version, {1, 1});
  fields.string("precision", certificate.precision);
  if (const YamlNode* system = fields.find("system")) {
    Result<System> parsed = parse_system(print_yaml(*system), where + ": system");
    if (!parsed) return fail(parsed.error());
    certificate.system = std::move(*parsed);
    if (!certificate.system.precisions.contains(certificate.precision))
      reader.report(*root, fmt::format("the system has no precision '{}'", certificate.precision));
  }
  fields.list("layers", kMostPlannedLayers, [&](const YamlNode& item) {
    certificate.layers.push_back(read_layer(reader, item));
  });
  std::string digest;
  if (fields.string("digest", digest)) {
    const size_t line = text.rfind(kDigest);
    certificate.altered = digest != content_hash(text.substr(0, line));
  }
  fields.finish();
  if (!reader.clean()) return fail(reader.findings());
  return certificate;
}

}  // namespace tilewright::audit
