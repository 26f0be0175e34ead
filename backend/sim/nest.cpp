#include "backend/sim/nest.h"

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

void NestState::to_last() {
  for (size_t l = 0; l < plan_->loops.size(); ++l) round_[l] = trips_[l] - 1;
}

}  // namespace tilewright::sim
