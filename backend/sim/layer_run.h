// One layer in time: every stream of every core has a clock; the stream that is furthest behind
// executes its next instruction. Ties go to the lower core, then to the lower unit.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "backend/sim/data_path.h"
#include "backend/sim/plan.h"
#include "backend/sim/simulate.h"
#include "backend/sim/walker.h"

namespace tilewright::sim {

// Where executed instructions go that move or compute data, in the order of execution.
class DataSink {
 public:
  virtual ~DataSink() = default;
  virtual void put(int core, int unit, int instruction, const Look& look) = 0;
  // All working cores meet at the external memory: what was put so far takes effect before what
  // comes later. False when something went wrong; the run then ends.
  virtual bool meet() = 0;
  // The same, and then the tiles that `looks` see, per core, are summed up over the ring.
  virtual bool reduce(int instruction, const std::vector<Look>& looks) = 0;
};

inline constexpr int64_t kMostTime = int64_t{1} << 61;  // cycles of one layer

class LayerRun {
 public:
  // `sink` may be null: then only time passes.
  LayerRun(const Program& program, const LayerPlan& plan, DataSink* sink, const SimLimits& limits);

  Result<LayerTiming> run();

 private:
  enum class Phase : uint8_t { Ready, Waiting, Meeting, Done };
  struct Stream {
    int core = 0, unit = 0;
    const StreamPlan* plan = nullptr;
    Walker walker;
    Phase phase = Phase::Ready;
    int at = 0;  // instruction
    int64_t time = 0, link_free = 0, busy = 0;
  };
  struct Semaphore {
    std::deque<int64_t> signals;  // times of those not yet waited for
    std::deque<int> waiting;      // streams, in order of arrival
  };

  bool earlier(int a, int b) const;
  void make_ready(int stream);
  int take_earliest();
  void run_until_blocked(int stream);
  bool step(Stream& stream);
  bool step(Stream& stream, const Nest& nest);
  bool step(Stream& stream, const EndNest& end);
  bool step(Stream& stream, const Signal& signal);
  bool step(Stream& stream, const Wait& wait);
  bool step(Stream& stream, const Join& join);
  bool step(Stream& stream, const Transfer& transfer);
  bool step(Stream& stream, const Mac& mac);
  bool step(Stream& stream, const Drain& drain);
  bool step(Stream& stream, const Elementwise& elementwise);
  bool step(Stream& stream, const RingReduce& reduce);
  bool work(Stream& stream, const struct UnitWork& work);
  bool load_past_lx(Stream& stream, const Transfer& transfer, const CoreSlice& slice);
  void refuse_runs(const Stream& stream);
  bool meet(Stream& stream);
  bool at_one_place();
  void transfer_together();
  void reduce_together();
  void release(int64_t start, int64_t cycles);
  void put(const Stream& stream, const Look& look);

  const InstructionPlan& instruction(const Stream& stream) const {
    return stream.plan->instructions[static_cast<size_t>(stream.at)];
  }
  int index_of(const Stream& stream) const { return stream.core * kUnits + stream.unit; }
  Semaphore& semaphore(int core, int number);
  std::string place(const Stream& stream) const;
  Diagnostics deadlock() const;
  void refuse(const Stream& stream, std::string message);  // beyond a limit
  std::string waits_for(const Stream& stream) const;
  LayerTiming timing() const;

  const Program& program_;
  const LayerPlan& plan_;
  DataSink* sink_;
  SimLimits limits_;
  const PrecisionInfo& precision_;
  int cores_;
  std::vector<Stream> streams_;  // of core 0: ext load pe sfu; of core 1: ...
  std::vector<int> ready_;       // a heap, the earliest on top
  std::vector<Semaphore> semaphores_;
  Look look_;                          // of the instruction in hand
  std::vector<Look> meeting_;          // per core, at the external memory
  std::vector<int64_t> past_lx_free_;  // per core: when its own share of it is free again
  int met_ = 0;
  bool stopped_ = false;  // by the sink
  Diagnostics findings_;
  int64_t steps_ = 0;    // instructions executed
  int64_t points_ = 0;   // touched by them
  int64_t pending_ = 0;  // signals not yet waited for
  int64_t external_bytes_ = 0, in_bytes_ = 0, out_bytes_ = 0, ring_bytes_ = 0;
};

}  // namespace tilewright::sim
