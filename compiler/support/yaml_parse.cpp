// Reading YAML: the only place that includes yaml-cpp. The tree is built from the parser's events,
// since its own tree forgets duplicate keys and follows aliases.
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "compiler/support/yaml.h"

namespace tilewright {

namespace {

std::string place(const std::string& where, int line, int column) {
  return fmt::format("{}:{}:{}", where, line, column);
}

// Ends the parse at once; never leaves this file.
struct Stop {
  YAML::Mark mark;
  std::string message;
  std::string hint;
};

constexpr size_t kMostFindings = 200;

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& where, Diagnostics& findings)
      : where_(where), findings_(findings) {}

  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(node(YamlNode::Kind::Null, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Stop{mark, "aliases (*name) are not allowed", "write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    YamlNode scalar = node(YamlNode::Kind::Scalar, mark);
    scalar.quoted = tag == "!";
    scalar.text = value;
    add(std::move(scalar));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::Sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::Map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { refuse_anchor(mark, 1); }

 private:
  // A list or map that is still being read.
  struct Open {
    YamlNode node;
    std::map<std::string, int32_t> lines;  // of a map's keys
  };

  static YamlNode node(YamlNode::Kind kind, const YAML::Mark& mark) {
    YamlNode n;
    n.kind = kind;
    n.line = mark.line + 1;
    n.column = mark.column + 1;
    return n;
  }
  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0)
      throw Stop{mark, "anchors (&name) are not allowed", "write the value out where it is meant"};
  }
  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw Stop{mark, fmt::format("tags ({}) are not allowed", yaml_quote(tag, 40)), ""};
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (expects_key()) throw Stop{mark, "a key must be plain text, not a list or map", ""};
    if (open_.size() >= static_cast<size_t>(kMostYamlDepth))
      throw Stop{mark, fmt::format("nested deeper than {} levels", kMostYamlDepth), ""};
    open_.push_back({node(kind, mark), {}});
  }

  void close() {
    YamlNode done = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(done));
  }

  bool expects_key() const {
    if (open_.empty()) return false;
    const YamlNode& top = open_.back().node;
    return top.kind == YamlNode::Kind::Map && top.keys.size() == top.items.size();
  }

  void add(YamlNode value) {
    if (++nodes_ > kMostYamlNodes)
      throw Stop{YAML::Mark::null_mark(), fmt::format("more than {} values", kMostYamlNodes), ""};
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (expects_key()) {
      add_key(std::move(value));
    } else {
      open_.back().node.items.push_back(std::move(value));
    }
  }

  void add_key(YamlNode key) {
    if (findings_.size() == kMostFindings)
      throw Stop{YAML::Mark::null_mark(), "too many findings; the rest is not read", ""};
    if (key.kind != YamlNode::Kind::Scalar) {
      findings_.push_back({ErrorCode::BadInput, place(where_, key.line, key.column),
                           "a key must be plain text; it is empty", ""});
    }
    const auto [first, is_new] = open_.back().lines.emplace(key.text, key.line);
    if (!is_new) {
      findings_.push_back({ErrorCode::BadInput, place(where_, key.line, key.column),
                           fmt::format("key {} appears twice, first at line {}",
                                       yaml_quote(key.text, 60), first->second),
                           "leave one of them"});
    }
    open_.back().node.keys.push_back(std::move(key));
  }

  const std::string& where_;
  Diagnostics& findings_;
  YamlNode root_;
  std::vector<Open> open_;
  int64_t nodes_ = 0;
};

// Bytes that the parser would take for another encoding or for the end of the file.
std::string find_bad_bytes(std::string_view text, const std::string& where, std::string& message) {
  int line = 1, column = 1;
  if (text.substr(0, 2) == "\xFE\xFF" || text.substr(0, 2) == "\xFF\xFE") {
    message = "the text is UTF-16; YAML is read as UTF-8";
    return place(where, line, column);
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F) {
      message = fmt::format("control character 0x{:02X} in the text", byte);
      return place(where, line, column);
    }
    ++column;
    if (c == '\n') {
      ++line;
      column = 1;
    }
  }
  return "";
}

YamlNode parse_document(std::string_view text, const std::string& where, Diagnostics& findings) {
  // The parser takes the end of the text for the end of an open quote, when it begins a line.
  std::string closed(text);
  closed += text.empty() || text.back() == '\n' ? "#" : "\n#";
  std::istringstream stream(closed);
  YAML::Parser parser(stream);
  TreeBuilder builder(where, findings);
  if (!parser.HandleNextDocument(builder)) return {};
  YamlNode root = builder.take();
  TreeBuilder further(where, findings);
  if (parser.HandleNextDocument(further)) {
    const YamlNode second = further.take();
    findings.push_back({ErrorCode::BadInput, place(where, second.line, second.column),
                        "a second document begins; one is read", "remove the '---' before it"});
  }
  return root;
}

}  // namespace

Result<YamlNode> parse_yaml(std::string_view text, const std::string& where, int64_t most_bytes) {
  if (text.size() > static_cast<size_t>(most_bytes)) {
    return bad_input(where, fmt::format("the text has {} bytes, more than the {} that are read",
                                        text.size(), most_bytes));
  }
  std::string message;
  if (const std::string bad = find_bad_bytes(text, where, message); !bad.empty())
    return bad_input(bad, message);

  Diagnostics findings;
  const auto add = [&](const YAML::Mark& mark, const std::string& what, const std::string& hint) {
    const bool known = !mark.is_null();
    findings.push_back({ErrorCode::BadInput,
                        known ? place(where, mark.line + 1, mark.column + 1) : where, what, hint});
  };
  YamlNode root;
  try {
    root = parse_document(text, where, findings);
  } catch (const Stop& stop) {
    add(stop.mark, stop.message, stop.hint);
  } catch (const YAML::Exception& e) {
    add(e.mark, "not YAML: " + e.msg, "");
  } catch (const std::exception& e) {
    add(YAML::Mark::null_mark(), std::string("not YAML: ") + e.what(), "");
  }
  if (!findings.empty()) return fail(std::move(findings));
  return root;
}

}  // namespace tilewright
