#include "backend/sim/ring_plan.h"

#include <algorithm>
#include <array>
#include <map>

namespace tilewright::sim {

namespace {

// Messages over the links that leave cores begin .. end - 1 in one direction, as changes per core.
struct Links {
  std::map<int64_t, int64_t> change;

  void carry(int64_t begin, int64_t end) {
    ++change[begin];
    --change[end];
  }
  int64_t fullest() const {
    int64_t now = 0, most = 0;
    for (const auto& [core, by] : change) most = std::max(most, now += by);
    return most;
  }
};

RingPlan::Round round_of(const std::vector<std::vector<int>>& groups, size_t k, int64_t cores) {
  RingPlan::Round round;
  Links up, down;
  for (const std::vector<int>& members : groups) {
    if (k + 1 >= members.size()) continue;
    const int64_t from = members[k], to = members[k + 1], ahead = to - from;
    round.hops = std::max(round.hops, std::min(ahead, cores - ahead));
    if (ahead <= cores - ahead) {
      up.carry(from, to);
    } else {
      down.carry(0, from + 1);
      down.carry(to + 1, cores);
    }
  }
  round.messages = std::max(up.fullest(), down.fullest());
  return round;
}

}  // namespace

RingPlan ring_plan(const std::vector<CoreSlice>& cores, uint8_t over, int64_t ring_cores) {
  using Key = std::array<std::pair<int64_t, int64_t>, 8>;
  std::map<Key, std::vector<int>> members;
  for (size_t c = 0; c < cores.size(); ++c) {
    Key key{};
    bool empty = false;
    for (size_t d = 0; d < key.size(); ++d) {
      if ((over >> d & 1) != 0) continue;
      key[d] = {cores[c].start[d], cores[c].size[d]};
      empty |= cores[c].size[d] == 0;
    }
    if (!empty) members[key].push_back(static_cast<int>(c));
  }
  RingPlan plan;
  size_t most = 1;
  for (auto& [key, group] : members) {
    most = std::max(most, group.size());
    plan.groups.push_back(std::move(group));
  }
  for (size_t k = 0; k + 1 < most; ++k) plan.rounds.push_back(round_of(plan.groups, k, ring_cores));
  return plan;
}

}  // namespace tilewright::sim
