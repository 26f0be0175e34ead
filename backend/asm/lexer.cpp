#include "backend/asm/lexer.h"

#include <algorithm>
#include <cctype>

namespace tilewright {

namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void Lexer::step() {
  if (text_[at_++] == '\n') {
    ++line_;
    line_start_ = at_;
    first_ = true;
  }
}

void Lexer::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '#')
      at_ = std::min(text_.find('\n', at_), text_.size());
    else if (c == '\\' && take_line_joint())
      continue;
    else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
      step();
    else
      return;
  }
}

// A backslash at the end of a line: the statement goes on.
bool Lexer::take_line_joint() {
  const size_t end = text_.find_first_not_of(" \t\r", at_ + 1);
  if (end == std::string_view::npos || text_[end] != '\n') return false;
  const bool first = first_;
  at_ = end;
  step();
  first_ = first;
  return true;
}

Token Lexer::here(Token::Kind kind, size_t length) const {
  return {kind, text_.substr(at_, length), line_, static_cast<int64_t>(at_ - line_start_) + 1,
          first_};
}

// Of the word, number or string that begins here; a string without its second quote ends with the
// line.
size_t Lexer::length_of_token() const {
  size_t end = at_ + 1;
  if (text_[at_] == '"') {
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\n')
      end += text_[end] == '\\' && end + 1 < text_.size() && text_[end + 1] != '\n' ? 2 : 1;
    return (end < text_.size() && text_[end] == '"' ? end + 1 : end) - at_;
  }
  const auto goes_on = [&](char c) {
    return is_letter(c) || is_digit(c) || c == '.' ||
           ((c == '-' || c == '+') && text_[end - 1] == 'e' && !is_letter(text_[at_]));
  };
  while (end < text_.size() && goes_on(text_[end])) ++end;
  return end - at_;
}

void Lexer::next() {
  skip_blanks();
  if (at_ >= text_.size()) {
    token_ = {Token::Kind::End, {}, line_, static_cast<int64_t>(at_ - line_start_) + 1, true};
    return;
  }
  const char c = text_[at_];
  Token::Kind kind = Token::Kind::Mark;
  if (is_letter(c)) kind = Token::Kind::Word;
  if (is_digit(c) || c == '-' || c == '.') kind = Token::Kind::Number;
  if (c == '"') kind = Token::Kind::String;
  token_ = here(kind, kind == Token::Kind::Mark ? 1 : length_of_token());
  at_ += token_.text.size();
  first_ = false;
}

std::string Lexer::take_margin_lines() {
  std::string yaml(static_cast<size_t>(line_ - 1), '\n');
  size_t line_end = std::min(text_.find('\n', at_), text_.size());
  const size_t more = text_.find_first_not_of(" \t\r", at_);
  const bool alone = more >= line_end || text_[more] == '#';
  while (alone && line_end < text_.size()) {
    const size_t bar = text_.find_first_not_of(" \t", line_end + 1);
    if (bar == std::string_view::npos || text_[bar] != '|') break;
    at_ = line_end;
    step();
    line_end = std::min(text_.find('\n', at_), text_.size());
    (yaml += '\n').append(bar + 1 - at_, ' ');
    yaml += text_.substr(bar + 1, line_end - bar - 1);
    at_ = line_end;
  }
  next();
  return yaml;
}

bool Lexer::take_hex(std::string& bytes) {
  int high = -1;
  for (; at_ < text_.size(); step()) {
    const int value = hex_value(text_[at_]);
    if (value >= 0) {
      if (high >= 0) bytes += static_cast<char>(high << 4 | value);
      high = high >= 0 ? -1 : value;
    } else if (text_[at_] != ' ' && text_[at_] != '\n' && text_[at_] != '\r') {
      break;
    }
  }
  next();
  return token_.is("}") && high < 0;
}

bool unquote(std::string_view quoted, std::string& text) {
  if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') return false;
  quoted = quoted.substr(1, quoted.size() - 2);
  text.clear();
  for (size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '\\') {
      text += quoted[i];
      continue;
    }
    if (++i >= quoted.size()) return false;
    if (quoted[i] == '"' || quoted[i] == '\\') {
      text += quoted[i];
    } else {
      if (quoted[i] != 'x' || i + 2 >= quoted.size()) return false;
      const int high = hex_value(quoted[i + 1]), low = hex_value(quoted[i + 2]);
      if (high < 0 || low < 0) return false;
      text += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  return true;
}

}  // namespace tilewright
