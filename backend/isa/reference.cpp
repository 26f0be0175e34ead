#include "backend/isa/reference.h"

#include <fmt/format.h>

#include "backend/isa/fields.h"

namespace tilewright::isa {

namespace {

std::string units_text(unsigned units) {
  if (units == kEveryUnit) return "all";
  std::string text;
  for (size_t u = 0; u < kNames<Unit>.size(); ++u)
    if ((units >> u & 1) != 0) text += (text.empty() ? "" : " ") + std::string(kNames<Unit>[u]);
  return text;
}

template <class Struct>
std::string fields_text() {
  std::string text;
  for_each_field<Struct>(
      [&](const auto& f) { text += (text.empty() ? "`" : " `") + std::string(f.name) + "`"; });
  return text;
}

template <class... Structs>
std::string struct_rows(std::initializer_list<std::string_view> names) {
  std::string rows;
  const std::string_view* name = names.begin();
  ((rows += fmt::format("| `{}` | {} |\n", *name++, fields_text<Structs>())), ...);
  return rows;
}

}  // namespace

std::string opcode_table() {
  std::string table = "| opcode | units | fields | meaning |\n|---|---|---|---|\n";
  for_each_opcode([&]<class T>(const T&) {
    const Opcode& opcode = kOpcode<T>;
    table += fmt::format("| `{}` | {} | {} | {} |\n", opcode.name, units_text(opcode.units),
                         fields_text<T>(), opcode.meaning);
  });
  return table;
}

std::string struct_table() {
  return "| struct | fields |\n|---|---|\n" +
         struct_rows<When, Buffer, BoxAxis, Count, AxisSide, LoopSpec, LocalView, SfuOperand>(
             {"When", "Buffer", "BoxAxis", "Count", "AxisSide", "LoopSpec", "LocalView",
              "SfuOperand"});
}

}  // namespace tilewright::isa
