// Loops against a plain list of all their states: who fires where, which copy is in use, and what
// the registers hold.
#include <algorithm>

#include "backend/sim/walker.h"
#include "compiler/support/rng.h"
#include "tests/support/catch.h"
#include "tests/unit/backend/sim_support.h"

using namespace tilewright;
using namespace tilewright::sim;
using namespace tilewright::sim_test;

namespace {

// Positions of the loops of a nest in all its states, the slow way.
std::vector<std::vector<int64_t>> all_states(const std::vector<LoopSpec>& loops,
                                             const std::vector<int64_t>& limits) {
  std::vector<std::vector<int64_t>> states = {{}};
  for (size_t l = 0; l < loops.size(); ++l) {
    std::vector<std::vector<int64_t>> longer;
    for (const auto& state : states) {
      const int64_t end = loops[l].trips > 0 ? loops[l].trips * loops[l].step : limits[l];
      for (int64_t position = 0; position < end; position += loops[l].step) {
        longer.push_back(state);
        longer.back().push_back(position);
      }
    }
    states = std::move(longer);
  }
  return states;
}

struct Reference {
  std::vector<LoopSpec> loops;
  std::vector<std::vector<int64_t>> states;

  bool differ(size_t a, size_t b, RegisterMask mask) const {
    for (size_t l = 0; l < loops.size(); ++l)
      if ((mask >> loops[l].reg & 1) != 0 && states[a][l] != states[b][l]) return true;
    return false;
  }
  bool enters(size_t s, RegisterMask mask) const { return s == 0 || differ(s - 1, s, mask); }
  bool leaves(size_t s, RegisterMask mask) const {
    return s + 1 == states.size() || differ(s, s + 1, mask);
  }
  bool past_first(size_t s, RegisterMask mask) const {
    for (size_t l = 0; l < loops.size(); ++l)
      if ((mask >> loops[l].reg & 1) != 0 && states[s][l] > 0) return true;
    return false;
  }
  // Where what is in use of a buffer begins, moved on state by state.
  int64_t start(size_t s, const Buffer& buffer) const {
    int64_t start = 0;
    for (size_t k = 1; k <= s; ++k)
      if (enters(k, buffer.mask))
        start += past_first(k, buffer.slide) ? buffer.shift : buffer.buffer_elems;
    return start % (buffer.buffers * buffer.buffer_elems);
  }
  bool fires(size_t s, const When& when) const {
    if (when.visit == Visit::Initial && past_first(s, when.visits)) return false;
    if (when.visit == Visit::Again && !past_first(s, when.visits)) return false;
    return when.trigger == Trigger::Always ||
           (when.trigger == Trigger::Entering ? enters(s, when.mask) : leaves(s, when.mask));
  }
};

struct RandomNest {
  Program program;
  Reference reference;
};

RandomNest random_nest(Rng& rng) {
  RandomNest made{program_on({slice({})}), {}};
  CoreSlice& cores = made.program.layers[0].cores[0];
  std::vector<int> registers = {kMb, kOut, kIn, kI, kJ};
  std::vector<int64_t> limits;
  for (int64_t l = rng.between(0, 3); l > 0; --l) {
    const auto pick =
        static_cast<size_t>(rng.between(0, static_cast<int64_t>(registers.size()) - 1));
    const int reg = registers[pick];
    registers.erase(registers.begin() + static_cast<std::ptrdiff_t>(pick));
    const int64_t limit = rng.between(1, 7);
    cores.size[static_cast<size_t>(reg)] = limit;
    limits.push_back(limit);
    made.reference.loops.push_back({reg, rng.between(1, 4), rng.between(0, 1) * rng.between(0, 4)});
  }
  made.reference.states = all_states(made.reference.loops, limits);
  return made;
}

RegisterMask random_mask(Rng& rng) {
  RegisterMask mask = 0;
  for (int reg : {kMb, kOut, kIn, kI, kJ})
    if (rng.between(0, 1) == 1) mask |= RegisterMask{1} << reg;
  return mask;
}

void check_look(const Reference& r, size_t s, const InstructionPlan& plan, const Look& look,
                const CoreSlice& slice) {
  for (size_t l = 0; l < r.loops.size(); ++l) {
    const auto reg = static_cast<size_t>(r.loops[l].reg);
    CHECK(look.registers.position[reg] == r.states[s][l]);
    const int64_t extent =
        std::max<int64_t>(0, std::min(r.loops[l].step, slice.size[reg] - r.states[s][l]));
    CHECK(look.registers.extent[reg] == extent);
    CHECK(look.registers.extent[reg + 8] == extent);
  }
  const RegisterMask mask = plan.buffers[1].buffer.mask;
  CHECK(look.start[1] == r.start(s, plan.buffers[1].buffer));
  CHECK(look.enters(mask) == r.enters(s, mask));
}

}  // namespace

TEST_CASE("every state, its neighbours, and what is in use of buffers") {
  Rng rng{11, 0};
  for (int round = 0; round < 300; ++round) {
    RandomNest made = random_nest(rng);
    const Reference& r = made.reference;
    const auto random_when = [&](At at) {
      const Visit visits[] = {Visit::Any, Visit::Initial, Visit::Again};
      return When{.at = at,
                  .trigger = static_cast<Trigger>(rng.between(0, 2)),
                  .mask = random_mask(rng),
                  .visit = visits[rng.between(0, 2)],
                  .visits = random_mask(rng)};
    };
    const auto random_transfer = [&](At at_state) {
      Transfer t =
          load(external(0, 4),
               copies(lx(0, 4), static_cast<int32_t>(rng.between(1, 3)), random_mask(rng)), {});
      t.inner.slide = t.inner.mask & random_mask(rng);
      t.inner.shift = t.inner.slide != 0 ? rng.between(0, 4) : 0;
      t.when = random_when(at_state);
      return t;
    };
    auto& ext = stream(made.program, Unit::Ext);
    ext = {random_transfer(At::First), Nest{r.loops}};
    for (const At at_state : {At::Current, At::Next, At::Previous})
      ext.push_back(random_transfer(at_state));
    ext.push_back(EndNest{});
    ext.push_back(random_transfer(At::Last));

    const Result<LayerPlan> plan = plan_layer(made.program, made.program.layers[0]);
    REQUIRE(plan);
    const StreamPlan& planned = plan->streams[0];
    const CoreSlice& cores = made.program.layers[0].cores[0];
    Walker walker(planned, cores);
    Look look;
    const auto expect = [&](size_t index, bool there, size_t s) {
      const InstructionPlan& instruction = planned.instructions[index];
      const bool fires = there && r.fires(s, *instruction.when);
      CHECK(walker.look(instruction, look) == fires);
      if (fires) check_look(r, s, instruction, look, cores);
    };
    const size_t count = r.states.size();
    expect(0, true, 0);
    REQUIRE(walker.open(planned.nests[0]));
    for (size_t s = 0; s < count; ++s) {
      expect(2, true, s);
      expect(3, s + 1 < count, s + 1);
      expect(4, s > 0, s - 1);
      CHECK(walker.advance() == (s + 1 < count));
    }
    expect(6, true, count - 1);
  }
}

TEST_CASE("block loops run within the tile, and count on over all tiles") {
  Program p = program_on({slice({{kOut, 10}})});
  const Buffer cycling = copies(l0(0, 4), 3, RegisterMask{1} << (kBlock + kOut));
  stream(p, Unit::Load) = {Nest{{{kOut, 4, 3}}},
                           at(load(lx(0, 4), cycling, {}), At::First),
                           Nest{{{kBlock + kOut, 3, 0}}},
                           load(lx(0, 4), cycling, {}),
                           EndNest{},
                           at(load(lx(0, 4), cycling, {}), At::Last),
                           EndNest{}};
  const Result<LayerPlan> plan = plan_layer(p, p.layers[0]);
  REQUIRE(plan);
  const StreamPlan& planned = plan->streams[static_cast<size_t>(Unit::Load)];
  Walker walker(planned, p.layers[0].cores[0]);
  Look look;
  REQUIRE(walker.open(planned.nests[0]));
  int32_t k = 0;
  for (const int64_t tile : {4, 4, 2}) {  // blocks of 3 and 1, 3 and 1, 2
    REQUIRE(walker.look(planned.instructions[1], look));
    CHECK(look.start[1] == k % 3 * 4);
    CHECK(look.registers.extent[kBlock + kOut] == std::min<int64_t>(3, tile));
    REQUIRE(walker.open(planned.nests[1]));
    for (int64_t position = 0; position < tile; position += 3) {
      REQUIRE(walker.look(planned.instructions[3], look));
      CHECK(look.start[1] == k++ % 3 * 4);
      CHECK(look.registers.position[kBlock + kOut] == position);
      CHECK(look.registers.extent[kBlock + kOut] == std::min<int64_t>(3, tile - position));
      walker.advance();
    }
    REQUIRE(walker.look(planned.instructions[5], look));
    CHECK(look.start[1] == (k - 1) % 3 * 4);
    walker.advance();
  }
}

TEST_CASE("a nest without rounds has no first and no last state") {
  Program p = program_on({slice({{kOut, 0}})});
  stream(p, Unit::Ext) = {at(load(external(0, 4), lx(0, 4), {}), At::First), Nest{{{kOut, 4, 0}}},
                          EndNest{}, at(load(external(0, 4), lx(0, 4), {}), At::Last)};
  p.inputs = {{"x", {4}, 0}};
  CHECK(run(p, {{"x", numbers({1, 2, 3, 4})}}).cycles == 100);
}
