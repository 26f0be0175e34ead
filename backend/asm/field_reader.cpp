#include "backend/asm/field_reader.h"

namespace tilewright {

std::string FieldReader::place(const Token& token) const {
  return fmt::format("{}:{}:{}", where_, token.line, token.column);
}

bool FieldReader::error(const Token& at, std::string message, std::string hint) {
  if (at.kind == Token::Kind::End) message += " (the text ends here)";
  findings_.push_back({ErrorCode::BadInput, place(at), std::move(message), std::move(hint)});
  return false;
}

bool FieldReader::expect(std::string_view mark) {
  if (!lexer_.token().is(mark))
    return error(lexer_.token(), fmt::format("expected '{}', not '{}'", mark, lexer_.token().text));
  lexer_.next();
  return true;
}

bool FieldReader::string(std::string& value) {
  const Token token = lexer_.token();
  if (token.kind != Token::Kind::String)
    return error(token, fmt::format("expected a string in quotes, not '{}'", token.text));
  if (!unquote(token.text, value))
    return error(token, fmt::format("malformed string {}", token.text.substr(0, 80)),
                 "a string ends on its line; its escapes are \\\" \\\\ \\xNN");
  lexer_.next();
  return true;
}

bool FieldReader::numbered(char letter, int64_t count, int32_t& index) {
  const Token token = lexer_.token();
  const char* end = token.text.data() + token.text.size();
  int32_t read = -1;
  if (token.kind == Token::Kind::Word && token.text[0] == letter) {
    const auto [stop, problem] = std::from_chars(token.text.data() + 1, end, read);
    if (stop != end || problem != std::errc()) read = -1;
  }
  if (read < 0 || read >= count)
    return error(token, fmt::format("expected one of {0}0 to {0}{1}, not '{2}'", letter, count - 1,
                                    token.text));
  index = read;
  lexer_.next();
  return true;
}

bool FieldReader::at_end(bool nested) const {
  const Token& token = lexer_.token();
  if (nested) return token.is(")");
  return token.first_on_line || token.is("{") || token.is("}");
}

bool FieldReader::expression(ScalarExpr& expr) {
  const Token token = lexer_.token();
  std::string text;
  if (!string(text)) return false;
  if (!parse_expr(text, expr))
    return error(token, fmt::format("malformed expression {}", token.text.substr(0, 200)),
                 "like \"relu(add(%0, 0.5))\" or \"$0 = add(%0, 1); $1 = mul($0, $0)\"");
  return true;
}

bool FieldReader::mask(RegisterMask& mask) {
  if (!expect("{")) return false;
  for (mask = 0; !lexer_.token().is("}");) {
    int32_t reg = 0;
    if (!numbered('r', kRegisters, reg)) return false;
    mask |= RegisterMask{1} << reg;
  }
  return expect("}");
}

bool FieldReader::dim(size_t& d) {
  const Token token = lexer_.token();
  const auto dim = dim_named(token.text);
  if (!dim) {
    std::string names;
    for (Dim each : kDims) names += (names.empty() ? "" : " ") + std::string(name_of(each));
    return error(token, fmt::format("expected a dim, not '{}'", token.text), "dims are: " + names);
  }
  d = static_cast<size_t>(*dim);
  lexer_.next();
  return true;
}

bool FieldReader::dims(DimSet& dims) {
  if (!expect("{")) return false;
  for (dims = 0; !lexer_.token().is("}");) {
    size_t d = 0;
    if (!dim(d)) return false;
    dims = static_cast<DimSet>(dims | 1u << d);
  }
  return expect("}");
}

bool FieldReader::per_dim(isa::PerDim& values, int64_t usual) {
  if (!expect("{")) return false;
  values.fill(usual);
  DimSet seen = 0;
  while (!lexer_.token().is("}")) {
    const Token token = lexer_.token();
    size_t d = 0;
    if (!dim(d)) return false;
    if (contains(seen, kDims[d]))
      return error(token, fmt::format("dim '{}' stands twice", token.text));
    seen = static_cast<DimSet>(seen | bit(kDims[d]));
    if (!number(values[d], token.text)) return false;
  }
  return expect("}");
}

bool FieldReader::terms(std::vector<RegisterTerm>& terms, int64_t most) {
  do {
    if (lexer_.token().is("+")) lexer_.next();
    if (too_long(lexer_.token(), "terms", terms.size(), most)) return false;
    RegisterTerm term{0, 1};
    if (lexer_.token().kind == Token::Kind::Number)
      if (!number(term.coefficient, "coefficient") || !expect("*")) return false;
    if (!numbered('r', kRegisters, term.reg)) return false;
    terms.push_back(term);
  } while (lexer_.token().is("+"));
  return true;
}

bool FieldReader::too_long(const Token& at, std::string_view name, size_t length, int64_t most) {
  if (static_cast<int64_t>(length) < most) return false;
  error(at, fmt::format("{} has more than {} elements", name, most));
  return true;
}

}  // namespace tilewright
