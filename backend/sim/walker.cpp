#include "backend/sim/walker.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "backend/sim/geometry.h"

namespace tilewright::sim {

Walker::Walker(const StreamPlan& plan, const CoreSlice& slice)
    : plan_(&plan), slice_(&slice), counts_(plan.counters.size()) {
  registers_ = registers();
}

int64_t Walker::limit(int reg) const {
  return reg < kBlockRegisters ? slice_->size[static_cast<size_t>(reg)]
                               : registers_.extent[static_cast<size_t>(reg - kBlockRegisters)];
}

Registers Walker::registers() const {
  Registers all;
  std::array<int64_t, kRegisters> step;
  step.fill(std::numeric_limits<int64_t>::max());
  for (const NestState& nest : nests_)
    for (size_t l = 0; l < nest.plan().loops.size(); ++l) {
      const LoopSpec& loop = nest.plan().loops[l];
      const auto reg = static_cast<size_t>(loop.reg);
      step[reg] = loop.step;
      all.position[reg] = times(nest.round(l), loop.step);
      if (nest.round(l) > 0) all.at_first &= ~bit_of(loop.reg);
      if (nest.round(l) < nest.trips(l) - 1) all.at_last &= ~bit_of(loop.reg);
    }
  for (size_t reg = 0; reg < kRegisters; ++reg) {
    const int64_t limit =
        reg < kBlockRegisters ? slice_->size[reg] : all.extent[reg - kBlockRegisters];
    all.extent[reg] = std::max<int64_t>(0, std::min(step[reg], limit - all.position[reg]));
  }
  return all;
}

int64_t& Walker::kind_of(Entered& entered, const CounterPlan& counter, const NestState& nest) {
  return nest.past_first(counter.slide) ? entered.slid : entered.anew;
}

int64_t Walker::start_of(const Buffer& buffer, const Entered& entered) {
  const __int128 circle = static_cast<__int128>(buffer.buffers) * buffer.buffer_elems;
  if (circle == 0 || entered.anew == 0) return 0;
  const __int128 whole = static_cast<__int128>(buffer.buffer_elems) * (entered.anew - 1);
  const __int128 slid = static_cast<__int128>(buffer.shift) * entered.slid;
  return static_cast<int64_t>((whole + slid) % circle);
}

void Walker::count(const NestState& nest) {
  for (size_t c = 0; c < counts_.size(); ++c) {
    const CounterPlan& counter = plan_->counters[c];
    if (counter.stage == nest.plan().stage && nest.enters(counter.mask))
      ++kind_of(counts_[c], counter, nest);
  }
}

bool Walker::open(const NestPlan& nest) {
  const NestState state(nest, [&](int reg) { return limit(reg); });
  if (!state.has_states()) return false;
  nests_.push_back(state);
  registers_ = registers();
  count(state);
  return true;
}

bool Walker::advance() {
  NestState& nest = nests_.back();
  const bool goes_on = !nest.is_last();
  if (goes_on) {
    nest.advance();
    count(nest);
  } else {
    nests_.pop_back();
  }
  registers_ = registers();
  return goes_on;
}

namespace {

bool counts(const NestState& nest, const When& when) {
  switch (when.visit) {
    case Visit::Any:
      return true;
    case Visit::Initial:
      return !nest.past_first(when.visits);
    case Visit::Again:
      return nest.past_first(when.visits);
    case Visit::Unfinished:
      return nest.before_last(when.visits);
    case Visit::Final:
      return !nest.before_last(when.visits);
  }
  return false;
}

}  // namespace

bool Walker::fires(const NestState& nest, const NestState* around, const When& when) const {
  if (around != nullptr && !around->enters(when.within)) return false;
  if (!counts(nest, when)) return false;
  switch (when.trigger) {
    case Trigger::Always:
      return true;
    case Trigger::Entering:
      return nest.enters(when.mask);
    case Trigger::Leaving:
      return nest.leaves(when.mask);
  }
  return false;
}

// `step`: the seen state comes that many after the one that counters have counted, and between
// these the registers `changed` differ.
void Walker::see(const NestState& nest, const InstructionPlan& instruction, Look& look, int step,
                 RegisterMask changed) {
  const bool opens = instruction.when->at == At::First;
  look.registers.entered_at_first = look.registers.at_first | nest.inside(instruction.when->mask);
  look.first = nest.is_first();
  look.changed = nest.changed_before();
  for (size_t b = 0; b < instruction.buffers.size(); ++b) {
    const BufferPlan& buffer = instruction.buffers[b];
    look.start[b] = 0;
    if (buffer.counter < 0) continue;
    const CounterPlan& counter = plan_->counters[static_cast<size_t>(buffer.counter)];
    Entered entered = counts_[static_cast<size_t>(buffer.counter)];
    if (step != 0 && counter.stage == nest.plan().stage &&
        (opens || (changed & counter.mask) != 0)) {
      NestState later = nest;
      if (step < 0 && counter.slide != 0) later.advance();
      kind_of(entered, counter, later) += step;
    }
    look.start[b] = start_of(buffer.buffer, entered);
  }
}

// At the state that enters the mask next, or that left it last, however far that is.
bool Walker::looks_far(const InstructionPlan& instruction, bool next, Look& look) {
  const When& when = *instruction.when;
  const NestState here = nests_.back();
  NestState& there = nests_.back();
  const bool found = next ? there.to_next_entering(when.mask) : there.to_last_leaving(when.mask);
  const bool fired = found && counts(there, when);
  if (fired) {
    look.registers = registers();
    see(there, instruction, look, next ? 1 : -1, when.mask);
    look.slots = here.span(when.mask);
    look.slot = here.place_in_span(when.mask);
  }
  nests_.back() = here;
  return fired;
}

bool Walker::look(const InstructionPlan& instruction, Look& look) {
  static const NestPlan kNoLoops{};
  const When& when = *instruction.when;
  look.slots = 1;
  look.slot = 0;
  const NestState* inner = nests_.empty() ? nullptr : &nests_.back();
  if (when.at == At::First || when.at == At::Last) {
    NestState nest(plan_->nests[static_cast<size_t>(instruction.nest)],
                   [&](int reg) { return limit(reg); });
    if (!nest.has_states()) return false;
    if (when.at == At::Last) nest.to_last();
    if (!fires(nest, inner, when)) return false;
    nests_.push_back(nest);
    look.registers = registers();
    nests_.pop_back();
    see(nest, instruction, look, when.at == At::First ? 1 : 0, 0);
    return true;
  }
  if (nests_.empty()) {  // the one state outside of all nests
    if (when.at != At::Current) return false;
    look.registers = registers_;
    see(NestState(kNoLoops, [](int) { return 1; }), instruction, look, 0, 0);
    return true;
  }
  const NestState* around = nests_.size() > 1 ? &nests_[nests_.size() - 2] : nullptr;
  if (when.at == At::Current) {
    if (!fires(*inner, around, when)) return false;
    look.registers = registers_;
    see(*inner, instruction, look, 0, 0);
    return true;
  }
  const bool next = when.at == At::Next;
  if (instruction.spread) return looks_far(instruction, next, look);
  const NestState here = nests_.back();
  if (next ? here.is_last() : here.is_first()) return false;
  NestState& there = nests_.back();
  if (next)
    there.advance();
  else
    there.retreat();
  const bool fired = fires(there, around, when);
  if (fired) {
    look.registers = registers();
    see(there, instruction, look, next ? 1 : -1,
        next ? here.changed_after() : here.changed_before());
  }
  nests_.back() = here;
  return fired;
}

std::string Walker::state() const {
  std::string text;
  for (const NestState& nest : nests_)
    for (size_t l = 0; l < nest.plan().loops.size(); ++l)
      text += fmt::format("{}r{}={}", text.empty() ? "" : " ", nest.plan().loops[l].reg,
                          nest.round(l) * nest.plan().loops[l].step);
  return text;
}

}  // namespace tilewright::sim
