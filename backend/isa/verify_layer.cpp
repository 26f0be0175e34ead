#include "backend/isa/verify_layer.h"

#include <algorithm>
#include <cmath>

#include "backend/isa/ranges.h"
#include "backend/isa/verify.h"
#include "compiler/support/overloaded.h"

namespace tilewright::isa {

namespace {

constexpr double kMostAddress = 0x1p60;  // in magnitude, so that 64 bits hold every partial sum
constexpr RegisterMask kTileRegisters = 0x00ff, kBlockRegisters = 0xff00;

bool of_one_stage(RegisterMask mask) {
  return (mask & kTileRegisters) == 0 || (mask & kBlockRegisters) == 0;
}

// Upper bounds of what the registers of a layer can hold, on any core.
struct RegisterBounds {
  std::array<double, kRegisters> position{}, extent{}, start{};

  explicit RegisterBounds(const LayerProgram& layer) {
    for (const CoreSlice& core : layer.cores)
      for (size_t d = 0; d < 8; ++d) {
        for (size_t r : {d, d + 8})
          extent[r] = std::max(extent[r], static_cast<double>(core.size[d]));
        start[d] = std::max(start[d], static_cast<double>(core.start[d]));
      }
    for (const auto& stream : layer.streams)
      for (const Instruction& instruction : stream)
        if (const auto* nest = std::get_if<Nest>(&instruction))
          for (const LoopSpec& loop : nest->loops) include(loop);
  }

  static double rounds(const LoopSpec& loop, double limit) {
    return loop.trips > 0 ? static_cast<double>(loop.trips)
                          : std::ceil(limit / static_cast<double>(std::max<int64_t>(loop.step, 1)));
  }

 private:
  void include(const LoopSpec& loop) {
    if (loop.reg < 0 || loop.reg >= kRegisters) return;
    const auto r = static_cast<size_t>(loop.reg);
    position[r] = std::max(position[r], rounds(loop, extent[r]) * static_cast<double>(loop.step));
  }
};

class StreamVerifier {
 public:
  StreamVerifier(const Program& program, const LayerProgram& layer, const RegisterBounds& bounds,
                 Unit unit, const ReportInLayer& report)
      : program_(program), layer_(layer), bounds_(bounds), unit_(unit), report_(report) {}

  void run() {
    const auto& stream = layer_.streams[static_cast<size_t>(unit_)];
    for (const Instruction& instruction : stream) {
      const Opcode& opcode = opcode_of(instruction);
      if ((opcode.units & unit_bit(unit_)) == 0)
        say(fmt::format("{} is no instruction of unit {}", opcode.name, enumerator_name(unit_)));
      sound_ = true;
      std::visit([&](const auto& i) { check_fields(i); }, instruction);
      // Rules that relate fields read them as they are, so only when each is within its range.
      if (sound_)
        std::visit([&](const auto& i) { check(i); }, instruction);
      else if (std::holds_alternative<Nest>(instruction))
        open_.emplace_back();
      note_nests(instruction);
      ++at_;
    }
    end_body();
    if (!open_.empty()) say(fmt::format("{} nests are open at the end", open_.size()));
  }

 private:
  void say(std::string message) {
    sound_ = false;
    report_(static_cast<int>(unit_), at_, std::move(message));
  }
  template <class T>
  void check_fields(const T& instruction) {
    check_ranges(instruction, nullptr, [&](std::string message) { say(std::move(message)); });
  }

  // Instructions that look at the first or last state of a nest must stand beside one.
  void note_nests(const Instruction& instruction) {
    if (std::holds_alternative<Nest>(instruction)) {
      bodies_.back().wait_for_nest.clear();
      bodies_.emplace_back();
    } else if (std::holds_alternative<EndNest>(instruction)) {
      end_body();
      if (bodies_.empty()) bodies_.emplace_back();
      bodies_.back().has_nest = true;
    }
    const auto when = std::visit(
        [](const auto& i) {
          if constexpr (requires { i.when; })
            return i.when;
          else
            return When{};
        },
        instruction);
    if (when.at == At::First) bodies_.back().wait_for_nest.push_back(at_);
    if (when.at == At::Last && !bodies_.back().has_nest)
      say("looks at the last state of the nest before it, but none stands before it here");
  }
  void end_body() {
    for (int64_t at : bodies_.back().wait_for_nest)
      report_(static_cast<int>(unit_), at,
              "looks at the first state of the next nest, but none follows it here");
    bodies_.pop_back();
  }

  void check(const Nest& nest) {
    RegisterMask mask = 0, open = 0;
    double rounds = open_.empty() ? 1 : open_.back().rounds;
    for (const Open& outer : open_) open |= outer.mask;
    for (const LoopSpec& loop : nest.loops) {
      const RegisterMask bit = RegisterMask{1} << loop.reg;
      if (((mask | open) & bit) != 0)
        say(fmt::format("r{} is already the register of an open loop", loop.reg));
      mask |= bit;
      rounds *= std::max(
          1.0, RegisterBounds::rounds(loop, bounds_.extent[static_cast<size_t>(loop.reg)]));
    }
    if (!of_one_stage(mask)) say("a nest has registers either below r8 or from r8 on");
    if (open_.size() >= kRegisters) say(fmt::format("more than {} open nests", kRegisters));
    if (rounds > kMostAddress) say(fmt::format("{:.3g} rounds do not fit 60 bits", rounds));
    open_.push_back({mask, rounds});
  }
  void check(const EndNest&) {
    if (open_.empty()) return say("closes a nest, but none is open");
    open_.pop_back();
  }
  void check(const Signal& signal) { check_semaphore(signal.semaphore); }
  void check(const Wait& wait) { check_semaphore(wait.semaphore); }
  void check(const Join&) {}

  void check(const Transfer& t) {
    const bool ext = unit_ == Unit::Ext;
    if (ext)
      check_buffer("outer", t.outer, {Memory::External});
    else
      check_buffer("outer", t.outer, {Memory::Lx, Memory::External});
    const bool past_lx = !ext && t.outer.memory == Memory::External;
    if (past_lx && t.inner.memory == Memory::Pe) say("nothing streams past Lx into the PEs");
    if (ext)
      check_buffer("inner", t.inner, {Memory::Lx});
    else
      check_buffer("inner", t.inner, {Memory::L0, Memory::Lrf, Memory::Pe});
    if (t.inner.memory == Memory::Pe && !t.stream) say("what goes into the PEs streams");
    if (ext && t.stream) say("only unit load streams");
    if (t.spread && (!ext || (t.when.at != At::Next && t.when.at != At::Previous)))
      say("only unit ext spreads a transfer, of the next or the previous state");
    if (!ext && t.store) say("only unit ext stores");
    if (t.spread && t.inner.slide != 0) say("a spread transfer's inner buffer cannot slide");
    double points = 1, outer = 0, inner = 0;
    for (const BoxAxis& axis : t.axes) {
      if (!ext && !past_lx && axis.run) say("only external memory has runs");
      if (!ext && !axis.last.empty()) say("only unit ext copies the last points alone");
      const double count = most_points(axis.count);
      check_magnitude("last points of an axis", most_sum(axis.last));
      points *= std::max(1.0, count);
      outer += most_address(axis.outer, count);
      inner += most_address(axis.inner, count);
    }
    check_magnitude("points of the box", points);
    check_magnitude("outer addresses", outer + static_cast<double>(t.outer.base));
    check_magnitude("inner addresses", inner + static_cast<double>(t.inner.base));
  }

  void check(const Mac& mac) {
    check_view("inp", mac.inp, {Memory::L0, Memory::Lrf, Memory::Pe});
    check_view("ker", mac.ker, {Memory::L0, Memory::Lrf, Memory::Pe});
    check_view("acc", mac.acc, {Memory::Acc, Memory::Lrf});
    check_magnitude("multiply-accumulates", most_volume());
  }
  void check(const Drain& drain) {
    check_view("acc", drain.acc, {Memory::Acc, Memory::Lrf});
    check_view("out", drain.out, {drain.past_lx ? Memory::External : Memory::Lx});
    if (drain.past_lx)
      check_view("sums", drain.sums, {Memory::External});
    else if (drain.sums != LocalView{} || drain.run != 0)
      say("only a drain past Lx has sums and runs of its own");
    if (drain.has_bias) check_view("bias", drain.bias, {Memory::Lx});
    check_expr("epilogue", drain.epilogue, 1);
    check_magnitude("points of the block", most_volume());
  }
  void check(const Elementwise& e) {
    for (size_t i = 0; i < e.inputs.size(); ++i)
      check_operand(fmt::format("inputs[{}]", i), e.inputs[i]);
    check_operand("out", e.out);
    check_expr("expr", e.expr, e.inputs.size());
    check_magnitude("points of the tile", most_volume());
  }

  void check(const RingReduce& reduce) {
    check_view("tile", reduce.tile, {Memory::Lx});
    if (reduce.accumulate == Accumulate::Assign) say("a reduce adds or maximises");
    check_magnitude("points of the tile", most_volume());
  }

  void check_semaphore(int32_t semaphore) {
    if (semaphore >= layer_.semaphores)
      say(fmt::format("semaphore s{} of a layer that has {}", semaphore, layer_.semaphores));
  }
  void check_operand(const std::string& name, const SfuOperand& operand) {
    check_view(name, operand.view, {Memory::Lx});
    double points = 1;
    for (const Count& count : operand.counts) points *= std::max(1.0, most_points(count));
    check_magnitude(name + " elements", points);
  }
  void check_view(const std::string& name, const LocalView& view,
                  std::initializer_list<Memory> allowed) {
    check_buffer(name, view.buffer, allowed);
    double most = static_cast<double>(view.buffer.base);
    for (size_t d = 0; d < 8; ++d)
      most +=
          std::abs(static_cast<double>(view.stride[d])) *
          (bounds_.extent[d] + bounds_.position[d] + bounds_.position[d + 8] + bounds_.start[d]);
    check_magnitude(name + " addresses", most);
  }
  void check_buffer(const std::string& name, const Buffer& buffer,
                    std::initializer_list<Memory> allowed) {
    if (std::find(allowed.begin(), allowed.end(), buffer.memory) == allowed.end())
      say(fmt::format(
          "{} is in memory {}, which {} of unit {} does not reach", name,
          enumerator_name(buffer.memory),
          opcode_of(layer_.streams[static_cast<size_t>(unit_)][static_cast<size_t>(at_)]).name,
          enumerator_name(unit_)));
    if (!of_one_stage(buffer.mask)) say(name + ".mask has registers below r8 and from r8 on");
    if (buffer.slide != 0 && buffer.memory != Memory::Lx) say(name + " slides; only Lx does");
    if ((buffer.slide & ~buffer.mask) != 0) say(name + ".slide has registers that .mask lacks");
    if (buffer.shift > (buffer.slide != 0 ? buffer.buffer_elems : 0))
      say(fmt::format("{} slides by {} of {} elements", name, buffer.shift,
                      buffer.slide != 0 ? buffer.buffer_elems : 0));
    const bool in_bytes = buffer.memory == Memory::External || buffer.memory == Memory::Lx;
    const int64_t capacity = buffer.memory == Memory::External ? program_.external_bytes
                             : buffer.memory == Memory::Lx     ? program_.system.core.lx_bytes
                                                               : kMostLocalCells;
    const int64_t end =
        buffer.base + buffer.buffers * buffer.buffer_elems * (in_bytes ? buffer.cell_bytes : 1);
    if (end > capacity)
      say(fmt::format("{} ends at {} {} of {}, which has {}", name, end,
                      in_bytes ? "bytes" : "cells", enumerator_name(buffer.memory), capacity));
  }
  void check_expr(const std::string& name, const ScalarExpr& expr, size_t inputs) {
    const std::string problem = problem_of(expr, inputs);
    if (!problem.empty()) return say(name + ": " + problem);
    for (size_t s = 0; s < expr.steps.size(); ++s) {
      const ScalarStep& step = expr.steps[s];
      const ScalarRef refs[] = {step.a, step.b, step.c};
      for (int o = 0; o < 3; ++o) {
        const bool constant = refs[o].kind == ScalarRef::Kind::Constant;
        const bool plain = constant ? refs[o].index == 0 : refs[o].value == 0;
        if (o < arity(step.op) ? !plain : refs[o] != ScalarRef{})
          say(fmt::format("{}: step {} has an operand {} that is not read, but set", name, s, o));
      }
    }
  }
  void check_magnitude(const std::string& what, double most) {
    if (!(most <= kMostAddress))
      say(fmt::format("{}, up to {:.3g}, do not fit 60 bits", what, most));
  }

  double most_points(const Count& count) const { return 1 + most_sum(count.terms); }
  double most_sum(const std::vector<RegisterTerm>& terms) const {
    double most = 0;
    for (const RegisterTerm& term : terms)
      most += std::abs(static_cast<double>(term.coefficient)) *
              bounds_.extent[static_cast<size_t>(term.reg)];
    return most;
  }
  double most_address(const AxisSide& side, double points) const {
    double index = std::abs(static_cast<double>(side.offset)) +
                   std::abs(static_cast<double>(side.step)) * points;
    for (const RegisterTerm& term : side.terms) {
      const auto r = static_cast<size_t>(term.reg);
      index += std::abs(static_cast<double>(term.coefficient)) *
               (bounds_.position[r] + bounds_.start[r] + bounds_.extent[r]);
    }
    return index * std::max(1.0, std::abs(static_cast<double>(side.stride)));
  }
  double most_volume() const {
    double points = 1;
    for (size_t d = 0; d < 8; ++d) points *= std::max(1.0, bounds_.extent[d]);
    return points;
  }

  struct Open {
    RegisterMask mask = 0;
    double rounds = 1;
  };

  struct Body {
    bool has_nest = false;               // so far
    std::vector<int64_t> wait_for_nest;  // instructions that need a nest behind them
  };

  const Program& program_;
  const LayerProgram& layer_;
  const RegisterBounds& bounds_;
  const Unit unit_;
  const ReportInLayer& report_;
  std::vector<Open> open_;
  std::vector<Body> bodies_{1};
  int64_t at_ = 0;
  bool sound_ = true;
};

}  // namespace

void verify_layer(const Program& program, const LayerProgram& layer, const ReportInLayer& report) {
  const auto working = static_cast<int64_t>(layer.cores.size());
  if (working < 1 || working > program.system.chip.cores)
    report(
        -1, -1,
        fmt::format("{} core slices, on a chip of {} cores", working, program.system.chip.cores));
  if (layer.semaphores < 0 || layer.semaphores > kMostSemaphores)
    report(-1, -1,
           fmt::format("{} semaphores; allowed: 0 to {}", layer.semaphores, kMostSemaphores));
  for (size_t c = 0; c < layer.cores.size(); ++c) {
    const FieldPath path{nullptr, "core", static_cast<int64_t>(c)};
    check_ranges(layer.cores[c], &path,
                 [&](std::string message) { report(-1, -1, std::move(message)); });
  }
  const RegisterBounds bounds(layer);
  for (int unit = 0; unit < kUnits; ++unit)
    StreamVerifier(program, layer, bounds, static_cast<Unit>(unit), report).run();
}

}  // namespace tilewright::isa
