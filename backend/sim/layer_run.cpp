#include "backend/sim/layer_run.h"

#include <algorithm>

#include <fmt/format.h>

#include "backend/sim/durations.h"
#include "backend/sim/geometry.h"
#include "compiler/support/overloaded.h"

namespace tilewright::sim {

namespace {

constexpr int64_t kMostPending = 1 << 24;  // signals of one layer, not yet waited for

// Of bytes and cycles, which may be absurdly many each.
void add(int64_t& sum, int64_t more) { sum = std::min(sum + more, kMostTime); }

// What its data take to move and compute: points, padding and cells to be cleared included.
int64_t points_touched(const Instruction& instruction, const Look& look) {
  const Registers& registers = look.registers;
  return std::visit(
      Overloaded{
          [&](const Transfer& transfer) {
            int64_t points = 1;
            for (const BoxAxis& axis : transfer.axes) {
              const int64_t count = count_of(axis.count, registers);
              points = times(points, count - first_copied(axis, count, registers));
            }
            return points;
          },
          [&](const Mac& mac) {
            const int64_t cells = look.enters(mac.clear) ? mac.acc.buffer.buffer_elems : 0;
            return extent_product(registers, kBlockRegisters) + cells;
          },
          [&](const Drain& drain) {
            return extent_product(registers, kBlockRegisters, drain.dims);
          },
          [&](const Elementwise& elementwise) {
            const auto functions = static_cast<int64_t>(elementwise.expr.steps.size());
            return times(extent_product(registers, 0), std::max<int64_t>(functions, 1));
          },
          [](const auto&) { return int64_t{0}; },
      },
      instruction);
}

// What slot k of n moves, such that all of them together move `bytes`.
int64_t part_of(int64_t bytes, int64_t k, int64_t n) {
  const auto upto = [&](int64_t slot) {
    return static_cast<int64_t>(static_cast<__int128>(bytes) * slot / n);
  };
  return upto(k + 1) - upto(k);
}

}  // namespace

LayerRun::LayerRun(const Program& program, const LayerPlan& plan, DataSink* sink,
                   const SimLimits& limits)
    : program_(program),
      plan_(plan),
      sink_(sink),
      limits_(limits),
      precision_(program.system.precisions.at(program.precision)),
      cores_(static_cast<int>(plan.layer->cores.size())),
      semaphores_(static_cast<size_t>(cores_ * plan.layer->semaphores)),
      meeting_(static_cast<size_t>(cores_)),
      past_lx_free_(static_cast<size_t>(cores_)) {
  streams_.reserve(static_cast<size_t>(cores_ * kUnits));
  for (int core = 0; core < cores_; ++core)
    for (int unit = 0; unit < kUnits; ++unit) {
      const StreamPlan& stream = plan.streams[static_cast<size_t>(unit)];
      streams_.push_back(
          {core, unit, &stream, Walker(stream, plan.layer->cores[static_cast<size_t>(core)])});
    }
}

// ---- Order

void LayerRun::refuse(const Stream& stream, std::string message) {
  findings_.push_back({ErrorCode::Unsupported, place(stream), std::move(message), ""});
}

bool LayerRun::earlier(int a, int b) const {
  const int64_t time_a = streams_[static_cast<size_t>(a)].time;
  const int64_t time_b = streams_[static_cast<size_t>(b)].time;
  return time_a != time_b ? time_a < time_b : a < b;
}

void LayerRun::make_ready(int stream) {
  streams_[static_cast<size_t>(stream)].phase = Phase::Ready;
  ready_.push_back(stream);
  std::push_heap(ready_.begin(), ready_.end(), [&](int a, int b) { return earlier(b, a); });
}

int LayerRun::take_earliest() {
  std::pop_heap(ready_.begin(), ready_.end(), [&](int a, int b) { return earlier(b, a); });
  const int stream = ready_.back();
  ready_.pop_back();
  return stream;
}

// Executes instructions as long as no other stream comes first.
void LayerRun::run_until_blocked(int index) {
  Stream& stream = streams_[static_cast<size_t>(index)];
  while (findings_.empty() && !stopped_) {
    if (stream.at == static_cast<int>(stream.plan->instructions.size())) {
      stream.phase = Phase::Done;
      return;
    }
    if (!ready_.empty() && earlier(ready_.front(), index)) return make_ready(index);
    if (++steps_ > limits_.instructions || std::max(stream.time, stream.link_free) > kMostTime)
      return refuse(stream, fmt::format("the layer goes on after {} instructions and {} cycles; no "
                                        "longer ones are simulated",
                                        steps_, stream.time));
    if (!step(stream)) return;
  }
}

Result<LayerTiming> LayerRun::run() {
  for (size_t s = 0; s < streams_.size(); ++s) make_ready(static_cast<int>(s));
  while (!ready_.empty() && findings_.empty() && !stopped_) run_until_blocked(take_earliest());
  if (!findings_.empty()) return fail(std::move(findings_));
  if (stopped_ || (sink_ != nullptr && !sink_->meet())) return timing();
  const auto done = [](const Stream& stream) { return stream.phase == Phase::Done; };
  if (!std::all_of(streams_.begin(), streams_.end(), done)) return fail(deadlock());
  return timing();
}

// ---- Instructions; false when the stream cannot go on by itself.

bool LayerRun::step(Stream& stream) {
  return std::visit([&](const auto& what) { return step(stream, what); },
                    *instruction(stream).what);
}

bool LayerRun::step(Stream& stream, const Nest&) {
  const NestPlan& nest = stream.plan->nests[static_cast<size_t>(instruction(stream).nest)];
  stream.at = stream.walker.open(nest) ? stream.at + 1 : nest.end + 1;
  return true;
}

bool LayerRun::step(Stream& stream, const EndNest&) {
  const NestPlan& nest = stream.plan->nests[static_cast<size_t>(instruction(stream).nest)];
  stream.at = (stream.walker.advance() ? nest.begin : nest.end) + 1;
  return true;
}

LayerRun::Semaphore& LayerRun::semaphore(int core, int number) {
  return semaphores_[static_cast<size_t>(core * plan_.layer->semaphores + number)];
}

bool LayerRun::step(Stream& stream, const Signal& signal) {
  Semaphore& s = semaphore(stream.core, signal.semaphore);
  ++stream.at;
  if (s.waiting.empty()) {
    s.signals.push_back(stream.time);
    if (++pending_ > kMostPending)
      refuse(stream, fmt::format("more than {} signals of the layer are not waited for; no more "
                                 "are simulated",
                                 kMostPending));
    return true;
  }
  const int released = s.waiting.front();
  s.waiting.pop_front();
  Stream& waiter = streams_[static_cast<size_t>(released)];
  waiter.time = std::max(waiter.time, stream.time + program_.system.core.semaphore_cycles);
  ++waiter.at;
  make_ready(released);
  return true;
}

bool LayerRun::step(Stream& stream, const Wait& wait) {
  Semaphore& s = semaphore(stream.core, wait.semaphore);
  if (s.signals.empty()) {
    s.waiting.push_back(index_of(stream));
    stream.phase = Phase::Waiting;
    return false;
  }
  stream.time = std::max(stream.time, s.signals.front() + program_.system.core.semaphore_cycles);
  s.signals.pop_front();
  --pending_;
  ++stream.at;
  return true;
}

bool LayerRun::step(Stream& stream, const Join&) {
  stream.time = std::max(stream.time, stream.link_free);
  ++stream.at;
  return true;
}

bool LayerRun::step(Stream& stream, const Transfer& transfer) {
  // A transfer that holds its stream up begins when the link is free, and is looked at again then.
  if (stream.unit == static_cast<int>(Unit::Load) && !transfer.stream &&
      stream.link_free > stream.time && stream.walker.look(instruction(stream), look_)) {
    stream.time = stream.link_free;
    return true;
  }
  if (!stream.walker.look(instruction(stream), look_)) {
    ++stream.at;
    return true;
  }
  if (stream.unit == static_cast<int>(Unit::Ext)) return meet(stream);
  const CoreSlice& slice = plan_.layer->cores[static_cast<size_t>(stream.core)];
  if (transfer.outer.memory == Memory::External) return load_past_lx(stream, transfer, slice);
  const int64_t bytes = transfer.inner.memory == Memory::Pe
                            ? streamed_bytes(transfer, look_.registers)
                            : transfer_bytes(transfer, look_.registers, slice);
  const int64_t cycles = load_cycles(program_.system, transfer, look_.registers, bytes, cores_);
  add(in_bytes_, bytes);
  add(stream.busy, cycles);
  put(stream, look_);
  stream.link_free = std::max(stream.time, stream.link_free) + cycles;
  if (!transfer.stream) stream.time = stream.link_free;
  ++stream.at;
  return true;
}

bool LayerRun::load_past_lx(Stream& stream, const Transfer& transfer, const CoreSlice& slice) {
  if (!runs_hold(transfer, look_.registers, slice)) {
    refuse_runs(stream);
    return false;
  }
  const int64_t bytes =
      external_bytes(transfer, look_.registers, slice, program_.system.chip.external_granule_bytes);
  const int64_t cycles = load_cycles(program_.system, transfer, look_.registers, bytes, cores_);
  int64_t& free = past_lx_free_[static_cast<size_t>(stream.core)];
  add(external_bytes_, bytes);
  add(stream.busy, cycles);
  put(stream, look_);
  free = stream.link_free = std::max({stream.time, stream.link_free, free}) + cycles;
  if (!transfer.stream) stream.time = stream.link_free;
  ++stream.at;
  return true;
}

void LayerRun::refuse_runs(const Stream& stream) {
  findings_.push_back({ErrorCode::BadInput, place(stream),
                       "what it calls a run in external memory does not follow each other", ""});
}

bool LayerRun::work(Stream& stream, const UnitWork& work) {
  put(stream, look_);
  add(in_bytes_, work.in_bytes);
  add(out_bytes_, work.out_bytes);
  add(stream.busy, work.cycles);
  if (work.external_bytes > 0) {
    add(external_bytes_, work.external_bytes);
    int64_t& free = past_lx_free_[static_cast<size_t>(stream.core)];
    stream.time = free = std::max(stream.time, free) + work.cycles;
  } else {
    stream.time += work.cycles;
  }
  return true;
}

bool LayerRun::step(Stream& stream, const Mac& mac) {
  if (stream.walker.look(instruction(stream), look_))
    work(stream, mac_work(program_.system, precision_, mac, look_.registers));
  ++stream.at;
  return true;
}

bool LayerRun::step(Stream& stream, const Drain& drain) {
  if (stream.walker.look(instruction(stream), look_)) {
    if (drain.past_lx && !runs_hold(drain, look_.registers)) {
      refuse_runs(stream);
      return false;
    }
    work(stream, drain_work(program_.system, instruction(stream), drain, look_.registers, cores_));
  }
  ++stream.at;
  return true;
}

bool LayerRun::step(Stream& stream, const Elementwise& elementwise) {
  const auto& share = instruction(stream).share;
  const bool works =
      share == nullptr || share->group[static_cast<size_t>(stream.core)] == stream.core;
  if (works && stream.walker.look(instruction(stream), look_))
    work(stream,
         elementwise_work(program_.system, instruction(stream), elementwise, look_.registers));
  ++stream.at;
  return true;
}

void LayerRun::put(const Stream& stream, const Look& look) {
  if (sink_ == nullptr) return;
  add(points_, points_touched(*instruction(stream).what, look));
  if (points_ > limits_.points)
    refuse(stream, fmt::format("the layer touches more than {} points; no more are simulated",
                               limits_.points));
  else
    sink_->put(stream.core, stream.unit, stream.at, look);
}

// ---- The external memory

bool LayerRun::meet(Stream& stream) {
  stream.phase = Phase::Meeting;
  meeting_[static_cast<size_t>(stream.core)] = look_;
  if (++met_ < cores_) return false;
  if (std::holds_alternative<RingReduce>(*instruction(streams_[0]).what))
    reduce_together();
  else
    transfer_together();
  return false;
}

void LayerRun::transfer_together() {
  const auto ext = [&](int core) -> Stream& {
    return streams_[static_cast<size_t>(core * kUnits)];
  };
  if (!at_one_place()) return;
  const InstructionPlan& plan = instruction(ext(0));
  const Transfer& transfer = std::get<Transfer>(*plan.what);
  const ChipTier& chip = program_.system.chip;
  ExternalTransfer piece;
  piece.working = cores_;
  piece.ring_pieces = plan.share->ring_pieces;
  piece.ring_hops = plan.share->ring_hops;
  piece.store = transfer.store;
  int64_t start = 0, cycles = 0;
  std::vector<int64_t> bytes(static_cast<size_t>(cores_));
  for (int core = 0; core < cores_; ++core) {
    const auto c = static_cast<size_t>(core);
    start = std::max({start, ext(core).time, past_lx_free_[c]});
    if (!runs_hold(transfer, meeting_[c].registers, plan_.layer->cores[c]))
      return refuse_runs(ext(core));
    bytes[c] = external_bytes(transfer, meeting_[c].registers, plan_.layer->cores[c],
                              chip.external_granule_bytes);
    const int64_t slots = meeting_[c].slots, slot = meeting_[c].slot;
    if (plan.share->group[c] == core) add(external_bytes_, part_of(bytes[c], slot, slots));
    bytes[c] = bytes[c] / slots + (bytes[c] % slots != 0 ? 1 : 0);
    piece.longest_bytes = std::max(piece.longest_bytes, bytes[c]);
  }
  for (size_t c = 0; c < bytes.size(); ++c) {
    piece.bytes = bytes[c];
    piece.sharing = plan.share->group_size[c];
    cycles = std::max(cycles, external_cycles(chip, piece));
  }
  for (int core = 0; core < cores_; ++core) {
    const Look& look = meeting_[static_cast<size_t>(core)];
    const bool moves = !plan.share->alone || plan.share->group[static_cast<size_t>(core)] == core;
    if (moves && look.slot == look.slots - 1) put(ext(core), look);
  }
  release(start, cycles);
  if (sink_ != nullptr && !sink_->meet()) stopped_ = true;
}

// ---- Results

LayerTiming LayerRun::timing() const {
  constexpr const char* kNames[] = {"ext", "load", "pe", "sfu"};
  LayerTiming timing;
  timing.name = plan_.layer->name;
  int64_t end = -1;
  size_t slowest = 0;
  for (size_t s = 0; s < streams_.size(); ++s) {
    const int64_t stream_end = std::max(streams_[s].time, streams_[s].link_free);
    if (stream_end <= end) continue;
    end = stream_end;
    slowest = s / kUnits;
  }
  timing.cycles = end + program_.system.chip.layer_cycles;
  timing.link_bytes = {
      {"external", external_bytes_}, {"array_in", in_bytes_}, {"array_out", out_bytes_}};
  if (ring_bytes_ > 0) timing.link_bytes["ring"] = ring_bytes_;
  for (size_t u = 0; u < kUnits; ++u)
    timing.busy_cycles[kNames[u]] = streams_[slowest * kUnits + u].busy;
  return timing;
}

std::string LayerRun::place(const Stream& stream) const {
  return place_of(*plan_.layer, stream.core, stream.unit, stream.at);
}

// What a stream that stands still waits for, and who could mend that.
std::string LayerRun::waits_for(const Stream& stream) const {
  const std::string state = stream.walker.state();
  const std::string here = state.empty() ? "" : fmt::format(" at {}", state);
  if (stream.phase == Phase::Meeting)
    return fmt::format("waits{} for the other cores at the external memory", here);
  const int number = std::get<Wait>(*instruction(stream).what).semaphore;
  std::string text = fmt::format("waits{} for semaphore {}", here, number);
  bool anyone = false;
  for (int unit = 0; unit < kUnits; ++unit) {
    const Stream& other = streams_[static_cast<size_t>(stream.core * kUnits + unit)];
    for (const InstructionPlan& plan : other.plan->instructions) {
      const Signal* signal = std::get_if<Signal>(plan.what);
      if (signal == nullptr || signal->semaphore != number) continue;
      const bool ended = other.phase == Phase::Done;
      text += fmt::format("{} {}", anyone ? " and" : ", signalled by",
                          ended ? place_of(*plan_.layer, stream.core, unit, -1) : place(other));
      text += ended ? ", which has ended" : ", which stands there";
      anyone = true;
      break;
    }
  }
  return anyone ? text : text + ", which nobody signals";
}

Diagnostics LayerRun::deadlock() const {
  constexpr size_t kMost = 8;
  Diagnostics findings;
  size_t more = 0;
  for (const Stream& stream : streams_) {
    if (stream.phase == Phase::Done) continue;
    if (findings.size() < kMost)
      findings.push_back(
          {ErrorCode::BadInput, place(stream), "deadlock: " + waits_for(stream), ""});
    else
      ++more;
  }
  if (more > 0) findings.back().hint = fmt::format("{} more streams stand still", more);
  return findings;
}

}  // namespace tilewright::sim
