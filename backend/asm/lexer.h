// Tokens of assembler text, with their places.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tilewright {

struct Token {
  enum class Kind : uint8_t { End, Word, Number, String, Mark };
  Kind kind = Kind::End;
  std::string_view text;  // as it stands; of a string with its quotes
  int64_t line = 1, column = 1;
  bool first_on_line = true;

  bool is(std::string_view what) const {
    return kind != Kind::String && kind != Kind::End && text == what;
  }
};

// Always at a token; past the last one it stays at an End token.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) { next(); }

  const Token& token() const { return token_; }
  void next();

  // The lines after the current token that begin with '|' (behind any spaces), as YAML whose lines
  // and columns are those of this text: earlier lines are empty, and margins are spaces. Then moves
  // to the token that follows.
  std::string take_margin_lines();

  // Appends the bytes of the hexadecimal digits that follow the current token '{', up to the '}',
  // which becomes the token. False at any other character, which then is the token, and at an odd
  // number of digits.
  bool take_hex(std::string& bytes);

 private:
  void skip_blanks();
  void step();
  bool take_line_joint();
  size_t length_of_token() const;
  Token here(Token::Kind kind, size_t length) const;

  std::string_view text_;
  size_t at_ = 0;
  int64_t line_ = 1;
  size_t line_start_ = 0;
  bool first_ = true;
  Token token_;
};

// The text between the quotes with "\"" "\\" "\xNN" replaced; false when it has another escape.
bool unquote(std::string_view quoted, std::string& text);

}  // namespace tilewright
