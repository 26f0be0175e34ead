// The small emitted program that backend/README.md shows.
#pragma once

#include "backend/emit/emit.h"
#include "compiler/support/check.h"
#include "tests/support/mapped_network.h"

namespace tilewright::test {

// relu(x[1,6,8] * w[1,8,8] + b) on two cores of 3 rows each: tiles of 4 columns, blocks of 2
// columns.
inline Program example_program() {
  Network net;
  const ValueId x = net.input("x", {1, 6, 8});
  ScalarExpr relu;
  relu.steps = {{ScalarOp::Relu, ScalarRef::input(0), {}, {}}};
  net.output(
      net.node("fc1", MatMul{}, {x, net.constant("w", {1, 8, 8}), net.constant("b", {8})}, relu));
  Choice choice;
  choice.parts = extents({{Dim::mb, 2}}, 1);
  choice.t = extents({{Dim::out, 4}}, INT64_MAX);
  choice.b = extents({{Dim::out, 2}}, INT64_MAX);
  choice.outer_of = {{Role::Inp, TransferType::BlockLoad}, {Role::Bias, TransferType::BlockLoad}};
  choice.inner_of = {{Role::Inp, TransferType::BlockLoad}};
  const System system = small_system(2);
  const auto program = emit(net.graph, system, "fp16", plan_of(net.graph, "fp16", choice));
  TW_CHECK(program.has_value(), "{}", to_string(program.error()));
  return *program;
}

}  // namespace tilewright::test
