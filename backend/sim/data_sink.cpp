#include "backend/sim/data_sink.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

namespace tilewright::sim {

namespace {

constexpr int64_t kMostWaiting = 4096;  // items put, over all cores, before they are executed

std::string positions(const Registers& registers) {
  std::string text;
  for (size_t r = 0; r < kRegisters; ++r)
    if (registers.position[r] != 0)
      text += fmt::format("{}r{}={}", text.empty() ? "" : " ", r, registers.position[r]);
  return text.empty() ? "at the first position of every loop" : "at " + text;
}

}  // namespace

CoreSink::CoreSink(const LayerPlan& plan, MemoryBytes& external, std::vector<CoreData>& data,
                   bool parallel)
    : plan_(plan), parallel_(parallel) {
  for (size_t c = 0; c < plan.layer->cores.size(); ++c) {
    cores_.push_back({DataPath(plan.layer->cores[c], plan.integers, external, data[c]), {}, 0, {}});
    data[c].start(plan);
  }
}

const InstructionPlan& CoreSink::plan_of(const Item& item) const {
  return plan_.streams[static_cast<size_t>(item.unit)]
      .instructions[static_cast<size_t>(item.instruction)];
}

bool CoreSink::stores_outside(const Item& item) const {
  if (const Drain* drain = std::get_if<Drain>(plan_of(item).what)) return drain->past_lx;
  const Transfer* transfer = std::get_if<Transfer>(plan_of(item).what);
  return transfer != nullptr && transfer->store && transfer->outer.memory == Memory::External;
}

void CoreSink::put(int core, int unit, int instruction, const Look& look) {
  cores_[static_cast<size_t>(core)].items.push_back({order_++, unit, instruction, look});
  if (++waiting_ >= kMostWaiting) meet();
}

void CoreSink::run(Core& core) const {
  const Item& item = core.items[core.done];
  core.fault = core.path.run(plan_of(item), item.look);
  if (!core.fault) ++core.done;
}

// Up to the first store to external memory.
void CoreSink::run_inside(Core& core) const {
  while (!core.fault && core.done < core.items.size() && !stores_outside(core.items[core.done]))
    run(core);
}

void CoreSink::note_fault() {
  int64_t earliest = order_;
  for (size_t c = 0; c < cores_.size(); ++c) {
    const Core& core = cores_[c];
    if (!core.fault || core.items[core.done].order >= earliest) continue;
    const Item& item = core.items[core.done];
    earliest = item.order;
    fault_ = {ErrorCode::BadInput,
              place_of(*plan_.layer, static_cast<int>(c), item.unit, item.instruction),
              fmt::format("{}, {}", core.fault->message, positions(item.look.registers)),
              core.fault->hint};
  }
}

bool CoreSink::reduce(int instruction, const std::vector<Look>& looks) {
  if (!meet()) return false;
  const Item item{0, static_cast<int>(Unit::Ext), instruction, {}};
  const InstructionPlan& plan = plan_of(item);
  for (const std::vector<int>& group : plan.ring->groups)
    for (size_t k = 1; k < group.size(); ++k) {
      const auto from = static_cast<size_t>(group[k - 1]), to = static_cast<size_t>(group[k]);
      const std::optional<Fault> fault =
          cores_[to].path.take_over(plan, looks[to], cores_[from].path, looks[from]);
      if (!fault) continue;
      fault_ = {ErrorCode::BadInput, place_of(*plan_.layer, group[k], item.unit, instruction),
                fmt::format("{}, {}", fault->message, positions(looks[to].registers)), fault->hint};
      return false;
    }
  return true;
}

// Stores to external memory take place one core after the other, so that cores which (wrongly)
// store to the same place do so in a fixed order. All cores are at the same transfer by then.
bool CoreSink::meet() {
  if (fault_) return false;
  for (bool left = true; left;) {
    if (parallel_ && cores_.size() > 1)
      tbb::parallel_for(size_t{0}, cores_.size(), [&](size_t c) { run_inside(cores_[c]); });
    else
      for (Core& core : cores_) run_inside(core);
    left = false;
    for (Core& core : cores_)
      if (!core.fault && core.done < core.items.size()) {
        run(core);
        left |= !core.fault;
      }
  }
  note_fault();
  for (Core& core : cores_) {
    core.items.clear();
    core.done = 0;
  }
  waiting_ = 0;
  return !fault_;
}

}  // namespace tilewright::sim
