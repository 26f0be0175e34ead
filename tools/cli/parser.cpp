#include "tools/cli/parser.h"

#include <memory>

#include <CLI/CLI.hpp>

#include "dse/counters.h"
#include "tools/cli/exit_status.h"
#include "tools/cli/options.h"
#include "tools/cli/version.h"
#include "tools/commands/commands.h"
#include "tools/driver/terminal.h"

namespace tilewright {

namespace {

// A command's options live as long as the closure that runs it.
struct Grammar {
  CLI::App app{"Maps deep neural networks onto many-core spatial accelerators.", "tilewright"};
  Invocation chosen;

  template <class Options>
  CLI::App& command(const std::string& name, const std::string& summary, int (*run)(const Options&),
                    std::shared_ptr<Options>& options) {
    options = std::make_shared<Options>();
    CLI::App* sub = app.add_subcommand(name, summary);
    sub->callback([this, run, options] { chosen = [run, options] { return run(*options); }; });
    return *sub;
  }
};

void list_option(CLI::App& app, const std::string& name, std::vector<std::string>& into,
                 const std::string& help) {
  app.add_option(name, into, help)->allow_extra_args(false);
}

void model_options(CLI::App& app, ModelOptions& o) {
  app.add_option("MODEL", o.model, "ONNX file")->required();
  list_option(app, "--shape", o.shapes, "shape of a graph input: NAME=1x3x224x224");
  list_option(app, "--dim", o.dims, "extent of a named dimension: NAME=8");
  list_option(app, "--bind", o.binds, "a graph input that is constant: NAME=FILE.pb");
  list_option(app, "--dump-after", o.dump_after, "print the graph after a stage, on stderr");
}

void target_options(CLI::App& app, TargetOptions& o) {
  app.add_option("--system", o.system, "a system that ships (see 'systems'), or a YAML file")
      ->required();
  app.add_option("--precision", o.precision, "one of the system's; default: the one it names");
}

void jobs_option(CLI::App& app, int64_t& jobs) {
  app.add_option("--jobs", jobs, "threads; 0: one per processor; results do not depend on it")
      ->check(CLI::Range(0, 1024));
}

void search_options(CLI::App& app, SearchFlags& o) {
  jobs_option(app, o.jobs);
  app.add_option("--objective", o.objective, "what to minimise")
      ->check(CLI::IsMember({"latency", "throughput", "energy", "edp"}));
  app.add_option("--time-budget", o.time_budget, "seconds; then the best so far, exit status 4")
      ->check(CLI::Range(1e-3, 1e9));
  app.add_option("--max-evals", o.max_evaluations,
                 "evaluations per layer; then the best so far, exit status 4")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 60));
  app.add_option(
         "--space", o.space,
         "which mappings to choose from; else full for latency where there is an L0, or balanced")
      ->check(CLI::IsMember({"balanced", "full"}));
  app.add_option("--disable-rule", o.disabled_rules,
                 "search without this rule: slower, and the same optimum")
      ->check(CLI::IsMember(std::vector<std::string>(kRuleNames.begin(), kRuleNames.end())));
  app.add_option("--search", o.search,
                 "optimal; greedy: a good mapping at once, not proven; exhaustive: price every "
                 "mapping of the full space, no bounds")
      ->check(CLI::IsMember({"optimal", "greedy", "exhaustive"}));
  app.add_option("--minibatch", o.minibatch, "not in this version")->check(CLI::Range(1, 1 << 20));
  app.add_flag("--training", o.training, "not in this version");
}

void start_options(CLI::App& app, SearchFlags& o) {
  app.add_option("--constraints", o.constraints, "YAML file that narrows the space of mappings");
  app.add_option("--seed-mapping", o.seed_mapping,
                 "mapping file, plan or result document: start from it, answer nothing worse");
  app.add_option("--certificate", o.certificate,
                 "write the proof that nothing in the full space takes fewer cycles, for 'audit'");
}

void timing_model_option(CLI::App& app, SearchFlags& o) {
  app.add_option("--timing-model", o.timing_model,
                 "waveform, or max-of-levels: perfect overlap, as many mappers price")
      ->check(CLI::IsMember({"waveform", "max-of-levels"}));
}

void report_options(CLI::App& app, ReportOptions& o) {
  app.add_option("--json", o.json, "write the result document; '-': to stdout, not the table");
}

void timing_flag(CLI::App& app, ReportOptions& o) {
  app.add_flag("--timing", o.timing, "add how long the search took to the document");
}

CLI::App& map_command(Grammar& g, const std::string& name, const std::string& summary,
                      int (*run)(const MapOptions&), std::shared_ptr<MapOptions>& o) {
  CLI::App& app = g.command(name, summary, run, o);
  model_options(app, o->model);
  target_options(app, o->target);
  report_options(app, o->report);
  return app;
}

void add_mapping_commands(Grammar& g) {
  std::shared_ptr<MapOptions> o;
  {
    CLI::App& app =
        map_command(g, "compile", "import, search, plan, emit programs", run_compile, o);
    search_options(app, o->search);
    start_options(app, o->search);
    timing_flag(app, o->report);
    app.add_option("-o,--output", o->out, "folder for program.pb, plan.yaml, result.json")
        ->required();
  }
  {
    CLI::App& app = map_command(g, "map", "the best mapping of each layer", run_map, o);
    search_options(app, o->search);
    start_options(app, o->search);
    timing_flag(app, o->report);
    app.add_option("--top", o->search.top,
                   "so many mappings of each layer that differ in division or tile, best first; "
                   "of the full space")
        ->check(CLI::Range(int64_t{1}, int64_t{1000}));
    timing_model_option(app, o->search);
    app.add_option("--pareto", o->search.pareto,
                   "instead of the best mapping the front of two or three of latency, energy and "
                   "scratchpad, comma between")
        ->delimiter(',')
        ->check(CLI::IsMember({"latency", "energy", "scratchpad"}));
    app.add_option("-o,--output", o->out, "write the plan, which is a mapping file, too");
  }
  {
    std::shared_ptr<AuditOptions> audit;
    CLI::App& app = g.command("audit", "check a certificate of map or compile", run_audit, audit);
    app.add_option("CERTIFICATE", audit->certificate, "file")->required();
    jobs_option(app, audit->jobs);
    report_options(app, audit->report);
  }
  {
    CLI::App& app = map_command(g, "evaluate", "price given mappings", run_evaluate, o);
    app.add_option("--mapping", o->mapping, "mapping file, plan or result document")->required();
    app.add_option("--rank", o->rank, "of the several mappings that map --top wrote, this one")
        ->check(CLI::Range(int64_t{1}, int64_t{1000}));
    timing_model_option(app, o->search);
  }
  {
    CLI::App& app = map_command(g, "compare", "the best against baselines", run_compare, o);
    search_options(app, o->search);
    list_option(app, "--baseline", o->baselines,
                "one that ships (see 'baselines'), or a mapping file; default: planner-rule");
  }
  {
    CLI::App& app =
        map_command(g, "explain", "why this mapping, or why it is illegal", run_explain, o);
    search_options(app, o->search);
    app.add_option("--layer", o->layer, "one layer only");
    app.add_option("--mapping", o->mapping, "explain this file's mappings, not the best ones");
  }
}

void add_program_commands(Grammar& g) {
  {
    std::shared_ptr<RunOptions> o;
    CLI::App& app = g.command("run", "run a program on the simulator", run_program, o);
    app.add_option("PROGRAM", o->program, "folder of compile, or program file")->required();
    list_option(app, "--input", o->inputs, "NAME=FILE.pb (a TensorProto), or FILE.pb");
    app.add_option("--output", o->output, "folder for the outputs, one .pb each");
    app.add_option("--random-input", o->seed, "draw inputs that are not given, by this seed")
        ->each([o](const std::string&) { o->random = true; });
    CLI::Option* timing = app.add_flag("--timing-only", o->timing_only, "cycles, no numbers");
    app.add_flag("--numbers-only", o->numbers_only, "numbers, no cycles")->excludes(timing);
    jobs_option(app, o->jobs);
    report_options(app, o->report);
  }
  {
    std::shared_ptr<VerifyOptions> o;
    CLI::App& app =
        g.command("verify", "check a program's outputs, cycles and bytes", run_verify, o);
    model_options(app, o->model);
    app.add_option("--program", o->program, "folder of compile")->required();
    list_option(app, "--input", o->inputs, "NAME=FILE.pb; default: random");
    list_option(app, "--expected", o->expected, "NAME=FILE.pb; default: the reference evaluator");
    app.add_option("--seed", o->seed, "of random inputs");
    app.add_option("--tolerance", o->tolerance, "largest error over the output's largest magnitude")
        ->check(CLI::Range(0.0, 1e9));
    jobs_option(app, o->jobs);
    report_options(app, o->report);
  }
  std::shared_ptr<TextOptions> o;
  {
    CLI::App& app = g.command("disasm", "program to assembler text", run_disassemble, o);
    app.add_option("PROGRAM", o->in, "folder of compile, or program file")->required();
    app.add_option("-o,--output", o->out, "file; default: stdout");
    app.add_flag("--constants,!--no-constants", o->constants, "with the data of the constants");
  }
  {
    CLI::App& app = g.command("asm", "assembler text to program", run_assemble, o);
    app.add_option("TEXT", o->in, "file")->required();
    app.add_option("-o,--output", o->out, "program file")->required();
  }
}

void add_model_commands(Grammar& g) {
  {
    std::shared_ptr<InspectOptions> o;
    CLI::App& app = g.command("inspect", "what is in a model", run_inspect, o);
    model_options(app, o->model);
    app.add_option("--bytes-per-element", o->bytes_per_element, "for operations per byte")
        ->check(CLI::Range(1, 16));
    report_options(app, o->report);
  }
  {
    std::shared_ptr<NetworkFileOptions> o;
    CLI::App& app = g.command("model", "write a network that ships as ONNX", run_model, o);
    app.add_option("NAME", o->name, "see 'models'")->required();
    app.add_option("-o,--output", o->out, "file; '-': stdout")->required();
    app.add_option("--batch", o->batch, "minibatch of the network");
    app.add_option("--sequence", o->sequence, "tokens of each sample; 0: the network's own");
    app.add_option("--seed", o->seed, "of the random weights");
    app.add_flag("--shapes-only", o->shapes_only, "weights of one value, a small file");
  }
  std::shared_ptr<ListOptions> o;
  {
    CLI::App& app = g.command("systems", "list the systems that ship", run_systems, o);
    app.add_option("--show", o->show, "print this one's YAML");
    report_options(app, o->report);
  }
  report_options(g.command("models", "list the networks that ship", run_models, o), o->report);
  report_options(g.command("baselines", "list the baselines that ship", run_baselines, o),
                 o->report);
}

// Commands that are planned: they take anything and refuse.
void add_missing_commands(Grammar& g) {
  for (const char* name : {"sweep", "report"}) {
    CLI::App* app = g.app.add_subcommand(name, "not in this version")->group("");
    app->allow_extras();
    app->callback([&g, name = std::string(name)] {
      g.chosen = [name] {
        return report({{ErrorCode::Unsupported, "tilewright " + name, "not in this version",
                        "'tilewright --help' lists the commands"}});
      };
    });
  }
}

std::vector<CommandNames> names_of(const CLI::App& app) {
  std::vector<CommandNames> names;
  for (const CLI::App* sub :
       app.get_subcommands([](const CLI::App* a) { return !a->get_group().empty(); })) {
    CommandNames command{sub->get_name(), sub->get_description(), {}};
    for (const CLI::Option* option : sub->get_options()) {
      for (const std::string& name : option->get_lnames()) command.options.push_back("--" + name);
      for (const std::string& name : option->get_snames()) command.options.push_back("-" + name);
    }
    names.push_back(std::move(command));
  }
  return names;
}

void add_completion(Grammar& g) {
  auto shell = std::make_shared<std::string>();
  CLI::App* app = g.app.add_subcommand("completion", "completion script for a shell");
  app->add_option("SHELL", *shell)->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  app->callback([&g, shell] {
    g.chosen = [script = completion_script(*shell, names_of(g.app))] {
      const Result<void> printed = print_result(script);
      return printed ? kDone : report(printed.error());
    };
  });
}

}  // namespace

Parsed parse_command_line(int argc, const char* const* argv) {
  Grammar g;
  g.app.set_version_flag("--version", "tilewright " + tool_version());
  g.app.require_subcommand(1);
  add_mapping_commands(g);
  add_program_commands(g);
  add_model_commands(g);
  add_missing_commands(g);
  add_completion(g);
  try {
    g.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return {std::nullopt, g.app.exit(error) == 0 ? kDone : kBadInput};
  }
  return {g.chosen, kDone};
}

}  // namespace tilewright
