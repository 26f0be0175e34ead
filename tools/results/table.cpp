#include "tools/results/table.h"

#include <algorithm>

#include "compiler/support/check.h"

namespace tilewright {

namespace {

constexpr size_t kMostCharacters = 40;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

size_t characters(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

// The place of character `n`.
size_t offset_of(const std::string& text, size_t n) {
  size_t at = 0;
  while (at < text.size()) {
    if (!continues(text[at]) && n-- == 0) return at;
    ++at;
  }
  return at;
}

std::string shortened(const std::string& text) {
  const size_t length = characters(text);
  if (length <= kMostCharacters) return text;
  const size_t head = kMostCharacters / 2 - 1, tail = kMostCharacters - head - 2;
  return text.substr(0, offset_of(text, head)) + ".." + text.substr(offset_of(text, length - tail));
}

}  // namespace

void Table::column(std::string title, Align align) {
  columns_.push_back({std::move(title), align});
}

void Table::row(std::vector<std::string> cells) {
  TW_CHECK(cells.size() == columns_.size(), "{} cells in {} columns", cells.size(),
           columns_.size());
  for (size_t k = 0; k + 1 < cells.size(); ++k) cells[k] = shortened(cells[k]);
  rows_.push_back(std::move(cells));
}

void Table::rule() { rows_.emplace_back(); }

std::string Table::print() const {
  std::vector<size_t> widths;
  for (size_t k = 0; k < columns_.size(); ++k) {
    size_t width = characters(columns_[k].title);
    for (const auto& row : rows_)
      if (!row.empty()) width = std::max(width, characters(row[k]));
    widths.push_back(width);
  }
  auto line = [&](auto&& cell) {
    std::string text;
    for (size_t k = 0; k < columns_.size(); ++k) {
      const std::string content = cell(k);
      const std::string gap(widths[k] - std::min(widths[k], characters(content)), ' ');
      text += (k == 0 ? "" : "  ");
      text += columns_[k].align == Align::Right ? gap + content : content + gap;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  const std::string under = line([&](size_t k) { return std::string(widths[k], '-'); });
  std::string text = line([&](size_t k) { return columns_[k].title; }) + under;
  for (const auto& row : rows_)
    text += row.empty() ? under : line([&](size_t k) { return row[k]; });
  return text;
}

}  // namespace tilewright
