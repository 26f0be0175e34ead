#include "compiler/support/yaml_reader.h"

#include "tests/support/catch.h"

using namespace tilewright;

namespace {

YamlNode node_of(std::string_view text) { return *parse_yaml(text, "f.yaml"); }

// "" or the one message.
std::string message_of(const YamlReader& reader) {
  return reader.clean() ? "" : reader.findings().front().message;
}

}  // namespace

TEST_CASE("integers are decimal, whole and in range") {
  struct Row {
    std::string_view text;
    int64_t value;
    std::string_view message;
  };
  const Row rows[] = {
      {"7", 7, ""},
      {"-9223372036854775808", INT64_MIN, ""},
      {"9223372036854775807", INT64_MAX, ""},
      {"9223372036854775808", INT64_MAX, ""},  // out of 64 bits: the range decides
      {"0", 0, ""},
      {"-0", 0, ""},
      {"1.0", 5, "x must be an integer; it is \"1.0\""},
      {"0x10", 5, "x must be an integer; it is \"0x10\""},
      {"010", 5, "x must be an integer; it is \"010\""},
      {"+1", 5, "x must be an integer; it is \"+1\""},
      {"1e3", 5, "x must be an integer; it is \"1e3\""},
      {"'1'", 5, "x must be an integer; it is \"1\""},
      {"[1]", 5, "x must be an integer; it is a list"},
      {"{a: 1}", 5, "x must be an integer; it is a map"},
      {"~", 5, "x must be an integer; it is empty"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    YamlReader reader("f.yaml");
    int64_t value = 5;
    CHECK(reader.integer(node_of(row.text), "x", value, {}) == row.message.empty());
    CHECK(value == row.value);
    CHECK(message_of(reader) == row.message);
  }
  YamlReader reader("f.yaml");
  int64_t value = 5;
  CHECK_FALSE(reader.integer(node_of("99999999999999999999"), "x", value, {1, 10}));
  CHECK(message_of(reader) == "x must lie in 1..10; it is 99999999999999999999");
}

TEST_CASE("fractions are exact") {
  struct Row {
    std::string_view text;
    Rational value;
  };
  const Row rows[] = {
      {"40", {40, 1}}, {"102.4", {512, 5}},    {"512/5", {512, 5}},
      {"6/4", {3, 2}}, {"0.333", {333, 1000}}, {"1.50000000000000000000000", {3, 2}},
      {"0", {0, 1}},   {"0/7", {0, 1}},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    YamlReader reader("f.yaml");
    Rational value;
    CHECK(reader.rational(node_of(row.text), "x", value, 1000));
    CHECK(value == row.value);
  }
  for (const char* bad :
       {"-1", "1/0", "1.", ".5", "1/2/3", "1e3", "a", "'1'", "1 / 2", "0x1", "nan", "[]"}) {
    INFO(bad);
    YamlReader reader("f.yaml");
    Rational value{7, 1};
    CHECK_FALSE(reader.rational(node_of(bad), "x", value, 1000));
    CHECK(value == Rational{7, 1});
    CHECK(message_of(reader).rfind("x must be a number such as 40, 102.4 or 512/5; it is ", 0) ==
          0);
  }
  for (const char* big :
       {"1001", "1/1001", "0.00001", "99999999999999999999999", "1.0000000000000000001"}) {
    INFO(big);
    YamlReader reader("f.yaml");
    Rational value;
    CHECK_FALSE(reader.rational(node_of(big), "x", value, 1000));
    CHECK(message_of(reader) ==
          "x must be a fraction of integers up to 1000; it is " + std::string(big));
  }
}

TEST_CASE("fractions print in the shortest exact form") {
  const auto text = [](int64_t num, int64_t den) {
    return yaml_rational(Rational::of(num, den)).text;
  };
  CHECK(text(40, 1) == "40");
  CHECK(text(512, 5) == "102.4");
  CHECK(text(4, 5) == "0.8");
  CHECK(text(1, 8) == "0.125");
  CHECK(text(1, 1000) == "0.001");
  CHECK(text(1, 3) == "1/3");
  CHECK(text(INT64_MAX, 2) == "9223372036854775807/2");
  for (int64_t num = 0; num < 60; ++num) {
    for (int64_t den = 1; den < 60; ++den) {
      YamlReader reader("f.yaml");
      Rational back;
      const YamlNode node = node_of(print_yaml(yaml_rational(Rational::of(num, den))));
      REQUIRE(reader.rational(node, "x", back, 1'000'000));
      CHECK(back == Rational::of(num, den));
    }
  }
}

TEST_CASE("booleans and texts") {
  YamlReader reader("f.yaml");
  bool flag = false;
  CHECK(reader.boolean(node_of("true"), "x", flag));
  CHECK(flag);
  CHECK_FALSE(reader.boolean(node_of("yes"), "x", flag));
  std::string text;
  CHECK(reader.string(node_of("1"), "x", text));
  CHECK(text == "1");
  CHECK_FALSE(reader.string(node_of("~"), "x", text));
  CHECK(to_string(reader.findings()) ==
        "f.yaml:1:1: error: x must be true or false; it is \"yes\"\n"
        "f.yaml:1:1: error: x must be text; it is empty\n");
}

TEST_CASE("findings come in the order of the text, unknown keys with a hint") {
  const YamlNode root = node_of("b: x\nc: 1\nbb: 2\n");
  YamlReader reader("f.yaml");
  YamlFields fields(reader, root, "the file");
  int64_t value = 0;
  CHECK_FALSE(fields.integer("a", value, {}));
  CHECK_FALSE(fields.integer("b", value, {}));
  CHECK(fields.integer("c", value, {}));
  CHECK(fields.find("d", YamlFields::Need::Optional) == nullptr);
  fields.finish();
  CHECK(to_string(reader.findings()) ==
        "f.yaml:1:1: error: the file lacks 'a'\n"
        "f.yaml:1:4: error: 'b' must be an integer; it is \"x\"\n"
        "f.yaml:3:1: error: the file has no key \"bb\"\n  hint: known: a, b, c, d\n");
}

TEST_CASE("a flood of findings is cut") {
  std::string text;
  for (int k = 0; k < 1000; ++k) text += "key" + std::to_string(k) + ": 1\n";
  const YamlNode root = node_of(text);
  YamlReader reader("f.yaml");
  YamlFields(reader, root, "the file").finish();
  CHECK(reader.findings().size() == 201);
  CHECK(reader.findings().back().message == "800 further findings are left out");
}

TEST_CASE("long and unprintable values are shown short and safe") {
  YamlReader reader("f.yaml");
  int64_t value = 0;
  reader.integer(node_of(std::string(500, 'a')), "x", value, {});
  CHECK(message_of(reader) == "x must be an integer; it is \"" + std::string(60, 'a') + "...\"");
  YamlReader escapes("f.yaml");
  escapes.integer(node_of("\"\\e[31m\""), "x", value, {});
  CHECK(message_of(escapes) == "x must be an integer; it is \"\\x1B[31m\"");
}
