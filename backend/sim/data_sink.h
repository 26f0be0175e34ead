// Lets cores work on data side by side: between two meetings at the external memory no core sees
// what another does, so each executes its own instructions in order, whoever else is at work.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "backend/sim/data_path.h"
#include "backend/sim/layer_run.h"

namespace tilewright::sim {

class CoreSink : public DataSink {
 public:
  // `data` has at least as many elements as the layer has slices; they start poisoned.
  CoreSink(const LayerPlan& plan, MemoryBytes& external, std::vector<CoreData>& data,
           bool parallel);

  void put(int core, int unit, int instruction, const Look& look) override;
  bool meet() override;
  bool reduce(int instruction, const std::vector<Look>& looks) override;

  // The fault that comes first in the order of execution.
  const std::optional<Diagnostic>& fault() const { return fault_; }

 private:
  struct Item {
    int64_t order = 0;
    int unit = 0, instruction = 0;
    Look look;
  };
  struct Core {
    DataPath path;
    std::vector<Item> items;
    size_t done = 0;  // items
    std::optional<Fault> fault;
  };
  const InstructionPlan& plan_of(const Item& item) const;
  bool stores_outside(const Item& item) const;
  void run(Core& core) const;
  void run_inside(Core& core) const;
  void note_fault();

  const LayerPlan& plan_;
  bool parallel_;
  std::vector<Core> cores_;
  int64_t order_ = 0, waiting_ = 0;
  std::optional<Diagnostic> fault_;
};

}  // namespace tilewright::sim
