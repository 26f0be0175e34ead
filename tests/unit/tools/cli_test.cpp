// Commands end to end, in the process: exit statuses, documents, and that files appear together.
#include "tools/cli/cli.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tools/cli/completion.h"

namespace tilewright {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

using Folder = test::TemporaryFolder;

int call(const std::vector<std::string>& words) {
  std::vector<const char*> argv = {"tilewright"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  return run_command_line(static_cast<int>(argv.size()), argv.data());
}

std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string model_in(const Folder& folder) {
  const std::string model = folder / "m.onnx";
  REQUIRE(call({"model", "mnist", "-o", model}) == 0);
  return model;
}

int64_t sum(const Json& breakdown) {
  int64_t total = 0;
  for (const auto& [name, cycles] : breakdown.items()) total += cycles.get<int64_t>();
  return total;
}

TEST_CASE("cli: usage errors end with 2, what is not in this version with 3") {
  CHECK(call({}) == 2);
  CHECK(call({"frobnicate"}) == 2);
  CHECK(call({"map", "x.onnx"}) == 2);  // no --system
  CHECK(call({"sweep", "x", "--y"}) == 3);
  CHECK(call({"sweep", "x"}) == 3);
  CHECK(call({"report", "x", "-o", "y"}) == 3);
  CHECK(call({"--help"}) == 0);
  CHECK(call({"compile", "--help"}) == 0);
  const Folder folder;
  const std::string model = model_in(folder);
  const std::vector<std::string> map = {"map", model, "--system", "rapid-core"};
  const auto with = [&](std::vector<std::string> options) {
    options.insert(options.begin(), map.begin(), map.end());
    return call(options);
  };
  CHECK(with({"--training"}) == 3);
  CHECK(with({"--minibatch", "8"}) == 3);
  CHECK(with({"--objective", "throughput"}) == 3);
  CHECK(with({"--objective", "beauty"}) == 2);
  CHECK(with({"--minibatch", "0"}) == 2);
  CHECK(with({"--time-budget", "-1"}) == 2);
}

TEST_CASE("cli: compile writes its files together, and verify passes on them") {
  const Folder folder;
  const std::string model = model_in(folder);
  const std::string out = folder / "out";
  REQUIRE(call({"compile", model, "--system", "rapid-chip", "--precision", "fp32", "-o", out}) ==
          0);
  for (const char* name : {"program.pb", "plan.yaml", "result.json"})
    CHECK(fs::exists(out + "/" + name));
  CHECK(std::distance(fs::directory_iterator(out), {}) == 3);
  const std::string json = folder / "verify.json";
  REQUIRE(call({"verify", model, "--program", out, "--json", json}) == 0);
  const Json document = Json::parse(read(json));
  CHECK(document["schema"] == "tilewright/result/v1");
  CHECK(document["pass"] == true);
  REQUIRE(document["layers"].size() > 2);
  for (const Json& layer : document["layers"]) CHECK(layer["link_bytes"]["equal"] == true);

  SECTION("a plan that promises other cycles fails") {
    std::string plan = read(out + "/plan.yaml");
    const size_t at = plan.find("cycles: ");
    REQUIRE(at != std::string::npos);
    plan.insert(at + 8, "9");
    std::ofstream(out + "/plan.yaml") << plan;
    CHECK(call({"verify", model, "--program", out}) == 1);
  }
  SECTION("no tolerance at all fails") {
    CHECK(call({"verify", model, "--program", out, "--tolerance", "0"}) == 1);
  }
  SECTION("another model's program is bad input") {
    REQUIRE(call({"model", "tiny-resnet", "-o", folder / "t.onnx"}) == 0);
    CHECK(call({"verify", folder / "t.onnx", "--program", out}) == 2);
  }
  SECTION("disasm and asm give the same program") {
    REQUIRE(call({"disasm", out, "-o", folder / "p.txt"}) == 0);
    REQUIRE(call({"asm", folder / "p.txt", "-o", folder / "p.pb"}) == 0);
    CHECK(read(folder / "p.pb") == read(out + "/program.pb"));
  }
}

TEST_CASE("cli: a failed compile leaves nothing behind") {
  const Folder folder;
  const std::string model = model_in(folder);
  const size_t before = folder.entries();
  std::ofstream(folder / "cut.onnx") << read(model).substr(0, 1000);
  CHECK(call({"compile", folder / "cut.onnx", "--system", "rapid-chip", "-o", folder / "a"}) == 2);
  CHECK(call({"compile", model, "--system", "rapid-chop", "-o", folder / "a"}) == 2);
  CHECK(call({"compile", model, "--system", "rapid-chip", "--precision", "fp7", "-o",
              folder / "a"}) == 2);
  CHECK(call({"compile", model, "--system", "rapid-chip", "-o", folder / "a", "--json",
              folder / "no/such/folder.json"}) == 2);
  CHECK(call({"compile", model, "--system", "rapid-chip", "--precision", "int4", "-o",
              folder / "a"}) == 3);
  CHECK(folder.entries() == before + 1);
}

TEST_CASE("cli: a precision that no program computes is priced, and documents say so") {
  const Folder folder;
  const std::string model = model_in(folder);
  int64_t last = INT64_MAX;
  for (const std::string precision : {"fp32", "fp16", "hfp8", "int4", "int2"}) {
    INFO(precision);
    const std::vector<std::string> target = {"--system", "rapid-chip", "--precision", precision};
    const auto with = [&](std::vector<std::string> words, const std::vector<std::string>& more) {
      words.insert(words.end(), target.begin(), target.end());
      words.insert(words.end(), more.begin(), more.end());
      return call(words);
    };
    REQUIRE(with({"map", model}, {"-o", folder / "plan.yaml", "--json", folder / "map"}) == 0);
    const Json map = Json::parse(read(folder / "map"));
    CHECK(map["priced_only"] == (precision != "fp16" && precision != "fp32"));
    CHECK(map["options"]["precision"] == precision);
    const auto cycles = map["totals"]["cycles"].get<int64_t>();
    CHECK(cycles <= last);
    last = cycles;
    REQUIRE(with({"evaluate", model, "--mapping", folder / "plan.yaml"},
                 {"--json", folder / "evaluate"}) == 0);
    CHECK(Json::parse(read(folder / "evaluate"))["totals"] == map["totals"]);
    REQUIRE(with({"compare", model}, {"--json", folder / "compare"}) == 0);
    CHECK(Json::parse(read(folder / "compare"))["priced_only"] == map["priced_only"]);
    CHECK(with({"explain", model}, {"--mapping", folder / "plan.yaml"}) == 0);
  }
}

TEST_CASE("cli: each objective says what it minimised, alike on any number of threads") {
  const Folder folder;
  const std::string model = model_in(folder);
  const auto least = [&](const std::string& objective, const std::string& system) {
    const std::vector<std::string> map = {"map",         model,     "--system", system,
                                          "--objective", objective, "--json",   folder / "a"};
    REQUIRE(call(map) == 0);
    std::vector<std::string> again = map;
    again.insert(again.end(), {"--jobs", "3"});
    again[7] = folder / "b";
    REQUIRE(call(again) == 0);
    CHECK(read(folder / "a") == read(folder / "b"));
    const Json document = Json::parse(read(folder / "a"));
    CHECK(document["objective"] == objective);
    double parts = 0;
    for (const auto& [name, pj] : document["totals"]["energy_breakdown_pj"].items())
      parts += pj.get<double>();
    CHECK(parts == Approx(document["totals"]["energy_pj"].get<double>()));
    for (const Json& layer : document["layers"]) CHECK(layer["proven_optimal"] == true);
    return document["totals"];
  };
  for (const char* system : {"rapid-chip", "eyeriss-like"}) {
    const Json latency = least("latency", system), energy = least("energy", system),
               edp = least("edp", system);
    CHECK(energy["energy_pj"] < latency["energy_pj"]);
    CHECK(latency["cycles"] < energy["cycles"]);
    CHECK(edp["cycles"] <= energy["cycles"]);
    CHECK(edp["energy_pj"] <= latency["energy_pj"]);
  }
}

TEST_CASE("cli: documents add up, and evaluate of a plan says what map said") {
  const Folder folder;
  const std::string model = model_in(folder);
  const std::string plan = folder / "plan.yaml";
  REQUIRE(call({"map", model, "--system", "rapid-chip", "-o", plan, "--json", folder / "a"}) == 0);
  REQUIRE(call({"map", model, "--system", "rapid-chip", "--jobs", "3", "--json", folder / "b"}) ==
          0);
  CHECK(read(folder / "a") == read(folder / "b"));
  const Json map = Json::parse(read(folder / "a"));
  int64_t cycles = 0;
  for (const Json& layer : map["layers"]) {
    CHECK(sum(layer["breakdown"]) == layer["cycles"]);
    CHECK(layer["lower_bound_cycles"] <= layer["cycles"]);
    cycles += layer["cycles"].get<int64_t>();
  }
  CHECK(cycles == map["totals"]["cycles"]);
  CHECK(sum(map["totals"]["breakdown"]) == cycles);
  CHECK(map["totals"]["utilization"] <= 1.0);

  // A plan and a result document are mapping files, both.
  for (const std::string& mapping : {plan, folder / "a"}) {
    REQUIRE(call({"evaluate", model, "--system", "rapid-chip", "--mapping", mapping, "--json",
                  folder / "c"}) == 0);
    const Json evaluated = Json::parse(read(folder / "c"));
    CHECK(evaluated["totals"] == map["totals"]);
  }
  REQUIRE(call({"compare", model, "--system", "rapid-chip", "--baseline", "planner-rule",
                "--baseline", plan, "--json", folder / "d"}) == 0);
  const Json compare = Json::parse(read(folder / "d"));
  REQUIRE(compare["baselines"].size() == 2);
  CHECK(compare["baselines"][0]["cycles"].get<int64_t>() >= cycles);
  CHECK(compare["baselines"][1]["cycles"] == cycles);
  CHECK(compare["baselines"][1]["speedup"] == 1.0);
}

TEST_CASE("cli: explain lists why a mapping is illegal") {
  const Folder folder;
  const std::string model = model_in(folder);
  REQUIRE(call({"map", model, "--system", "rapid-chip", "-o", folder / "plan.yaml"}) == 0);
  // What fits the chip divides over more cores than the core system has.
  CHECK(call({"explain", model, "--system", "rapid-chip", "--mapping", folder / "plan.yaml"}) == 0);
  REQUIRE(call({"explain", model, "--system", "rapid-core", "--mapping", folder / "plan.yaml",
                "--json", folder / "e"}) == 1);
  const Json document = Json::parse(read(folder / "e"));
  bool cores = false;
  for (const Json& layer : document["explanation"]) {
    if (layer["legal"] == true) continue;
    for (const Json& reason : layer["rejections"])
      cores = cores || (reason["text"].get<std::string>().find("R04") == 0 &&
                        reason["required"] > reason["available"]);
  }
  CHECK(cores);
  CHECK(call({"evaluate", model, "--system", "rapid-core", "--mapping", folder / "plan.yaml"}) ==
        2);
  CHECK(call({"explain", model, "--system", "rapid-chip", "--layer", "no-such-layer"}) == 2);
  CHECK(call({"evaluate", model, "--system", "rapid-chip", "--mapping", folder / "plan.yaml",
              "--timing-model", "max-of-levels"}) == 0);
}

TEST_CASE("cli: map may minimise what the slowest level makes of it, and evaluate agrees") {
  const Folder folder;
  const std::string model = model_in(folder);
  for (const std::string objective : {"latency", "edp"}) {
    REQUIRE(
        call({"map", model, "--system", "generic-256", "--objective", objective, "--timing-model",
              "max-of-levels", "-o", folder / "plan.yaml", "--json", folder / "m"}) == 0);
    REQUIRE(call({"evaluate", model, "--system", "generic-256", "--mapping", folder / "plan.yaml",
                  "--timing-model", "max-of-levels", "--json", folder / "e"}) == 0);
    const Json mapped = Json::parse(read(folder / "m")), priced = Json::parse(read(folder / "e"));
    CHECK(mapped["timing_model"] == "max-of-levels");
    CHECK(mapped["totals"]["cycles"] == priced["totals"]["cycles"]);
    CHECK(mapped["totals"]["energy_pj"] == priced["totals"]["energy_pj"]);
    for (const Json& layer : mapped["layers"]) CHECK(layer["proven_optimal"] == true);
  }
  CHECK(call({"map", model, "--system", "generic-256", "--search", "greedy", "--timing-model",
              "max-of-levels"}) == 3);
}

TEST_CASE("cli: a search that a limit ends says so with 4, and writes what it found") {
  const Folder folder;
  const std::string model = model_in(folder);
  REQUIRE(call({"compile", model, "--system", "rapid-chip", "--max-evals", "1", "-o",
                folder / "out"}) == 4);
  const Json document = Json::parse(read(folder / "out/result.json"));
  bool unproven = false;
  for (const Json& layer : document["layers"])
    unproven = unproven || layer["proven_optimal"] == false;
  CHECK(unproven);
  // Not worse than the rule, however early it ended.
  REQUIRE(call({"compare", model, "--system", "rapid-chip", "--json", folder / "rule"}) == 0);
  const Json rule = Json::parse(read(folder / "rule"));
  CHECK(document["totals"]["cycles"] <= rule["baselines"][0]["cycles"]);
  CHECK(call({"verify", model, "--program", folder / "out"}) == 0);
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

TEST_CASE("cli: --constraints narrows what map and compile may answer") {
  const Folder folder;
  const std::string model = model_in(folder), file = folder / "c.yaml";
  const auto map = [&](const std::string& constraints) {
    write(file, "constraints:\n" + constraints);
    return call(
        {"map", model, "--system", "rapid-core", "--constraints", file, "--json", folder / "doc"});
  };
  CHECK(map("  - parts: {out: 1}\n") == 0);  // rapid-core has one core
  Json document = Json::parse(read(folder / "doc"));
  CHECK(document["inputs"]["constraints"]["file"] == "c.yaml");
  const std::string layer = document["layers"][0]["name"];
  write(folder / "free", "constraints: []\n");
  CHECK(call({"compile", model, "--system", "rapid-core", "--constraints", folder / "free", "-o",
              folder / "out"}) == 0);
  // Another mapping is best; nothing is left; no such layer; no such key; no file.
  const std::string narrow =
      "  - {layer: " + layer + ", t: {out: 1}, b: {out: 1}, p: {rows: {only: []}}}\n";
  CHECK(map(narrow) == 0);
  CHECK(call({"map", model, "--system", "rapid-core", "--space", "balanced", "--constraints",
              file}) == 3);
  CHECK(map("  - {layer: " + layer + ", parts: {out: 2}}\n") == 2);
  CHECK(map("  - {layer: no-such-layer, slide: false}\n") == 2);
  CHECK(map("  - {tiles: {out: 1}}\n") == 2);
  CHECK(call({"map", model, "--system", "rapid-core", "--constraints", folder / "none"}) == 2);
  // The full space is searched within.
  REQUIRE(map(narrow) == 0);
  document = Json::parse(read(folder / "doc"));
  CHECK(document["layers"][0]["proven_optimal"] == true);
  CHECK(document["layers"][0]["search"]["within_constraints"] == true);
  CHECK(document["layers"][1]["search"]["within_constraints"] == false);
  CHECK(!document["layers"][0]["rapid_dsc"]["t"].contains("out"));
  CHECK(!document["layers"][0]["rapid_dsc"]["p"].contains("rows"));
}

TEST_CASE("cli: --search greedy answers at once, legal, with its gap, and 0") {
  const Folder folder;
  const std::string model = model_in(folder);
  REQUIRE(call({"map", model, "--system", "rapid-chip", "--json", folder / "best"}) == 0);
  REQUIRE(call({"compile", model, "--system", "rapid-chip", "--search", "greedy", "-o",
                folder / "out"}) == 0);
  const Json best = Json::parse(read(folder / "best"));
  const Json greedy = Json::parse(read(folder / "out/result.json"));
  REQUIRE(greedy["layers"].size() == best["layers"].size());
  for (size_t k = 0; k < greedy["layers"].size(); ++k) {
    const Json& layer = greedy["layers"][k];
    const auto cycles = layer["cycles"].get<double>();
    const auto bound = layer["lower_bound_cycles"].get<double>();
    CHECK(layer["proven_optimal"] == (cycles == bound));
    CHECK(layer["search"]["gap"].get<double>() == (cycles - bound) / cycles);
    CHECK(cycles <= 1.1 * best["layers"][k]["cycles"].get<double>());
  }
  CHECK(call({"verify", model, "--program", folder / "out"}) == 0);
  // A limit that ends it is a limit.
  CHECK(call({"map", model, "--system", "rapid-chip", "--search", "greedy", "--max-evals", "1"}) ==
        4);
  CHECK(call({"map", model, "--system", "rapid-chip", "--search", "greedy", "--max-evals",
              "1000000"}) == 0);
  CHECK(call({"map", model, "--system", "rapid-chip", "--search", "lucky"}) == 2);
}

TEST_CASE("cli: --seed-mapping is where a search starts, and nothing worse is answered") {
  const Folder folder;
  const std::string model = model_in(folder);
  REQUIRE(call({"map", model, "--system", "rapid-chip", "--json", folder / "best", "-o",
                folder / "plan.yaml"}) == 0);
  const Json best = Json::parse(read(folder / "best"));
  const auto map = [&](const std::string& seed, const std::vector<std::string>& more) {
    std::vector<std::string> words = {
        "map", model, "--system", "rapid-chip", "--seed-mapping", seed, "--json", folder / "doc"};
    words.insert(words.end(), more.begin(), more.end());
    return call(words);
  };
  for (const std::string& seed : {folder / "plan.yaml", folder / "best"}) {
    CHECK(map(seed, {"--search", "greedy"}) == 0);
    const Json document = Json::parse(read(folder / "doc"));
    CHECK(document["totals"]["cycles"] <= best["totals"]["cycles"]);
    CHECK(document["inputs"]["seed_mapping"]["file"] == fs::path(seed).filename().string());
  }
  CHECK(map(folder / "plan.yaml", {"--max-evals", "1"}) == 4);
  CHECK(Json::parse(read(folder / "doc"))["totals"]["cycles"] <= best["totals"]["cycles"]);
  // One layer's mapping as another one's; no such layer; illegal elsewhere; no file.
  const std::string first = best["layers"][0]["name"], plan = read(folder / "plan.yaml");
  std::string other = best["layers"][1]["name"], swapped = plan;
  swapped.replace(swapped.find("layer: " + first), 7 + first.size(), "layer: " + other);
  swapped.resize(swapped.find("  - layer: ", swapped.find("layer: " + other)));
  write(folder / "swapped", swapped);
  CHECK(map(folder / "swapped", {}) == 2);
  std::string unknown = swapped;
  unknown.replace(unknown.find("layer: " + other), 7 + other.size(), "layer: no-such-layer");
  write(folder / "unknown", unknown);
  CHECK(map(folder / "unknown", {}) == 2);
  CHECK(map(folder / "none", {}) == 2);
  CHECK(call({"compile", model, "--system", "rapid-core", "--seed-mapping", folder / "plan.yaml",
              "-o", folder / "out"}) == 2);
  CHECK_FALSE(fs::exists(folder / "out"));
}

TEST_CASE("cli: --certificate writes a proof, and audit checks it") {
  const Folder folder;
  const std::string model = model_in(folder), proof = folder / "proof";
  const std::vector<std::string> map = {"map",        model,           "--system",
                                        "rapid-chip", "--certificate", proof};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = map;
    words.insert(words.end(), more.begin(), more.end());
    return call(words);
  };
  for (const std::vector<std::string>& refused : {std::vector<std::string>{"--objective", "energy"},
                                                  {"--space", "balanced"},
                                                  {"--search", "greedy"},
                                                  {"--timing-model", "max-of-levels"}})
    CHECK(with(refused) == 3);
  CHECK_FALSE(fs::exists(proof));
  REQUIRE(with({"--json", folder / "doc"}) == 0);
  for (const Json& layer : Json::parse(read(folder / "doc"))["layers"])
    CHECK(layer["search"]["bound_cycles"] == layer["cycles"]);
  CHECK(call({"audit", proof, "--json", folder / "audit"}) == 0);
  const Json audit = Json::parse(read(folder / "audit"));
  CHECK(audit["holds"] == true);
  CHECK(audit["layers"].size() > 1);
  const std::string text = read(proof);
  std::string changed = text;
  const size_t at = text.rfind(" x") + 2;  // the number of a closed part
  changed[at] = text[at] == '9' ? '8' : '9';
  write(folder / "changed", changed);
  CHECK(call({"audit", folder / "changed", "--json", folder / "audit"}) == 1);
  CHECK(Json::parse(read(folder / "audit"))["holds"] == false);
  write(folder / "half", text.substr(0, text.size() / 2));
  CHECK(call({"audit", folder / "half"}) == 2);
  CHECK(call({"audit", folder / "none"}) == 2);
}

TEST_CASE("cli: --top writes several mappings of each layer, and evaluate prices each") {
  const Folder folder;
  const std::string model = model_in(folder);
  CHECK(call({"map", model, "--system", "rapid-core", "--space", "balanced", "--top", "3"}) == 3);
  REQUIRE(call({"map", model, "--system", "rapid-core", "--space", "full", "--top", "3", "-o",
                folder / "plan.yaml", "--json", folder / "doc"}) == 0);
  const Json document = Json::parse(read(folder / "doc"));
  for (int64_t rank = 1; rank <= 3; ++rank) {
    std::vector<int64_t> cycles;
    for (const Json& layer : document["layers"]) {
      const int64_t before = rank < 3 ? 0 : layer["others"][0]["cycles"].get<int64_t>();
      const Json& mapping = rank == 1 ? layer : layer["others"][static_cast<size_t>(rank - 2)];
      cycles.push_back(mapping["cycles"].get<int64_t>());
      CHECK(cycles.back() >= layer["cycles"]);
      CHECK(cycles.back() >= before);
    }
    for (const char* file : {"plan.yaml", "doc"}) {
      REQUIRE(call({"evaluate", model, "--system", "rapid-core", "--mapping", folder / file,
                    "--rank", std::to_string(rank), "--json", folder / "priced"}) == 0);
      const Json priced = Json::parse(read(folder / "priced"));
      REQUIRE(priced["layers"].size() == cycles.size());
      for (size_t k = 0; k < cycles.size(); ++k) CHECK(priced["layers"][k]["cycles"] == cycles[k]);
    }
  }
  for (const char* file : {"plan.yaml", "doc"})
    CHECK(call({"evaluate", model, "--system", "rapid-core", "--mapping", folder / file, "--rank",
                "4"}) == 2);
}

TEST_CASE("cli: --pareto answers a front for each layer") {
  const Folder folder;
  const std::string model = model_in(folder);
  const auto map = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"map", model, "--system", "rapid-chip"};
    words.insert(words.end(), more.begin(), more.end());
    return call(words);
  };
  REQUIRE(map({"--pareto", "latency,energy", "-o", folder / "plan.yaml", "--json",
               folder / "front"}) == 0);
  REQUIRE(map({"--space", "balanced", "--json", folder / "fastest"}) == 0);
  REQUIRE(map({"--objective", "energy", "--json", folder / "frugal"}) == 0);
  const Json front = Json::parse(read(folder / "front"));
  const Json fastest = Json::parse(read(folder / "fastest")),
             frugal = Json::parse(read(folder / "frugal"));
  CHECK(front["criteria"] == Json::parse(R"(["latency", "energy"])"));
  CHECK_FALSE(front.contains("layers"));
  REQUIRE(front["pareto"].size() == fastest["layers"].size());
  for (size_t k = 0; k < front["pareto"].size(); ++k) {
    const Json& layer = front["pareto"][k];
    CHECK(layer["complete"] == true);
    const Json& points = layer["points"];
    CHECK(points.front()["cycles"] == fastest["layers"][k]["cycles"]);
    CHECK(points.back()["energy_pj"] == frugal["layers"][k]["energy_pj"]);
    for (size_t n = 1; n < points.size(); ++n) {
      CHECK(points[n]["cycles"] > points[n - 1]["cycles"]);
      CHECK(points[n]["energy_pj"] < points[n - 1]["energy_pj"]);
    }
  }
  REQUIRE(call({"evaluate", model, "--system", "rapid-chip", "--mapping", folder / "plan.yaml",
                "--json", folder / "priced"}) == 0);
  const Json priced = Json::parse(read(folder / "priced"));
  for (size_t k = 0; k < front["pareto"].size(); ++k)
    CHECK(priced["layers"][k]["cycles"] == front["pareto"][k]["points"][0]["cycles"]);

  // A limit leaves it incomplete; in the full space with cycles below which it is certain.
  CHECK(map({"--pareto", "latency,scratchpad", "--max-evals", "1000", "--json",
             folder / "front"}) == 4);
  const Json cut = Json::parse(read(folder / "front"));
  for (const Json& layer : cut["pareto"])
    CHECK((layer["complete"] == true || layer["certain_below_cycles"] > 0));
  CHECK(map({"--pareto", "latency"}) == 2);
  CHECK(map({"--pareto", "latency,latency"}) == 2);
  CHECK(map({"--pareto", "latency,area"}) == 2);
  CHECK(map({"--pareto", "latency,energy", "--top", "2"}) == 2);
  CHECK(map({"--pareto", "latency,energy", "--space", "full"}) == 3);
}

TEST_CASE("cli: model --sequence sets the tokens of a network that reads tokens") {
  const Folder folder;
  REQUIRE(call({"model", "tiny-bert", "-o", folder / "eight.onnx"}) == 0);
  REQUIRE(call({"model", "tiny-bert", "--sequence", "8", "-o", folder / "same.onnx"}) == 0);
  REQUIRE(call({"model", "tiny-bert", "--sequence", "5", "-o", folder / "five.onnx"}) == 0);
  CHECK(read(folder / "eight.onnx") == read(folder / "same.onnx"));
  CHECK(read(folder / "eight.onnx") != read(folder / "five.onnx"));
  CHECK(call({"model", "mnist", "--sequence", "5", "-o", folder / "m.onnx"}) == 2);
}

TEST_CASE("cli: completion knows every command it is given") {
  const std::vector<CommandNames> commands = {{"alpha", "first", {"--one", "-o"}}};
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell, commands);
    CHECK(script.find("alpha") != std::string::npos);
    CHECK(script.find("one") != std::string::npos);
  }
}

}  // namespace
}  // namespace tilewright
