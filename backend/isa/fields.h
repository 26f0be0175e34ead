// The table of the instruction set: every opcode, and the fields of every struct that instructions
// and program files are made of, in order. The assembler, the disassembler, the program container,
// the range checks of verify.h, the opcode table of the README and the random programs of the tests
// all walk this table; nothing else names a field. A new field is one line here (and one in
// backend/asm/program.proto, which a test compares with this table).
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "backend/isa/program.h"
#include "compiler/ir/dim.h"

namespace tilewright::isa {

// How a field looks in assembler text.
enum class Style : uint8_t {
  Named,      // "base 64"; left out when it holds its default
  Bare,       // the value alone, without a name (strings and lists of structs)
  Always,     // an enumerator that is written even when it is the default
  Register,   // "r3"
  Semaphore,  // "s3"
};

// The values a number may have (each one of an array), or the lengths of a list or a string.
struct Rule {
  int64_t least = INT64_MIN, most = INT64_MAX;
  Style style = Style::Named;
  int64_t usual = 0;          // element of a per-dim array that the text leaves out
  std::string_view off = {};  // what a flag is called when it is false; empty: nothing is written
};

template <class Struct, class Value>
struct Field {
  std::string_view name;
  Value Struct::*member;
  Rule rule;
};
template <class Struct, class Value>
constexpr Field<Struct, Value> field(std::string_view name, Value Struct::*member, Rule rule = {}) {
  return {name, member, rule};
}

inline constexpr int64_t kWide = int64_t{1} << 40;  // bound of every size, stride and position
inline constexpr int kMostSemaphores = 64;          // of one layer
inline constexpr Rule kAny = {-kWide, kWide};
inline constexpr Rule kCount = {0, kWide};
inline constexpr Rule kPositive = {1, kWide};
inline constexpr Rule kRegister = {0, kRegisters - 1, Style::Register};
inline constexpr Rule kMask = {0, (1 << kRegisters) - 1};
inline constexpr Rule kFew = {0, 16};  // length of a list inside an instruction

struct None {};
template <class Struct>
inline constexpr None kFields{};

// clang-format off
template <> inline constexpr auto kFields<When> = std::tuple{
    field("at", &When::at), field("trigger", &When::trigger), field("mask", &When::mask, kMask),
    field("within", &When::within, kMask), field("visit", &When::visit), field("visits", &When::visits, kMask)};
template <> inline constexpr auto kFields<RegisterTerm> = std::tuple{
    field("reg", &RegisterTerm::reg, kRegister), field("coefficient", &RegisterTerm::coefficient, kAny)};
template <> inline constexpr auto kFields<Count> = std::tuple{
    field("terms", &Count::terms, kFew), field("step", &Count::step, kPositive)};
template <> inline constexpr auto kFields<AxisSide> = std::tuple{
    field("offset", &AxisSide::offset, kAny), field("terms", &AxisSide::terms, kFew),
    field("step", &AxisSide::step, kAny), field("stride", &AxisSide::stride, kAny)};
template <> inline constexpr auto kFields<BoxAxis> = std::tuple{
    field("count", &BoxAxis::count), field("outer", &BoxAxis::outer),
    field("inner", &BoxAxis::inner), field("limit", &BoxAxis::limit, {-1, kWide}), field("run", &BoxAxis::run), field("last", &BoxAxis::last, kFew)};
template <> inline constexpr auto kFields<Buffer> = std::tuple{
    field("memory", &Buffer::memory, {0, 0, Style::Always}), field("base", &Buffer::base, kCount),
    field("buffers", &Buffer::buffers, {1, 64}), field("buffer_elems", &Buffer::buffer_elems, kCount),
    field("cell_bytes", &Buffer::cell_bytes, {1, 8}), field("mask", &Buffer::mask, kMask),
    field("slide", &Buffer::slide, kMask), field("shift", &Buffer::shift, kCount)};
template <> inline constexpr auto kFields<LoopSpec> = std::tuple{
    field("reg", &LoopSpec::reg, kRegister), field("step", &LoopSpec::step, kPositive),
    field("trips", &LoopSpec::trips, kCount)};
template <> inline constexpr auto kFields<LocalView> = std::tuple{
    field("buffer", &LocalView::buffer), field("stride", &LocalView::stride, kAny)};
template <> inline constexpr auto kFields<SfuOperand> = std::tuple{
    field("view", &SfuOperand::view), field("counts", &SfuOperand::counts, kFew)};
template <> inline constexpr auto kFields<ScalarRef> = std::tuple{
    field("kind", &ScalarRef::kind), field("index", &ScalarRef::index), field("value", &ScalarRef::value)};
template <> inline constexpr auto kFields<ScalarStep> = std::tuple{
    field("op", &ScalarStep::op), field("a", &ScalarStep::a), field("b", &ScalarStep::b),
    field("c", &ScalarStep::c)};
template <> inline constexpr auto kFields<ScalarExpr> = std::tuple{
    field("steps", &ScalarExpr::steps, {0, 4096})};

template <> inline constexpr auto kFields<Nest> = std::tuple{
    field("loops", &Nest::loops, {0, kRegisters, Style::Bare})};
template <> inline constexpr auto kFields<EndNest> = std::tuple{};
template <> inline constexpr auto kFields<Signal> = std::tuple{
    field("semaphore", &Signal::semaphore, {0, kMostSemaphores - 1, Style::Semaphore})};
template <> inline constexpr auto kFields<Wait> = std::tuple{
    field("semaphore", &Wait::semaphore, {0, kMostSemaphores - 1, Style::Semaphore})};
template <> inline constexpr auto kFields<Join> = std::tuple{};
template <> inline constexpr auto kFields<Transfer> = std::tuple{
    field("store", &Transfer::store, {0, 1, Style::Named, 0, "load"}), field("stream", &Transfer::stream),
    field("when", &Transfer::when), field("outer", &Transfer::outer), field("inner", &Transfer::inner),
    field("axes", &Transfer::axes, kFew), field("fill", &Transfer::fill),
    field("multicast", &Transfer::multicast), field("spread", &Transfer::spread),
    field("unroll", &Transfer::unroll, {1, kWide, Style::Named, 1})};
template <> inline constexpr auto kFields<Mac> = std::tuple{
    field("when", &Mac::when), field("inp", &Mac::inp), field("ker", &Mac::ker), field("acc", &Mac::acc),
    field("clear", &Mac::clear, kMask), field("unroll", &Mac::unroll, {1, kWide, Style::Named, 1})};
template <> inline constexpr auto kFields<Drain> = std::tuple{
    field("when", &Drain::when), field("acc", &Drain::acc), field("out", &Drain::out),
    field("biased", &Drain::has_bias), field("bias", &Drain::bias), field("dims", &Drain::dims),
    field("partial", &Drain::partial, kMask), field("epilogue", &Drain::epilogue),
    field("past_lx", &Drain::past_lx), field("sums", &Drain::sums), field("run", &Drain::run)};
template <> inline constexpr auto kFields<Elementwise> = std::tuple{
    field("when", &Elementwise::when), field("inputs", &Elementwise::inputs, kFew),
    field("out", &Elementwise::out), field("expr", &Elementwise::expr),
    field("accumulate", &Elementwise::accumulate), field("reduction", &Elementwise::reduction),
    field("partial", &Elementwise::partial, kMask), field("scale", &Elementwise::scale),
    field("over", &Elementwise::over)};
template <> inline constexpr auto kFields<RingReduce> = std::tuple{
    field("when", &RingReduce::when), field("tile", &RingReduce::tile), field("over", &RingReduce::over),
    field("accumulate", &RingReduce::accumulate, {0, 0, Style::Always})};

template <> inline constexpr auto kFields<TensorPlace> = std::tuple{
    field("name", &TensorPlace::name, {1, 4096, Style::Bare}), field("shape", &TensorPlace::shape, {0, 32}),
    field("address", &TensorPlace::address, kCount)};
template <> inline constexpr auto kFields<CoreSlice> = std::tuple{
    field("start", &CoreSlice::start, kCount), field("size", &CoreSlice::size, {0, kWide, Style::Named, 1})};
// clang-format on

// A struct of the table.
template <class T>
concept Described = !std::same_as<std::remove_cv_t<decltype(kFields<T>)>, None>;

// Calls visit(Field) for each field of Struct, in order.
template <Described Struct, class Visit>
constexpr void for_each_field(Visit&& visit) {
  std::apply([&](const auto&... fields) { (visit(fields), ...); }, kFields<Struct>);
}

constexpr unsigned unit_bit(Unit unit) { return 1u << static_cast<unsigned>(unit); }
inline constexpr unsigned kEveryUnit = (1u << kUnits) - 1;

struct Opcode {
  std::string_view name;
  unsigned units = 0;  // bits of the units whose streams may hold it
  std::string_view meaning;
};

template <class T>
inline constexpr Opcode kOpcode{};
// clang-format off
template <> inline constexpr Opcode kOpcode<Nest> = {"nest", kEveryUnit,
    "opens hardware loops, written `nest (r2 step 64 trips 4) {`"};
template <> inline constexpr Opcode kOpcode<EndNest> = {"end", kEveryUnit,
    "closes the last open nest, written `}`"};
template <> inline constexpr Opcode kOpcode<Signal> = {"signal", kEveryUnit,
    "raises a semaphore by one"};
template <> inline constexpr Opcode kOpcode<Wait> = {"wait", kEveryUnit,
    "holds the stream until the semaphore was raised once more than it was waited for"};
template <> inline constexpr Opcode kOpcode<Join> = {"join", kEveryUnit,
    "holds the stream until everything issued to the unit's own link has arrived"};
template <> inline constexpr Opcode kOpcode<Transfer> = {"xfer", unit_bit(Unit::Ext) | unit_bit(Unit::Load),
    "copies a box between two memories, with padding at the edges of the outer one"};
template <> inline constexpr Opcode kOpcode<Mac> = {"mac", unit_bit(Unit::Pe),
    "multiplies and accumulates one block on the arrays"};
template <> inline constexpr Opcode kOpcode<Drain> = {"drain", unit_bit(Unit::Sfu),
    "takes a block of accumulators through the SFU to Lx: partial sums, bias, epilogue"};
template <> inline constexpr Opcode kOpcode<Elementwise> = {"eltwise", unit_bit(Unit::Sfu),
    "computes a scalar expression for every point of a tile in Lx, with or without reduction"};
template <> inline constexpr Opcode kOpcode<RingReduce> = {"reduce", unit_bit(Unit::Ext),
    "sums up over the ring what the cores hold of one tile, member by member"};
// clang-format on

// Calls visit(T{}) for each instruction type T, in the order of the variant.
template <class Visit>
constexpr void for_each_opcode(Visit&& visit) {
  [&]<class... T>(std::variant<T...>*) { (visit(T{}), ...); }(static_cast<Instruction*>(nullptr));
}

constexpr const Opcode& opcode_of(const Instruction& instruction) {
  return *std::visit([]<class T>(const T&) { return &kOpcode<T>; }, instruction);
}

// Names of enumerators, in order.
template <class Enum>
inline constexpr None kNames{};
template <>
inline constexpr std::array<std::string_view, kUnits> kNames<Unit> = {"ext", "load", "pe", "sfu"};
template <>
inline constexpr std::array<std::string_view, 6> kNames<Memory> = {"external", "lx",  "l0",
                                                                   "lrf",      "acc", "pe"};
template <>
inline constexpr std::array<std::string_view, 5> kNames<At> = {"current", "next", "previous",
                                                               "first", "last"};
template <>
inline constexpr std::array<std::string_view, 3> kNames<Trigger> = {"always", "entering",
                                                                    "leaving"};
template <>
inline constexpr std::array<std::string_view, 5> kNames<Visit> = {"any", "initial", "again",
                                                                  "unfinished", "final"};
template <>
inline constexpr std::array<std::string_view, 3> kNames<Accumulate> = {"assign", "add", "max"};
template <>
inline constexpr std::array<std::string_view, 3> kNames<ScalarRef::Kind> = {"input", "step",
                                                                            "constant"};
template <>
inline constexpr std::array<std::string_view, 3> kNames<DataFormat> = {"fp32", "dlfloat16", "int8"};

template <class Enum>
constexpr std::string_view enumerator_name(Enum e) {
  if constexpr (std::same_as<Enum, ScalarOp>) {
    return name_of(e);
  } else {
    const auto i = static_cast<size_t>(e);
    return i < kNames<Enum>.size() ? kNames<Enum>[i] : std::string_view("?");
  }
}
template <class Enum>
constexpr std::optional<Enum> enumerator_named(std::string_view name) {
  if constexpr (std::same_as<Enum, ScalarOp>) {
    return scalar_op_named(name);
  } else {
    for (size_t i = 0; i < kNames<Enum>.size(); ++i)
      if (kNames<Enum>[i] == name) return static_cast<Enum>(i);
    return std::nullopt;
  }
}

}  // namespace tilewright::isa
