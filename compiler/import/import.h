// ONNX models to graphs of the six primitives.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "compiler/ir/graph.h"
#include "compiler/support/result.h"

namespace tilewright {

struct ImportOptions {
  std::map<std::string, Shape> shapes;     // --shape: the whole shape of a graph input
  std::map<std::string, int64_t> dims;     // --dim: the extent of a named dimension
  std::map<std::string, Tensor> bindings;  // --bind: graph inputs that are constant at import
};

// Reads, checks and lowers a model; operators that no output depends on are dropped. Weights
// (initializers, also ones that are graph inputs, and Constant nodes) become constants; integer
// arithmetic on shapes is computed. Fails with all findings: BadInput where the model or an option
// is wrong, Unsupported where it is outside what is built. Never allocates more than the model's
// own data, 4 GiB of constants that the model computes, and the graph.
Result<Graph> import_model(const std::string& path, const ImportOptions& options);

// The same for a model in memory; `where` is its name in diagnostics.
Result<Graph> import_bytes(std::string_view bytes, const std::string& where,
                           const ImportOptions& options);

}  // namespace tilewright
