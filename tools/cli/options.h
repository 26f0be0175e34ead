// What each command is asked to do: plain values that the parser fills in. Texts such as "NAME=8"
// stay as the user wrote them; tools/driver reads them and reports what is wrong with them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tilewright {

struct ModelOptions {
  std::string model;                    // a file
  std::vector<std::string> shapes;      // --shape NAME=1x3x224x224
  std::vector<std::string> dims;        // --dim NAME=8
  std::vector<std::string> binds;       // --bind NAME=FILE
  std::vector<std::string> dump_after;  // --dump-after STAGE
};

struct TargetOptions {
  std::string system;     // a name that ships, or a file
  std::string precision;  // "": the system's default
};

struct SearchFlags {
  int64_t jobs = 0;  // threads; 0: one per processor
  std::string objective = "latency";
  int64_t minibatch = 0;        // 0: not given
  int64_t max_evaluations = 0;  // 0: not given
  double time_budget = 0;       // seconds; 0: not given
  bool training = false;
  std::string search = "optimal";           // or "greedy", "exhaustive"
  std::string space;                        // "": the largest that the objective has a search for
  std::vector<std::string> disabled_rules;  // by name
  std::string constraints;                  // compile, map: a file, "" for none
  std::string seed_mapping;                 // the same
  int64_t top = 1;                          // map: so many mappings of each layer
  std::string timing_model = "waveform";    // map, evaluate: or "max-of-levels"
  std::string certificate;                  // compile, map: a file to write
  std::vector<std::string> pareto;          // map: criteria of a front, by name
};

struct ReportOptions {
  std::string json;     // a file, "-" for stdout, "" for none
  bool timing = false;  // say how long the tool took
};

// compile, map, evaluate, compare, explain: each reads the members that it has options for.
struct MapOptions {
  ModelOptions model;
  TargetOptions target;
  SearchFlags search;
  ReportOptions report;
  std::string out;                     // compile: the folder
  std::string mapping;                 // evaluate, explain: a file
  int64_t rank = 1;                    // evaluate: which of several mappings
  std::string layer;                   // explain: one layer; "": all
  std::vector<std::string> baselines;  // compare: names or files
};

struct RunOptions {
  std::string program;              // a folder or a file
  std::vector<std::string> inputs;  // NAME=FILE or FILE
  std::string output;               // a folder
  bool random = false;
  uint64_t seed = 0;
  bool timing_only = false, numbers_only = false;
  int64_t jobs = 0;
  ReportOptions report;
};

struct VerifyOptions {
  ModelOptions model;
  std::string program;  // the folder that compile wrote
  std::vector<std::string> inputs, expected;
  uint64_t seed = 0;
  double tolerance = -1;  // < 0: the precision's
  int64_t jobs = 0;
  ReportOptions report;
};

struct AuditOptions {
  std::string certificate;  // a file
  int64_t jobs = 0;
  ReportOptions report;
};

struct InspectOptions {
  ModelOptions model;
  int64_t bytes_per_element = 2;  // for operations per byte
  ReportOptions report;
};

struct TextOptions {  // asm, disasm
  std::string in, out;
  bool constants = true;
};

struct NetworkFileOptions {  // model
  std::string name, out;
  int64_t batch = 1;
  int64_t sequence = 0;  // 0: the network's own
  uint64_t seed = 0;
  bool shapes_only = false;
};

struct ListOptions {  // systems, models, baselines
  std::string show;   // systems: print this one's YAML
  ReportOptions report;
};

}  // namespace tilewright
