#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

namespace {

ModelBuilder relu_model(int64_t opset = 13) {
  ModelBuilder m(opset);
  m.input("x", {2}).output("y");
  m.node("Relu", {"x"}, {"y"}).named("r");
  return m;
}

}  // namespace

TEST_CASE("files that are no models are refused with the reason") {
  const std::string whole = relu_model().bytes();
  CHECK(findings("") == Lines{"2 m.onnx: the file is empty"});
  CHECK(findings("name: tilewright\n") ==
        Lines{"2 m.onnx: not an ONNX file: byte 0 starts no protobuf field"});
  CHECK(findings(whole.substr(0, whole.size() - 12))
            .at(0)
            .find("2 m.onnx: the file is truncated: ") == 0);
  CHECK(findings(std::string_view("\x08\x07", 2)) ==
        Lines{"2 m.onnx: not an ONNX model: it has no graph"});
  const Result<Graph> missing = import_model("/no/such/file.onnx", {});
  REQUIRE_FALSE(missing);
  CHECK(to_string(missing.error()) ==
        "/no/such/file.onnx: error: cannot open: No such file or directory\n");
  const Result<Graph> folder = import_model("/", {});
  REQUIRE_FALSE(folder);
  CHECK(to_string(folder.error()) == "/: error: not a regular file\n");
}

TEST_CASE("every cut of a model is refused, never read past") {
  const std::string whole = relu_model().bytes();
  for (size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    const Result<Graph> graph =
        import_bytes(std::string_view(whole).substr(0, length), "m.onnx", {});
    CHECK_FALSE(graph);
  }
  CHECK(import_bytes(whole, "m.onnx", {}));
}

TEST_CASE("an empty graph is refused") {
  ModelBuilder m;
  CHECK(findings(m) ==
        Lines{"2 m.onnx: the graph has no nodes", "2 m.onnx: the graph has no outputs"});
}

TEST_CASE("the operator set must be there, once, and be known") {
  CHECK(findings(relu_model(0)) == Lines{"2 m.onnx: opset 0 does not exist"});
  CHECK(findings(relu_model(-3)) == Lines{"2 m.onnx: opset -3 does not exist"});
  CHECK(findings(relu_model(25)) == Lines{"3 m.onnx: opset 25 is newer than 24, the newest known"});
  CHECK(findings(relu_model(24)).empty());
  ModelBuilder none = relu_model();
  none.model.clear_opset_import();
  CHECK(findings(none) == Lines{"2 m.onnx: no opset is imported for the default domain"});
  ModelBuilder twice = relu_model(9);
  twice.model.add_opset_import()->set_version(11);
  CHECK(findings(twice) ==
        Lines{"2 m.onnx: opset 9 and opset 11 are both imported for the default domain"});
}

TEST_CASE("each tensor is defined once") {
  ModelBuilder m;
  m.input("x", {2}).input("x", {2}).output("y").output("y");
  m.weights("w", counting({2})).weights("w", counting({2}));
  m.node("Relu", {"x"}, {"y"}).named("a");
  m.node("Neg", {"x"}, {"y"}).named("b");
  m.node("Abs", {"x"}, {"x"}).named("c");
  m.node("Abs", {"x"}, {"w"}).named("d");
  CHECK(findings(m) ==
        Lines{"2 m.onnx: input 'x' is declared twice", "2 m.onnx: initializer 'w' is given twice",
              "2 m.onnx: node 'b' (Neg): output 'y' is already computed by node 'a' "
              "(Relu)",
              "2 m.onnx: node 'c' (Abs): output 'x' is already an input of the graph",
              "2 m.onnx: node 'd' (Abs): output 'w' is already an initializer",
              "2 m.onnx: graph output 'y' is listed twice"});
}

TEST_CASE("names that lead nowhere are named") {
  ModelBuilder m;
  m.input("x", {2}).output("y").output("z");
  m.node("Add", {"x", "nowhere"}, {"y"});
  CHECK(
      findings(m) ==
      Lines{
          "2 m.onnx: node #0 (Add) of output 'y': reads 'nowhere', which is no input, initializer "
          "or output of a node",
          "2 m.onnx: graph output 'z' is never computed"});
}

TEST_CASE("names must be UTF-8, and control characters are shown escaped") {
  ModelBuilder m;
  m.input("x", {2}).output("y\xff");
  m.node("Relu", {"x"}, {"y\xff"}).named("a\nb");
  CHECK(findings(m) == Lines{"2 m.onnx: node 'a\\x0ab' (Relu): the name 'y\\xff' is not UTF-8"});
}

TEST_CASE("a cycle is reported by its nodes, in order") {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  m.node("Add", {"x", "c"}, {"a"}).named("first");
  m.node("Relu", {"a"}, {"b"}).named("second");
  m.node("Neg", {"b"}, {"c"}).named("third");
  m.node("Abs", {"c"}, {"y"}).named("last");
  CHECK(findings(m) ==
        Lines{"2 m.onnx: the nodes 'first', 'second', 'third' form a cycle: each waits "
              "for another one's output"});
  ModelBuilder self;
  self.input("x", {2}).output("y");
  self.node("Add", {"x", "y"}, {"y"}).named("n");
  CHECK(findings(self) ==
        Lines{"2 m.onnx: the nodes 'n' form a cycle: each waits for another one's output"});
}

TEST_CASE("nodes in any order are sorted") {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  m.node("Neg", {"a"}, {"y"}).named("second");
  m.node("Relu", {"x"}, {"a"}).named("first");
  CHECK(nodes_of(imported(m)) == Lines{"first Pointwise [2]", "second Pointwise [2]"});
}

TEST_CASE("nodes get names of their own") {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  m.node("Neg", {"x"}, {"a"});
  m.node("Abs", {"a"}, {"b"}).named("twin");
  m.node("Exp", {"b"}, {"c"}).named("twin");
  m.node("Log", {"c"}, {"y"}).named("Neg_0");
  CHECK(nodes_of(imported(m)) == Lines{"Neg_0_2 Pointwise [2]", "Abs_1 Pointwise [2]",
                                       "Exp_2 Pointwise [2]", "Neg_0 Pointwise [2]"});
}

TEST_CASE("unknown operators are one finding that lists every node, with exit status 3") {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  m.node("LSTM", {"x"}, {"a"}).named("l1");
  m.node("LSTM", {"a"}, {"b"});
  m.node("Relu", {"b"}, {"c"});
  m.node("Swish", {"c"}, {"y"}).named("s").proto().set_domain("com.example");
  const Result<Graph> graph = import_bytes(m.bytes(), "m.onnx", {});
  REQUIRE_FALSE(graph);
  CHECK(exit_status(graph.error()) == 3);
  CHECK(to_string(graph.error()) ==
        "m.onnx: error: 3 nodes have operators that are not supported: LSTM ('l1', 'LSTM_1'), "
        "com.example.Swish ('s')\n");
}

TEST_CASE("one bad node does not hide another, nor drag its readers in") {
  ModelBuilder m;
  m.input("x", {2, 3}).output("y").output("z");
  m.node("MatMul", {"x", "x"}, {"a"}).named("first");
  m.node("Relu", {"a"}, {"y"}).named("reader");
  m.node("Flatten", {"x"}, {"z"}).named("second").set("axis", int64_t{3});
  CHECK(
      findings(m) ==
      Lines{"2 m.onnx: node 'first' (MatMul): the inputs [2,3] and [2,3] reduce over 3 and 2",
            "2 m.onnx: node 'second' (Flatten): attribute 'axis' 3 is outside a tensor of 2 axes"});
}

TEST_CASE("nodes have as many inputs and outputs as their operator") {
  ModelBuilder m;
  m.input("x", {2});
  for (const char* name : {"a", "b", "c"}) m.output(name);
  m.node("Add", {"x"}, {"a"}).named("one");
  m.node("Add", {"", "x"}, {"b"}).named("gap");
  m.node("Relu", {"x"}, {"c", "d"}).named("two");
  CHECK(findings(m) ==
        Lines{"2 m.onnx: node 'one' (Add): the node has 1 inputs, Add takes 2",
              "2 m.onnx: node 'gap' (Add): input 0 is missing",
              "2 m.onnx: node 'two' (Relu): the node has 2 outputs, Relu gives at most "
              "1"});
}

TEST_CASE("a flood of findings is cut off and counted") {
  ModelBuilder m;
  m.input("x", {2}).output("y");
  m.node("Relu", {"x"}, {"y"});
  for (int n = 0; n < 150; ++n) {
    auto* node = m.graph().add_node();
    node->set_op_type("Relu");
    node->add_input("nowhere");
    node->add_output(fmt::format("o{}", n));
  }
  const Lines lines = findings(m);
  REQUIRE(lines.size() == 100 + 1);
  CHECK(lines.back().find("50 more findings") != std::string::npos);
}
