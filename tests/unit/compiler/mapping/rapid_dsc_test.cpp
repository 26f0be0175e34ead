#include "compiler/mapping/rapid_dsc.h"

#include "tests/support/catch.h"

using namespace tilewright;

TEST_CASE("the members of a group are those the layer has") {
  Work conv;
  conv.primitive = "Conv";
  conv.operands = {{Role::Inp, 0, {}, 0}, {Role::Ker, 1, {}, 0}, {Role::Out, 2, {}, 0}};
  CHECK(comp_primitives(conv) == std::vector<std::string>{"Conv"});

  Work fused = conv;
  fused.operands.push_back({Role::Bias, 3, {}, 0});
  REQUIRE(parse_expr("relu(%0)", fused.expr));
  CHECK(comp_primitives(fused) == std::vector<std::string>{"Conv", "bias", "relu(%0)"});

  Work sum;
  sum.primitive = "Pointwise";
  sum.kind = WorkKind::Sfu;
  REQUIRE(parse_expr("add(%0, %1)", sum.expr));
  CHECK(comp_primitives(sum) == std::vector<std::string>{"Pointwise", "add(%0, %1)"});

  Work move;
  move.primitive = "Move";
  move.kind = WorkKind::Move;
  CHECK(comp_primitives(move) == std::vector<std::string>{"Move"});
}
