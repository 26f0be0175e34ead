// Reads the fields of a struct of the instruction table from assembler text.
#pragma once

#include <charconv>
#include <functional>
#include <string>
#include <utility>

#include "backend/asm/lexer.h"
#include "backend/isa/ranges.h"
#include "compiler/support/result.h"

namespace tilewright {

class FieldReader {
 public:
  // Appends to `findings`, at "WHERE:LINE:COLUMN".
  FieldReader(Lexer& lexer, const std::string& where, Diagnostics& findings)
      : lexer_(lexer), where_(where), findings_(findings) {}

  std::string place(const Token& token) const;
  // Reports and returns false.
  bool error(const Token& at, std::string message, std::string hint = "");
  bool expect(std::string_view mark);  // moves past it

  // What a single token says; moves past it. `what` names it in the message.
  template <class Number>
  bool number(Number& value, std::string_view what);
  bool string(std::string& value);
  bool numbered(char letter, int64_t count, int32_t& index);  // "r3": letter 'r', below `count`

  // Fields up to the end of the statement, or, when `nested`, up to the ')' that is left in place.
  // `of` names the struct in messages.
  template <isa::Described Struct>
  bool fields(Struct& value, std::string_view of, bool nested = false);

 private:
  template <class F, class Value>
  bool begins(const F& f, const Value&, const Token& token) const;
  template <class F, class Value>
  bool read(const F& f, Value& value);
  template <class Value>
  bool read_value(Value& value, std::string_view name, const isa::Rule& rule);
  template <class Element>
  bool elements(std::vector<Element>& list, std::string_view name, const isa::Rule& rule);

  bool at_end(bool nested) const;
  bool expression(ScalarExpr& expr);
  bool mask(RegisterMask& mask);
  bool dims(DimSet& dims);
  bool per_dim(isa::PerDim& values, int64_t usual);
  bool dim(size_t& d);
  bool terms(std::vector<RegisterTerm>& terms, int64_t most);
  bool too_long(const Token& at, std::string_view name, size_t length, int64_t most);

  Lexer& lexer_;
  const std::string& where_;
  Diagnostics& findings_;
};

// ---

template <class Number>
bool FieldReader::number(Number& value, std::string_view what) {
  const Token token = lexer_.token();
  const char* end = token.text.data() + token.text.size();
  const auto [stop, problem] = std::from_chars(token.text.data(), end, value);
  if (token.text.empty() || stop != end || problem == std::errc::invalid_argument)
    return error(token, fmt::format("{} should be a number, not '{}'", what, token.text));
  if (problem != std::errc())
    return error(token,
                 fmt::format("{} '{}' does not fit {} bits", what, token.text, 8 * sizeof(Number)));
  lexer_.next();
  return true;
}

template <isa::Described Struct>
bool FieldReader::fields(Struct& value, std::string_view of, bool nested) {
  [[maybe_unused]] uint64_t seen = 0;
  while (!at_end(nested)) {
    const Token token = lexer_.token();
    bool known = false, good = true;
    std::string names;
    [[maybe_unused]] uint64_t bit = 1;
    isa::for_each_field<Struct>([&](const auto& f) {
      if (!known && begins(f, value.*f.member, token)) {
        known = true;
        good = (seen & bit) == 0 ? read(f, value.*f.member)
                                 : error(token, fmt::format("{} has '{}' twice", of, f.name));
        seen |= bit;
      }
      bit <<= 1;
      names += (names.empty() ? "" : " ") + std::string(f.name);
    });
    if (!known)
      return error(token, fmt::format("{} has no field '{}'", of, token.text),
                   names.empty() ? "it has no fields" : "its fields are: " + names);
    if (!good) return false;
  }
  return true;
}

template <class F, class Value>
bool FieldReader::begins(const F& f, const Value&, const Token& token) const {
  const auto is_index = [&](char letter) {
    return token.kind == Token::Kind::Word && token.text.size() > 1 && token.text[0] == letter &&
           token.text.find_first_not_of("0123456789", 1) == std::string_view::npos;
  };
  if (f.rule.style == isa::Style::Register) return is_index('r');
  if (f.rule.style == isa::Style::Semaphore) return is_index('s');
  if constexpr (std::same_as<Value, bool>)
    return token.is(f.name) || (!f.rule.off.empty() && token.is(f.rule.off));
  else if constexpr (std::is_enum_v<Value>)
    return token.kind == Token::Kind::Word && isa::enumerator_named<Value>(token.text).has_value();
  else if (f.rule.style == isa::Style::Bare)
    return std::same_as<Value, std::string> ? token.kind == Token::Kind::String : token.is("(");
  return token.is(f.name);
}

template <class F, class Value>
bool FieldReader::read(const F& f, Value& value) {
  if constexpr (std::same_as<Value, bool>) {
    value = lexer_.token().is(f.name);
    lexer_.next();
    return true;
  } else if constexpr (std::is_enum_v<Value>) {
    value = *isa::enumerator_named<Value>(lexer_.token().text);
    lexer_.next();
    return true;
  } else {
    if constexpr (std::same_as<Value, int32_t>) {
      if (f.rule.style == isa::Style::Register) return numbered('r', f.rule.most + 1, value);
      if (f.rule.style == isa::Style::Semaphore) return numbered('s', f.rule.most + 1, value);
    }
    if (f.rule.style != isa::Style::Bare) lexer_.next();
    return read_value(value, f.name, f.rule);
  }
}

template <class Value>
bool FieldReader::read_value(Value& value, std::string_view name, const isa::Rule& rule) {
  if constexpr (std::same_as<Value, RegisterMask>) {
    return mask(value);
  } else if constexpr (std::same_as<Value, DimSet>) {
    return dims(value);
  } else if constexpr (std::same_as<Value, std::string>) {
    return string(value);
  } else if constexpr (std::same_as<Value, ScalarExpr>) {
    return expression(value);
  } else if constexpr (std::same_as<Value, isa::PerDim>) {
    return per_dim(value, rule.usual);
  } else if constexpr (std::same_as<Value, std::vector<RegisterTerm>>) {
    return terms(value, rule.most);
  } else if constexpr (isa::kIsList<Value>) {
    if (rule.style == isa::Style::Bare) return elements(value, name, rule);
    return expect("[") && elements(value, name, rule) && expect("]");
  } else if constexpr (isa::Described<Value>) {
    return expect("(") && fields(value, name, true) && expect(")");
  } else {
    return number(value, name);
  }
}

template <class Element>
bool FieldReader::elements(std::vector<Element>& list, std::string_view name,
                           const isa::Rule& rule) {
  constexpr bool kStructs = isa::Described<Element>;
  while (kStructs ? lexer_.token().is("(") : lexer_.token().kind == Token::Kind::Number) {
    if (too_long(lexer_.token(), name, list.size(), rule.most)) return false;
    Element element{};
    if (!read_value(element, name, isa::Rule{})) return false;
    list.push_back(std::move(element));
  }
  return true;
}

}  // namespace tilewright
