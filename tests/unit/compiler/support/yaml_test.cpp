#include "compiler/support/yaml.h"

#include <random>

#include "tests/support/catch.h"

using namespace tilewright;

namespace {

std::string findings_of(std::string_view text) {
  const auto parsed = parse_yaml(text, "f.yaml");
  return parsed ? "" : to_string(parsed.error());
}

// Equal but for places, quoting and layout.
bool same(const YamlNode& a, const YamlNode& b) {
  if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size() ||
      a.keys.size() != b.keys.size())
    return false;
  for (size_t k = 0; k < a.items.size(); ++k)
    if (!same(a.items[k], b.items[k])) return false;
  for (size_t k = 0; k < a.keys.size(); ++k)
    if (!same(a.keys[k], b.keys[k])) return false;
  return true;
}

std::string random_text(std::mt19937& rng) {
  std::string text;
  const size_t size = rng() % 12;
  static constexpr std::string_view kAwkward =
      "\"\\\n\t\r:#,[]{}-?&*!|>'%@` ~\x01\x04\x7f\xc3\xa9\xff";
  for (size_t k = 0; k < size; ++k) {
    text += rng() % 2 == 0 ? kAwkward[rng() % kAwkward.size()]
                           : static_cast<char>('a' + static_cast<int>(rng() % 26));
  }
  return text;
}

YamlNode random_tree(std::mt19937& rng, int depth) {
  const auto kind = rng() % (depth > 0 ? 4 : 2);
  if (kind == 0) return yaml_string(random_text(rng));
  if (kind == 1) return yaml_integer(static_cast<int64_t>(rng()) - 1'000'000);
  YamlNode node = kind == 2 ? yaml_list({}) : yaml_map();
  node.flow = rng() % 2 == 0;
  const size_t size = rng() % 4;
  for (size_t k = 0; k < size; ++k) {
    YamlNode child = random_tree(rng, depth - 1);
    if (kind == 2) {
      node.items.push_back(std::move(child));
    } else {
      yaml_add(node, random_text(rng) + std::to_string(k), std::move(child));
    }
  }
  return node;
}

}  // namespace

TEST_CASE("every value knows its place") {
  const auto root = parse_yaml("a: 1\nb:\n  - x\n  - {c: \"2\"}\n", "f.yaml");
  REQUIRE(root);
  REQUIRE(root->keys.size() == 2);
  CHECK(root->keys[1].text == "b");
  CHECK(root->keys[1].line == 2);
  const YamlNode& list = root->items[1];
  REQUIRE(list.items.size() == 2);
  CHECK(list.items[1].line == 4);
  CHECK(list.items[1].column == 5);
  CHECK(list.items[1].items[0].quoted);
  CHECK_FALSE(list.items[0].quoted);
}

TEST_CASE("an empty text is null") {
  for (const char* text : {"", "\n", "# only a comment\n", "~"}) {
    const auto root = parse_yaml(text, "f.yaml");
    REQUIRE(root);
    CHECK(root->kind == YamlNode::Kind::Null);
  }
}

TEST_CASE("what would surprise a reader is refused at its place") {
  CHECK(findings_of("a: 1\nb: 2\na: 3\n") ==
        "f.yaml:3:1: error: key \"a\" appears twice, first at line 1\n  hint: leave one of them\n");
  CHECK(findings_of("a: &x 1\nb: *x\n") ==
        "f.yaml:1:4: error: anchors (&name) are not allowed\n"
        "  hint: write the value out where it is meant\n");
  CHECK(findings_of("a: [*x]\n").rfind("f.yaml:1:5: error: ", 0) == 0);
  CHECK(findings_of("a: !!binary abc\n") ==
        "f.yaml:1:4: error: tags (\"tag:yaml.org,2002:binary\") are not allowed\n");
  CHECK(findings_of("a: 1\n---\nb: 2\n") ==
        "f.yaml:3:1: error: a second document begins; one is read\n"
        "  hint: remove the '---' before it\n");
  CHECK(findings_of("{[1]: 2}") ==
        "f.yaml:1:2: error: a key must be plain text, not a list or map\n");
  CHECK(findings_of(std::string("a: 1\nb: x\x04y\n")) ==
        "f.yaml:2:5: error: control character 0x04 in the text\n");
  CHECK(findings_of("\xFF\xFE"
                    "a") == "f.yaml:1:1: error: the text is UTF-16; YAML is read as UTF-8\n");
}

TEST_CASE("broken syntax is a finding with a place") {
  CHECK(findings_of("a: [1, 2\nb: 3\n") ==
        "f.yaml:2:2: error: not YAML: end of sequence flow not found\n");
  CHECK(findings_of("a: \"open\n") == "f.yaml:2:2: error: not YAML: illegal EOF in scalar\n");
  CHECK(findings_of("a: 'open") == "f.yaml:2:2: error: not YAML: illegal EOF in scalar\n");
  CHECK(findings_of("\tb: 1\n") == "f.yaml:1:3: error: not YAML: illegal map value\n");
  CHECK(findings_of("a: b: c\n") == "f.yaml:1:5: error: not YAML: illegal map value\n");
}

TEST_CASE("block texts keep their line ends") {
  const auto root = parse_yaml("a: |\n  x\n  y\nb: |+\n  z\n\n", "f.yaml");
  REQUIRE(root);
  CHECK(root->items[0].text == "x\ny\n");
  CHECK(root->items[1].text == "z\n\n");
}

TEST_CASE("every duplicate key is found") {
  const auto parsed = parse_yaml("a: 1\na: 2\nb: {c: 1, c: 2}\n", "f.yaml");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().size() == 2);
}

TEST_CASE("bombs end quickly with a finding") {
  CHECK(findings_of(std::string(100, '[') + std::string(100, ']')) ==
        "f.yaml:1:33: error: nested deeper than 32 levels\n");
  CHECK(findings_of(std::string(100'000, '[')) != "");
  CHECK(findings_of(std::string(100'000, '{')) != "");
  std::string dashes;
  for (int k = 0; k < 50'000; ++k) dashes += "- ";
  CHECK(findings_of(dashes) == "f.yaml:1:65: error: nested deeper than 32 levels\n");
  std::string questions;
  for (int k = 0; k < 50'000; ++k) questions += "? ";
  CHECK(findings_of(questions) != "");
  std::string many = "[";
  many += std::string(3 * static_cast<size_t>(kMostYamlNodes), ',');
  CHECK(findings_of(many) != "");
  CHECK(findings_of(std::string(static_cast<size_t>(kMostYamlBytes) + 1, 'a')) ==
        "f.yaml: error: the text has 8388609 bytes, more than the 8388608 that are read\n");
}

TEST_CASE("printing is readable") {
  const YamlNode node = yaml_map(
      {{"name", yaml_string("a b")},
       {"list", yaml_list({yaml_integer(1),
                           yaml_map({{"k", yaml_integer(2)}, {"l", yaml_string("true")}})})},
       {"flow", yaml_flow(yaml_map({{"x", yaml_list({yaml_integer(-3)})}}))},
       {"none", yaml_list({})}});
  CHECK(print_yaml(node) ==
        "name: \"a b\"\n"
        "list:\n"
        "  - 1\n"
        "  - k: 2\n"
        "    l: \"true\"\n"
        "flow: {x: [-3]}\n"
        "none: []\n");
}

TEST_CASE("what is printed reads back the same, for any bytes") {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    std::mt19937 rng(seed);
    const YamlNode tree = random_tree(rng, 4);
    const std::string text = print_yaml(tree);
    INFO("seed " << seed << ":\n" << text);
    const auto back = parse_yaml(text, "f.yaml");
    INFO((back ? "" : to_string(back.error())));
    REQUIRE(back);
    CHECK(same(tree, *back));
  }
}

TEST_CASE("no text crashes the reader") {
  static constexpr std::string_view kPieces[] = {
      "a",  ": ",           ":", "\n", "  ", "- ", "? ", "[", "]",  "{", "}",   ",",
      "&x", "*x",           "!", "|",  ">",  "'",  "\"", "#", "\\", "%", "---", "...",
      "\t", "\xef\xbb\xbf", "~", "1"};
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    std::mt19937 rng(seed);
    std::string text;
    const size_t size = rng() % 24;
    for (size_t k = 0; k < size; ++k) text += kPieces[rng() % std::size(kPieces)];
    const auto parsed = parse_yaml(text, "f.yaml");
    if (!parsed) CHECK_FALSE(parsed.error().empty());
  }
}
