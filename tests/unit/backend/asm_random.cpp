// Programs are drawn field by field from the instruction table; only what relates fields to each
// other is written out here.
#include "tests/unit/backend/asm_random.h"

#include <cmath>
#include <limits>
#include <string>

#include "backend/isa/ranges.h"
#include "compiler/support/rng.h"

namespace tilewright::test {

namespace {

class RandomProgram {
 public:
  explicit RandomProgram(uint64_t seed) : rng_{seed} {}

  Program program(const System& system) {
    Program p;
    p.system = system;
    p.system.chip.cores = rng_.between(1, 40);
    const int64_t format = rng_.below(3);
    p.format = static_cast<DataFormat>(format);
    p.precision = format == 0 ? "fp32" : format == 1 ? "fp16" : "int8";
    p.external_bytes = 1 << 20;
    for (int64_t n = rng_.below(3); n-- > 0;) p.inputs.push_back(tensor(n));
    for (int64_t n = rng_.below(3); n-- > 0;) p.outputs.push_back(tensor(n));
    for (int64_t n = rng_.below(3); n-- > 0;) {
      ConstantData& constant = p.constants.emplace_back();
      constant.address = 4 * rng_.below(1000);
      constant.bytes.resize(static_cast<size_t>(4 * rng_.below(200)));
      for (char& byte : constant.bytes) byte = static_cast<char>(rng_.next());
    }
    for (int64_t n = rng_.below(4); n-- > 0;) p.layers.push_back(layer(p));
    return p;
  }

  // A struct of the table with every field drawn.
  template <isa::Described Struct>
  Struct draw() {
    Struct value{};
    isa::for_each_field<Struct>([&](const auto& f) { draw_value(value.*f.member, f.rule); });
    if constexpr (std::same_as<Struct, Buffer>) mend(value);
    return value;
  }

  std::string name() {
    static constexpr std::string_view kCharacters = "ab/_.:-# \"\\{}|\n\t\x7f\xc3\xa9";
    std::string text = "n";
    for (int64_t n = rng_.below(12); n-- > 0;)
      text +=
          kCharacters[static_cast<size_t>(rng_.below(static_cast<int64_t>(kCharacters.size())))];
    return text;
  }

  ScalarExpr expression(int64_t inputs) {
    ScalarExpr expr;
    for (int64_t s = 0, n = inputs == 0 ? rng_.between(1, 5) : rng_.below(6); s < n; ++s) {
      ScalarStep step;
      step.op = static_cast<ScalarOp>(rng_.below(static_cast<int64_t>(ScalarOp::Select) + 1));
      ScalarRef* refs[] = {&step.a, &step.b, &step.c};
      for (int o = 0; o < arity(step.op); ++o) *refs[o] = reference(inputs, s);
      expr.steps.push_back(step);
    }
    return expr;
  }

 private:
  template <class Value>
  void draw_value(Value& value, const isa::Rule& rule) {
    if constexpr (isa::Described<Value> && !std::same_as<Value, ScalarExpr>) {
      value = draw<Value>();
    } else if constexpr (std::same_as<Value, ScalarExpr>) {
      value = expression(1);
    } else if constexpr (isa::kIsList<Value>) {
      value.resize(static_cast<size_t>(rng_.below(4)));
      for (auto& element : value) draw_value(element, {0, 9});
    } else if constexpr (std::same_as<Value, isa::PerDim>) {
      for (int64_t& element : value)
        element = rng_.coin() ? std::max(rule.least, rule.usual) : number(rule);
    } else if constexpr (std::same_as<Value, float>) {
      value = real();
    } else if constexpr (std::same_as<Value, std::string>) {
      value = name();
    } else if constexpr (std::same_as<Value, bool>) {
      value = rng_.coin();
    } else if constexpr (std::is_enum_v<Value>) {
      value = static_cast<Value>(rng_.below(static_cast<int64_t>(isa::kNames<Value>.size())));
    } else if constexpr (std::same_as<Value, DimSet>) {
      value = static_cast<DimSet>(rng_.next());
    } else {
      value = static_cast<Value>(number(rule));
    }
  }

  // Mostly small, so that no product of a few leaves 60 bits.
  int64_t number(const isa::Rule& rule) {
    const int64_t most = int64_t{1} << rng_.below(11);
    return rng_.between(std::max(rule.least, -most),
                        std::min(rule.most, std::max(most, rule.least)));
  }
  float real() {
    switch (rng_.below(6)) {
      case 0:
        return 0;
      case 1:
        return -0.0f;
      case 2:
        return -std::numeric_limits<float>::infinity();
      case 3:
        return std::numeric_limits<float>::denorm_min();
      case 4:
        return static_cast<float>(rng_.between(-8, 8));
      default:
        return (rng_.uniform() - 0.5f) * std::exp2(static_cast<float>(rng_.between(-60, 60)));
    }
  }
  ScalarRef reference(int64_t inputs, int64_t steps) {
    const int64_t kind = rng_.below(3);
    if (kind == 0 && inputs > 0) return ScalarRef::input(static_cast<int>(rng_.below(inputs)));
    if (kind == 1 && steps > 0)
      return ScalarRef::step(static_cast<int>(rng_.coin() ? steps - 1 : rng_.below(steps)));
    return ScalarRef::constant(real());
  }
  TensorPlace tensor(int64_t n) {
    auto place = draw<TensorPlace>();
    place.name += std::to_string(n);
    place.address *= 4;
    return place;
  }

  void mend(Buffer& buffer) {
    buffer.buffers = std::min(buffer.buffers, 4);
    buffer.buffer_elems = std::min<int64_t>(buffer.buffer_elems, 1024);
    buffer.mask &= rng_.coin() ? 0xffu : 0xff00u;
  }
  static void put(Buffer& buffer, Memory memory) {
    buffer.memory = memory;
    buffer.slide = buffer.memory == Memory::Lx ? buffer.slide & buffer.mask : 0;
    buffer.shift = buffer.slide != 0 ? std::min(buffer.shift, buffer.buffer_elems) : 0;
  }
  void mend(const LayerProgram& layer, Signal& i) { i.semaphore %= layer.semaphores; }
  void mend(const LayerProgram& layer, Wait& i) { i.semaphore %= layer.semaphores; }
  void mend(const LayerProgram&, Transfer& i) {
    put(i.outer, unit_ == Unit::Ext ? Memory::External : Memory::Lx);
    put(i.inner, unit_ == Unit::Ext ? Memory::Lx : rng_.coin() ? Memory::L0 : Memory::Lrf);
    (unit_ == Unit::Ext ? i.stream : i.store) = false;
    for (BoxAxis& axis : i.axes) axis.run &= unit_ == Unit::Ext;
    for (BoxAxis& axis : i.axes)
      if (unit_ != Unit::Ext) axis.last.clear();
    if (i.axes.size() > 2) i.axes.resize(2);
    mend(i.when);
    if (unit_ == Unit::Load && i.stream && rng_.coin()) i.inner.memory = Memory::Pe;
    if (unit_ == Unit::Load && i.inner.memory != Memory::Pe && rng_.below(3) == 0)
      put(i.outer, Memory::External);
    i.spread &= unit_ == Unit::Ext && (i.when.at == At::Next || i.when.at == At::Previous);
    if (i.spread) i.inner.slide = i.inner.shift = 0;
  }
  void mend(const LayerProgram&, Mac& i) {
    put(i.inp.buffer, Memory::L0);
    put(i.ker.buffer, Memory::Lrf);
    put(i.acc.buffer, Memory::Acc);
    mend(i.when);
  }
  void mend(const LayerProgram&, Drain& i) {
    put(i.acc.buffer, Memory::Acc);
    put(i.out.buffer, i.past_lx ? Memory::External : Memory::Lx);
    put(i.bias.buffer, Memory::Lx);
    if (i.past_lx) {
      put(i.sums.buffer, Memory::External);
    } else {
      i.sums = {};
      i.run = 0;
    }
    mend(i.when);
  }
  void mend(const LayerProgram&, Elementwise& i) {
    for (SfuOperand& input : i.inputs) put(input.view.buffer, Memory::Lx);
    put(i.out.view.buffer, Memory::Lx);
    i.expr = expression(static_cast<int64_t>(i.inputs.size()));
    mend(i.when);
  }
  void mend(const LayerProgram&, RingReduce& i) {
    put(i.tile.buffer, Memory::Lx);
    if (i.accumulate == Accumulate::Assign) i.accumulate = Accumulate::Max;
    mend(i.when);
  }
  template <class T>
  void mend(const LayerProgram&, T&) {}
  // First and Last need a nest beside them; see stream().
  void mend(When& when) {
    if (when.at == At::First || when.at == At::Last) when.at = At::Current;
  }

  LayerProgram layer(const Program& program) {
    LayerProgram layer;
    layer.name = name();
    layer.cores.resize(static_cast<size_t>(rng_.between(1, program.system.chip.cores)));
    for (CoreSlice& core : layer.cores)
      for (size_t d = 0; d < 8; ++d) {
        core.start[d] = rng_.coin() ? 0 : rng_.below(100);
        core.size[d] = rng_.coin() ? 1 : rng_.below(20);
      }
    layer.semaphores = static_cast<int32_t>(rng_.between(1, isa::kMostSemaphores));
    for (size_t u = 0; u < layer.streams.size(); ++u) {
      unit_ = static_cast<Unit>(u);
      open_ = 0;
      stream(layer, layer.streams[u], 0);
    }
    return layer;
  }
  void stream(const LayerProgram& layer, std::vector<Instruction>& out, int depth) {
    for (int64_t n = rng_.below(5); n-- > 0;) {
      if (depth < 3 && rng_.below(3) == 0) {
        const RegisterMask before = open_;
        if (rng_.coin()) out.push_back(looking_at(At::First, instruction(layer)));
        out.emplace_back(nest());
        stream(layer, out, depth + 1);
        out.emplace_back(EndNest{});
        open_ = before;
        if (rng_.coin()) out.push_back(looking_at(At::Last, instruction(layer)));
      } else {
        out.push_back(instruction(layer));
      }
    }
  }
  static Instruction looking_at(At at, Instruction instruction) {
    std::visit(
        [&](auto& i) {
          if constexpr (requires { i.when; }) i.when.at = at;
          if constexpr (requires { i.spread; }) i.spread = false;
        },
        instruction);
    return instruction;
  }
  Nest nest() {
    auto nest = draw<Nest>();
    const int first = rng_.coin() ? 0 : 8;
    std::vector<LoopSpec> loops;
    for (LoopSpec& loop : nest.loops) {
      loop.reg = first + loop.reg % 8;
      if ((open_ >> loop.reg & 1) == 0) loops.push_back(loop);
      open_ |= RegisterMask{1} << loop.reg;
    }
    return {loops};
  }
  Instruction instruction(const LayerProgram& layer) {
    while (true) {
      Instruction one = Join{};
      int64_t skip = rng_.below(static_cast<int64_t>(std::variant_size_v<Instruction>));
      isa::for_each_opcode([&]<class T>(const T&) {
        if (skip-- == 0) {
          auto drawn = draw<T>();
          mend(layer, drawn);
          one = drawn;
        }
      });
      const bool of_unit = (isa::opcode_of(one).units & isa::unit_bit(unit_)) != 0;
      if (of_unit && !std::holds_alternative<Nest>(one) && !std::holds_alternative<EndNest>(one))
        return one;
    }
  }

  Rng rng_;
  Unit unit_ = Unit::Ext;
  RegisterMask open_ = 0;
};

}  // namespace

Program random_program(uint64_t seed, const System& system) {
  return RandomProgram(seed).program(system);
}

}  // namespace tilewright::test
