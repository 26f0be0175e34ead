#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "backend/asm/text.h"
#include "backend/isa/ranges.h"
#include "compiler/arch/system_yaml.h"

namespace tilewright {

namespace {

using namespace isa;

constexpr size_t kLineWidth = 100;
constexpr size_t kHexBytesPerLine = 40;

template <class T>
bool same(const T& a, const T& b) {
  if constexpr (std::same_as<T, float>)
    return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);  // tells -0 from 0
  else
    return a == b;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out += '"';
}

// The fields of an instruction, a tensor or a core: on one line, or, when `wrap_indent` is
// positive, wrapped. Further lines then stand behind so many spaces, elements of lists behind two
// more.
class FieldWriter {
 public:
  explicit FieldWriter(size_t wrap_indent = 0) : wrap_indent_(wrap_indent) {}

  template <Described Struct>
  std::string fields(const Struct& value) {
    [[maybe_unused]] static const Struct defaults{};
    std::string out;
    size_t column = wrap_indent_ + std::string_view("eltwise").size();
    for_each_field<Struct>([&](const auto& f) {
      const std::string text = field_text(f, value.*f.member, defaults.*f.member);
      if (text.empty()) return;
      const size_t first_line = std::min(text.find('\n'), text.size());
      const bool wrap = wrap_indent_ > 0 && !out.empty() && column + first_line + 3 > kLineWidth;
      if (wrap) out += " \\\n" + std::string(wrap_indent_, ' ');
      if (!wrap && !out.empty()) out += ' ';
      column = (wrap ? wrap_indent_ : column + 1) + text.size();
      if (first_line < text.size()) column = text.size() - text.rfind('\n');
      out += text;
    });
    return out;
  }

 private:
  template <class F, class Value>
  std::string field_text(const F& f, const Value& value, const Value& usual) {
    [[maybe_unused]] const bool named = f.rule.style == Style::Named;
    if constexpr (std::same_as<Value, bool>) {
      return std::string(value ? f.name : f.rule.off);
    } else if constexpr (std::is_enum_v<Value>) {
      return named && value == usual ? "" : std::string(enumerator_name(value));
    } else {
      if (f.rule.style == Style::Register) return "r" + value_text(value, f.rule);
      if (f.rule.style == Style::Semaphore) return "s" + value_text(value, f.rule);
      if (named && same(value, usual)) return "";
      return (named ? std::string(f.name) + " " : "") + value_text(value, f.rule);
    }
  }

  template <class Value>
  std::string value_text(const Value& value, const Rule& rule) {
    if constexpr (std::same_as<Value, RegisterMask>) {
      return bits_text(value, [](int r) { return fmt::format("r{}", r); });
    } else if constexpr (std::same_as<Value, DimSet>) {
      return bits_text(value, [](int d) { return std::string(name_of(kDims[d])); });
    } else if constexpr (std::same_as<Value, std::string>) {
      return quoted(value);
    } else if constexpr (std::same_as<Value, ScalarExpr>) {
      return quoted(print(value));
    } else if constexpr (std::same_as<Value, PerDim>) {
      return per_dim_text(value, rule.usual);
    } else if constexpr (std::same_as<Value, std::vector<RegisterTerm>>) {
      return terms_text(value);
    } else if constexpr (kIsList<Value>) {
      return list_text(value, rule.style == Style::Bare);
    } else if constexpr (Described<Value>) {
      return "(" + FieldWriter().fields(value) + ")";
    } else {
      return fmt::format("{}", value);
    }
  }

  template <class Name>
  static std::string bits_text(uint32_t bits, Name&& name) {
    std::string out;
    for (int b = 0; b < 32; ++b)
      if ((bits >> b & 1) != 0) out += (out.empty() ? "" : " ") + name(b);
    return "{" + out + "}";
  }
  static std::string per_dim_text(const PerDim& values, int64_t usual) {
    std::string out;
    for (size_t d = 0; d < values.size(); ++d)
      if (values[d] != usual)
        out += fmt::format("{}{} {}", out.empty() ? "" : " ", name_of(kDims[d]), values[d]);
    return "{" + out + "}";
  }
  static std::string terms_text(const std::vector<RegisterTerm>& terms) {
    static_assert(std::tuple_size_v<decltype(kFields<RegisterTerm>)> == 2);
    std::string out;
    for (const RegisterTerm& term : terms) {
      if (!out.empty()) out += " + ";
      if (term.coefficient != 1) out += fmt::format("{}*", term.coefficient);
      out += fmt::format("r{}", term.reg);
    }
    return out;
  }
  template <class Element>
  std::string list_text(const std::vector<Element>& list, bool bare) {
    const bool broken = Described<Element> && !bare && wrap_indent_ > 0 && !list.empty();
    const std::string gap = broken ? "\n" + std::string(wrap_indent_ + 2, ' ') : " ";
    std::string out = bare ? "" : "[";
    for (size_t i = 0; i < list.size(); ++i) {
      if (i > 0 || broken) out += gap;
      if constexpr (Described<Element>)
        out += "(" + FieldWriter().fields(list[i]) + ")";
      else
        out += fmt::format("{}", list[i]);
    }
    if (broken) out += "\n" + std::string(wrap_indent_, ' ');
    return bare ? out : out + "]";
  }

  size_t wrap_indent_;
};

template <class T>
std::string with_fields(std::string_view word, const T& value, size_t wrap_indent) {
  const std::string fields = FieldWriter(wrap_indent).fields(value);
  return std::string(word) + (fields.empty() ? "" : " ") + fields;
}

std::string instruction_text(const Instruction& instruction, size_t wrap_indent) {
  return std::visit(
      [&]<class T>(const T& i) { return with_fields(kOpcode<T>.name, i, wrap_indent); },
      instruction);
}

class ProgramWriter {
 public:
  explicit ProgramWriter(const DisassembleOptions& options) : options_(options) {}

  std::string write(const Program& program) {
    size_t constant_bytes = 0;
    for (const ConstantData& constant : program.constants) constant_bytes += constant.bytes.size();
    if (options_.constants)
      out_.reserve(constant_bytes / kHexBytesPerLine * 83 + (size_t{1} << 16));
    line("tilewright_program 1");
    if (!options_.constants && constant_bytes > 0)
      line(fmt::format("# Without its {} bytes of constants: for reading, not for assembling.",
                       constant_bytes));
    line("precision " + quoted(program.precision));
    line(fmt::format("format {}", enumerator_name(program.format)));
    line(fmt::format("external_bytes {}", program.external_bytes));
    write_system(program.system);
    for (const TensorPlace& tensor : program.inputs) line(with_fields("input", tensor, 0));
    for (const TensorPlace& tensor : program.outputs) line(with_fields("output", tensor, 0));
    for (const ConstantData& constant : program.constants) write_constant(constant);
    for (const LayerProgram& layer : program.layers) write_layer(layer);
    return std::move(out_);
  }

 private:
  void line(std::string_view text) {
    out_.append(indent_, ' ');
    (out_ += text) += '\n';
  }
  void open(std::string_view text) {
    line(std::string(text) + " {");
    indent_ += 2;
  }
  void close() {
    indent_ -= std::min<size_t>(indent_, 2);
    line("}");
  }

  void write_system(const System& system) {
    line("system");
    const std::string yaml = print_system(system);
    for (size_t from = 0; from < yaml.size();) {
      const size_t end = std::min(yaml.find('\n', from), yaml.size());
      const std::string_view row = std::string_view(yaml).substr(from, end - from);
      line(row.empty() ? std::string("  |") : "  | " + std::string(row));
      from = end + 1;
    }
  }

  void write_constant(const ConstantData& constant) {
    const std::string head =
        fmt::format("constant address {} bytes {}", constant.address, constant.bytes.size());
    if (!options_.constants) return line(head + " elided");
    static constexpr char kDigits[] = "0123456789abcdef";
    line(head + " {");
    for (size_t i = 0; i < constant.bytes.size(); i += kHexBytesPerLine) {
      out_ += "  ";
      for (size_t b = i; b < std::min(i + kHexBytesPerLine, constant.bytes.size()); ++b) {
        const auto byte = static_cast<unsigned char>(constant.bytes[b]);
        (out_ += kDigits[byte >> 4]) += kDigits[byte & 15];
      }
      out_ += '\n';
    }
    line("}");
  }

  void write_layer(const LayerProgram& layer) {
    open(fmt::format("layer {} semaphores {}", quoted(layer.name), layer.semaphores));
    for (const CoreSlice& core : layer.cores) line(with_fields("core", core, 0));
    for (size_t unit = 0; unit < layer.streams.size(); ++unit) {
      if (layer.streams[unit].empty()) continue;
      open(kNames<Unit>[unit]);
      for (const Instruction& instruction : layer.streams[unit]) write_instruction(instruction);
      close();
    }
    close();
  }

  void write_instruction(const Instruction& instruction) {
    if (std::holds_alternative<EndNest>(instruction)) return close();
    std::string text = instruction_text(instruction, 0);
    if (std::holds_alternative<Nest>(instruction)) return open(text);
    if (indent_ + text.size() > kLineWidth) text = instruction_text(instruction, indent_ + 2);
    line(text);
  }

  const DisassembleOptions& options_;
  std::string out_;
  size_t indent_ = 0;
};

}  // namespace

std::string disassemble(const Program& program, const DisassembleOptions& options) {
  return ProgramWriter(options).write(program);
}

std::string disassemble(const Instruction& instruction) { return instruction_text(instruction, 0); }

}  // namespace tilewright
