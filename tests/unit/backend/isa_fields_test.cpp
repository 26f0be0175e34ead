#include <set>
#include <string>
#include <vector>

#include "backend/asm/container.h"
#include "backend/isa/fields.h"
#include "tests/support/catch.h"

using namespace tilewright;

namespace {

// Converts to anything: as many of them as a struct can be initialised with, it has members.
struct Anything {
  template <class T>
  operator T() const;  // only named, never called
};
template <class Struct, class... Values>
constexpr size_t members() {
  if constexpr (requires { Struct{Values{}..., Anything{}}; })
    return members<Struct, Values..., Anything>();
  else
    return sizeof...(Values);
}
template <class Struct>
constexpr bool lists_every_member() {
  return std::tuple_size_v<std::remove_cvref_t<decltype(isa::kFields<Struct>)>> ==
         members<Struct>();
}

static_assert(lists_every_member<Nest>() && lists_every_member<EndNest>());
static_assert(lists_every_member<Signal>() && lists_every_member<Wait>());
static_assert(lists_every_member<Join>() && lists_every_member<Transfer>());
static_assert(lists_every_member<Mac>() && lists_every_member<Drain>());
static_assert(lists_every_member<RingReduce>());
static_assert(lists_every_member<Elementwise>() && lists_every_member<When>());
static_assert(lists_every_member<RegisterTerm>() && lists_every_member<Count>());
static_assert(lists_every_member<AxisSide>() && lists_every_member<BoxAxis>());
static_assert(lists_every_member<Buffer>() && lists_every_member<LoopSpec>());
static_assert(lists_every_member<LocalView>() && lists_every_member<SfuOperand>());
static_assert(lists_every_member<ScalarRef>() && lists_every_member<ScalarStep>());
static_assert(lists_every_member<ScalarExpr>() && lists_every_member<TensorPlace>());
static_assert(lists_every_member<CoreSlice>());
static_assert(members<ConstantData>() == 2 && members<LayerProgram>() == 4 &&
                  members<Program>() == 8,
              "text.h and container.h write these out by hand");

// In text, a word inside a struct must mean one thing: a field, a flag or an enumerator.
template <class Struct>
std::vector<std::string> words() {
  std::vector<std::string> all;
  isa::for_each_field<Struct>([&](const auto& f) {
    using Value = std::remove_cvref_t<decltype(std::declval<Struct>().*f.member)>;
    if constexpr (std::is_enum_v<Value> && !std::same_as<Value, ScalarOp>)
      all.insert(all.end(), isa::kNames<Value>.begin(), isa::kNames<Value>.end());
    else
      all.emplace_back(f.name);
    if (!f.rule.off.empty()) all.emplace_back(f.rule.off);
  });
  return all;
}
template <class Struct>
void check_words() {
  const std::vector<std::string> all = words<Struct>();
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == all.size());
}

template <class... Structs>
void check_words_of_each() {
  (check_words<Structs>(), ...);
}

}  // namespace

TEST_CASE("Every instruction type has an opcode of its own, and a meaning") {
  std::set<std::string_view> names;
  isa::for_each_opcode([&]<class T>(const T&) {
    const isa::Opcode& opcode = isa::kOpcode<T>;
    CHECK(names.insert(opcode.name).second);
    CHECK_FALSE(opcode.name.empty());
    CHECK_FALSE(opcode.meaning.empty());
    CHECK(opcode.units != 0);
    CHECK(isa::opcode_of(Instruction(T{})).name == opcode.name);
  });
  CHECK(names.size() == std::variant_size_v<Instruction>);
}

TEST_CASE("Within a struct no two words of assembler text are equal") {
  check_words_of_each<Nest, Transfer, Mac, Drain, Elementwise, RingReduce, When, Count, AxisSide,
                      BoxAxis, Buffer, LoopSpec, LocalView, SfuOperand, TensorPlace, CoreSlice>();
}

TEST_CASE("Enumerators are found by their names") {
  CHECK(isa::enumerator_named<Memory>("lrf") == Memory::Lrf);
  CHECK(isa::enumerator_name(Memory::Acc) == "acc");
  CHECK(isa::enumerator_named<At>("previous") == At::Previous);
  CHECK(isa::enumerator_named<Trigger>("leaving") == Trigger::Leaving);
  CHECK(isa::enumerator_named<Accumulate>("max") == Accumulate::Max);
  CHECK(isa::enumerator_named<ScalarOp>("less_equal") == ScalarOp::LessEqual);
  CHECK_FALSE(isa::enumerator_named<Unit>("dma").has_value());
  CHECK(isa::enumerator_name(static_cast<Unit>(9)) == "?");
}

TEST_CASE("program.proto mirrors the table") {
  const std::vector<std::string> differences = schema_differences();
  for (const std::string& difference : differences) UNSCOPED_INFO(difference);
  CHECK(differences.empty());
}
