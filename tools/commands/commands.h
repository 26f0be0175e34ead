// The commands, one file each. Each returns the exit status, after it has said on stderr why.
#pragma once

#include "tools/cli/options.h"

namespace tilewright {

int run_compile(const MapOptions& options);
int run_map(const MapOptions& options);
int run_evaluate(const MapOptions& options);
int run_compare(const MapOptions& options);
int run_explain(const MapOptions& options);
int run_audit(const AuditOptions& options);
int run_program(const RunOptions& options);
int run_verify(const VerifyOptions& options);
int run_inspect(const InspectOptions& options);
int run_assemble(const TextOptions& options);
int run_disassemble(const TextOptions& options);
int run_model(const NetworkFileOptions& options);
int run_systems(const ListOptions& options);
int run_models(const ListOptions& options);
int run_baselines(const ListOptions& options);

}  // namespace tilewright
