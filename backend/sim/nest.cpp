#include "backend/sim/nest.h"

#include <algorithm>

#include "backend/sim/geometry.h"

namespace tilewright::sim {

bool NestState::is_first() const {
  for (size_t l = 0; l < plan_->loops.size(); ++l)
    if (round_[l] != 0) return false;
  return true;
}

bool NestState::is_last() const {
  for (size_t l = 0; l < plan_->loops.size(); ++l)
    if (round_[l] != trips_[l] - 1) return false;
  return true;
}

RegisterMask NestState::changed_before() const {
  RegisterMask changed = 0;
  for (size_t l = plan_->loops.size(); l-- > 0;) {
    if (trips_[l] > 1) changed |= bit_of(plan_->loops[l].reg);
    if (round_[l] != 0) return changed;
  }
  return 0;
}

RegisterMask NestState::changed_after() const {
  RegisterMask changed = 0;
  for (size_t l = plan_->loops.size(); l-- > 0;) {
    if (trips_[l] > 1) changed |= bit_of(plan_->loops[l].reg);
    if (round_[l] != trips_[l] - 1) return changed;
  }
  return 0;
}

RegisterMask NestState::inside(RegisterMask mask) const {
  RegisterMask inner = 0;
  for (size_t l = plan_->loops.size(); l-- > 0;) {
    const RegisterMask reg = bit_of(plan_->loops[l].reg);
    if (trips_[l] > 1 && (mask & reg) != 0) break;
    inner |= reg;
  }
  return inner;
}

bool NestState::past_first(RegisterMask mask) const {
  for (size_t l = 0; l < plan_->loops.size(); ++l)
    if ((mask & bit_of(plan_->loops[l].reg)) != 0 && round_[l] > 0) return true;
  return false;
}

bool NestState::before_last(RegisterMask mask) const {
  for (size_t l = 0; l < plan_->loops.size(); ++l)
    if ((mask & bit_of(plan_->loops[l].reg)) != 0 && round_[l] < trips_[l] - 1) return true;
  return false;
}

void NestState::advance() {
  for (size_t l = plan_->loops.size(); l-- > 0;) {
    if (++round_[l] < trips_[l]) return;
    round_[l] = 0;
  }
}

void NestState::retreat() {
  for (size_t l = plan_->loops.size(); l-- > 0;) {
    if (--round_[l] >= 0) return;
    round_[l] = trips_[l] - 1;
  }
}

size_t NestState::loops_that_move(RegisterMask mask) const {
  size_t moving = 0;
  for (size_t l = 0; l < plan_->loops.size(); ++l)
    if (trips_[l] > 1 && (mask & bit_of(plan_->loops[l].reg)) != 0) moving = l + 1;
  return moving;
}

int64_t NestState::span(RegisterMask mask) const {
  int64_t states = 1;
  for (size_t l = loops_that_move(mask); l < plan_->loops.size(); ++l)
    states = times(states, trips_[l]);
  return states;
}

int64_t NestState::place_in_span(RegisterMask mask) const {
  int64_t place = 0;
  for (size_t l = loops_that_move(mask); l < plan_->loops.size(); ++l)
    place = times(place, trips_[l]) + round_[l];
  return place;
}

bool NestState::to_next_entering(RegisterMask mask) {
  const size_t moving = loops_that_move(mask);
  size_t l = moving;
  while (l > 0 && round_[l - 1] == trips_[l - 1] - 1) --l;
  if (l == 0) return false;
  ++round_[l - 1];
  std::fill(round_.begin() + static_cast<std::ptrdiff_t>(l), round_.end(), 0);
  return true;
}

bool NestState::to_last_leaving(RegisterMask mask) {
  const size_t moving = loops_that_move(mask);
  size_t l = moving;
  while (l > 0 && round_[l - 1] == 0) --l;
  if (l == 0) return false;
  --round_[l - 1];
  for (; l < plan_->loops.size(); ++l) round_[l] = trips_[l] - 1;
  return true;
}

void NestState::to_last() {
  for (size_t l = 0; l < plan_->loops.size(); ++l) round_[l] = trips_[l] - 1;
}

}  // namespace tilewright::sim
