#include <algorithm>

#include "backend/asm/field_reader.h"
#include "backend/asm/text.h"
#include "backend/isa/verify.h"
#include "compiler/arch/system_yaml.h"

namespace tilewright {

namespace {

using namespace isa;

// Where the statements of a layer began, for findings of verify().
struct LayerMarks {
  Token layer;
  std::array<std::vector<Token>, kUnits> instructions;
};

class Assembler {
 public:
  Assembler(std::string_view text, const std::string& where)
      : lexer_(text), where_(where), read_(lexer_, where_, findings_) {}

  Result<Program> run() {
    if (!lexer_.token().is("tilewright_program"))
      return bad_input(read_.place(lexer_.token()), "not the text of a program",
                       "it begins with \"tilewright_program 1\"");
    lexer_.next();
    int64_t version = 0;
    const Token token = lexer_.token();
    if (read_.number(version, "version") && version != 1)
      read_.error(token,
                  fmt::format("version {} of the text; this assembler reads version 1", version));
    if (!findings_.empty()) return fail(std::move(findings_));
    while (may_go_on() && lexer_.token().kind != Token::Kind::End) statement();
    if (findings_.empty() && (seen_ & kSystem) == 0)
      read_.error(lexer_.token(), "there is no system");
    if (findings_.empty()) findings_ = verify(program_, [&](const auto& p) { return place_of(p); });
    if (!findings_.empty()) return fail(std::move(findings_));
    return std::move(program_);
  }

 private:
  enum Once : unsigned { kPrecision = 1, kFormat = 2, kExternal = 4, kSystem = 8 };

  bool may_go_on() const { return findings_.size() < kMostFindings && !stopped_; }

  // One statement of the top level; after an error, moves on to the next one.
  void statement() {
    const Token word = lexer_.token();
    if (!head_statement(word) && !data_statement(word)) {
      read_.error(word, fmt::format("expected a statement of the program, not '{}'", word.text),
                  "precision format external_bytes system input output constant layer");
      skip_statement();
      return;
    }
  }

  void end_of_statement(bool good) {
    if (good && !lexer_.token().first_on_line)
      good = read_.error(lexer_.token(),
                         fmt::format("expected a new line, not '{}'", lexer_.token().text));
    if (!good) skip_statement();
  }
  // Moves to a word or '}' that begins a line; true when that passes a '{'.
  bool skip_statement() {
    bool opened = false;
    do {
      opened = opened || lexer_.token().is("{");
      lexer_.next();
    } while (lexer_.token().kind != Token::Kind::End &&
             !(lexer_.token().first_on_line &&
               (lexer_.token().kind == Token::Kind::Word || lexer_.token().is("}"))));
    return opened;
  }

  bool once(const Token& word, Once which) {
    const bool first = (seen_ & which) == 0;
    seen_ |= which;
    return first || read_.error(word, fmt::format("a second '{}'", word.text));
  }

  bool head_statement(const Token& word) {
    if (word.is("precision")) {
      lexer_.next();
      end_of_statement(once(word, kPrecision) && read_.string(program_.precision));
    } else if (word.is("format")) {
      lexer_.next();
      end_of_statement(once(word, kFormat) && format());
    } else if (word.is("external_bytes")) {
      lexer_.next();
      end_of_statement(once(word, kExternal) &&
                       read_.number(program_.external_bytes, "external_bytes"));
    } else if (word.is("system")) {
      system(word);
    } else {
      return false;
    }
    return true;
  }
  bool format() {
    const auto format = enumerator_named<DataFormat>(lexer_.token().text);
    if (!format)
      return read_.error(lexer_.token(), fmt::format("unknown format '{}'", lexer_.token().text),
                         fmt::format("formats are: {}", fmt::join(kNames<DataFormat>, " ")));
    program_.format = *format;
    lexer_.next();
    return true;
  }
  void system(const Token& word) {
    const std::string yaml = lexer_.take_margin_lines();
    if (!once(word, kSystem)) return end_of_statement(true);
    Result<System> system = parse_system(yaml, where_);
    if (system)
      program_.system = std::move(*system);
    else
      findings_.insert(findings_.end(), system.error().begin(), system.error().end());
    end_of_statement(true);
  }

  bool data_statement(const Token& word) {
    if (word.is("input") || word.is("output")) {
      lexer_.next();
      auto& tensors = word.is("input") ? program_.inputs : program_.outputs;
      end_of_statement(read_.fields(tensors.emplace_back(), word.text));
    } else if (word.is("constant")) {
      lexer_.next();
      end_of_statement(constant());
    } else if (word.is("layer")) {
      layer(word);
    } else {
      return false;
    }
    return true;
  }

  bool constant() {
    ConstantData& constant = program_.constants.emplace_back();
    int64_t size = 0;
    if (!read_.expect("address") || !read_.number(constant.address, "address") ||
        !read_.expect("bytes") || !read_.number(size, "bytes"))
      return false;
    if (lexer_.token().is("elided")) {
      stopped_ = true;
      return read_.error(lexer_.token(), "the constants of this text were left out",
                         "disassemble the program with its constants");
    }
    if (!lexer_.token().is("{")) return read_.expect("{");
    if (!lexer_.take_hex(constant.bytes))
      return read_.error(lexer_.token(), "expected pairs of hexadecimal digits up to a '}'");
    const Token end = lexer_.token();
    lexer_.next();
    if (static_cast<int64_t>(constant.bytes.size()) != size)
      return read_.error(
          end, fmt::format("the constant has {} bytes, not {}", constant.bytes.size(), size));
    return true;
  }

  void layer(const Token& word) {
    lexer_.next();
    LayerProgram& layer = program_.layers.emplace_back();
    marks_.emplace_back().layer = word;
    bool opened = read_.string(layer.name) && read_.expect("semaphores") &&
                  read_.number(layer.semaphores, "semaphores") && read_.expect("{");
    if (!opened) opened = skip_statement();
    while (opened && may_go_on() && !lexer_.token().is("}"))
      if (!layer_statement(layer)) return;
    if (opened && may_go_on()) {
      lexer_.next();
      end_of_statement(true);
    }
  }
  // False when the layer cannot go on.
  bool layer_statement(LayerProgram& layer) {
    const Token word = lexer_.token();
    if (word.is("core")) {
      lexer_.next();
      CoreSlice core;
      core.size.fill(1);
      end_of_statement(read_.fields(core, word.text));
      layer.cores.push_back(core);
      return true;
    }
    const auto unit = enumerator_named<Unit>(word.text);
    if (unit && word.kind == Token::Kind::Word) {
      lexer_.next();
      if (!read_.expect("{")) return skip_statement();
      const auto u = static_cast<size_t>(*unit);
      return stream(layer.streams[u], marks_.back().instructions[u]);
    }
    read_.error(word, fmt::format("expected a statement of a layer or '}}', not '{}'", word.text),
                fmt::format("core {}", fmt::join(kNames<Unit>, " ")));
    skip_statement();
    return lexer_.token().kind != Token::Kind::End && !lexer_.token().is("layer");
  }

  bool stream(std::vector<Instruction>& stream, std::vector<Token>& marks) {
    int64_t depth = 0;
    while (may_go_on()) {
      const Token word = lexer_.token();
      if (word.kind == Token::Kind::End || word.is("layer"))
        return read_.error(word, "a '}' is missing");
      if (word.is("}")) {
        lexer_.next();
        end_of_statement(true);
        if (depth-- == 0) return true;
        stream.emplace_back(EndNest{});
      } else {
        instruction(word, stream, depth);
      }
      marks.resize(stream.size(), word);
      if (++instructions_ > kMostInstructions) {
        stopped_ = true;
        return read_.error(word, fmt::format("more than {} instructions", kMostInstructions));
      }
    }
    return false;
  }

  void instruction(const Token& word, std::vector<Instruction>& stream, int64_t& depth) {
    bool known = false;
    for_each_opcode([&]<class T>(const T&) {
      if (known || std::same_as<T, EndNest> || !word.is(kOpcode<T>.name)) return;
      known = true;
      lexer_.next();
      T instruction;
      bool good = read_.fields(instruction, word.text);
      if (std::same_as<T, Nest>) {
        good = good && read_.expect("{");
        if (good || skip_statement()) ++depth;
        if (!good) return;
      }
      stream.emplace_back(std::move(instruction));
      end_of_statement(good);
    });
    if (known) return;
    std::string names;
    for_each_opcode([&]<class T>(const T&) {
      if (!std::same_as<T, EndNest>)
        names += (names.empty() ? "" : " ") + std::string(kOpcode<T>.name);
    });
    read_.error(word, fmt::format("unknown instruction '{}'", word.text),
                "instructions are: " + names);
    if (skip_statement()) ++depth;
  }

  std::string place_of(const ProgramPlace& place) const {
    if (place.layer < 0) return where_ + ":1:1";
    const LayerMarks& marks = marks_[static_cast<size_t>(place.layer)];
    if (place.unit < 0) return read_.place(marks.layer);
    const auto& tokens = marks.instructions[static_cast<size_t>(place.unit)];
    const auto i = static_cast<size_t>(place.instruction);
    return read_.place(i < tokens.size() ? tokens[i] : marks.layer);
  }

  Lexer lexer_;
  std::string where_;
  Diagnostics findings_;
  FieldReader read_;
  Program program_;
  std::vector<LayerMarks> marks_;
  unsigned seen_ = 0;
  int64_t instructions_ = 0;
  bool stopped_ = false;
};

}  // namespace

Result<Program> assemble(std::string_view text, const std::string& where) {
  return Assembler(text, where).run();
}

}  // namespace tilewright
