#include "compiler/import/report.h"

namespace tilewright {

namespace {

constexpr size_t kLongestName = 120;
constexpr size_t kMostFindings = 100;

// Length of the UTF-8 sequence that starts at `at`, or 0 when there is none.
size_t sequence_length(std::string_view bytes, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > bytes.size()) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  const unsigned char next = byte(at + 1);
  const bool overlong = (lead == 0xE0 && next < 0xA0) || (lead == 0xF0 && next < 0x90);
  const bool outside = (lead == 0xED && next >= 0xA0) || (lead == 0xF4 && next >= 0x90);
  return overlong || outside ? 0 : length;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = sequence_length(bytes, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string printable(std::string_view name) {
  std::string out;
  for (size_t at = 0; at < name.size();) {
    if (at >= kLongestName) {
      out += fmt::format("... ({} bytes)", name.size());
      break;
    }
    const size_t length = sequence_length(name, at);
    const auto byte = static_cast<unsigned char>(name[at]);
    if (length == 0 || byte < 0x20 || byte == 0x7F)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += name.substr(at, length);
    at += length == 0 ? 1 : length;
  }
  return out;
}

std::string quoted(std::string_view name) { return "'" + printable(name) + "'"; }

std::string quoted_list(const std::vector<std::string>& names, size_t most) {
  std::string out;
  for (size_t i = 0; i < names.size() && i < most; ++i)
    out += (i == 0 ? "" : ", ") + quoted(names[i]);
  if (names.size() > most) out += fmt::format(" and {} more", names.size() - most);
  return out;
}

void Findings::add(Diagnostic finding) {
  if (findings_.size() < kMostFindings)
    findings_.push_back(std::move(finding));
  else
    ++omitted_;
}

Diagnostics Findings::take() {
  if (omitted_ > 0) {
    const Diagnostic& last = findings_.back();
    findings_.push_back({last.code, last.where, fmt::format("{} more findings", omitted_), ""});
  }
  omitted_ = 0;
  return std::move(findings_);
}

}  // namespace tilewright
