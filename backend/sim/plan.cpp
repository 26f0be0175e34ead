#include "backend/sim/plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "compiler/support/math.h"
#include "compiler/support/overloaded.h"

namespace tilewright::sim {

namespace {

constexpr std::array<const char*, kUnits> kUnitNames = {"ext", "load", "pe", "sfu"};
constexpr std::array<const char*, kMemories> kMemoryNames = {
    "external memory", "Lx", "L0", "LRF", "the accumulators", "the PEs"};
constexpr size_t kMostDepth = 16;                    // of open nests
constexpr int64_t kMostStreamed = int64_t{1} << 32;  // bytes of blocks that stream into PEs
constexpr size_t kMostStreamedTerms = 4;             // of an axis of such a block

const char* name_of(const Instruction& instruction) {
  return std::visit(Overloaded{
                        [](const Nest&) { return "Nest"; },
                        [](const EndNest&) { return "EndNest"; },
                        [](const Signal&) { return "Signal"; },
                        [](const Wait&) { return "Wait"; },
                        [](const Join&) { return "Join"; },
                        [](const Transfer&) { return "Transfer"; },
                        [](const Mac&) { return "Mac"; },
                        [](const Drain&) { return "Drain"; },
                        [](const Elementwise&) { return "Elementwise"; },
                        [](const RingReduce&) { return "RingReduce"; },
                    },
                    instruction);
}

int64_t cost_of(const ScalarExpr& expr, const Sfu& sfu) {
  int64_t cycles = 0;
  for (const ScalarStep& step : expr.steps)
    cycles += is_special(step.op) ? sfu.special_cycles : sfu.simple_cycles;
  return cycles;
}

struct SliceOrder {
  bool operator()(const CoreSlice& a, const CoreSlice& b) const {
    return std::tie(a.start, a.size) < std::tie(b.start, b.size);
  }
};

// From a memory stop to a core over the ring.
struct Way {
  int64_t hops = 0;
  std::pair<size_t, bool> link;  // stop, and whether upwards
};

class Planner {
 public:
  Planner(const Program& program, const LayerProgram& layer) : program_(program), layer_(layer) {
    plan_.layer = &layer;
    plan_.integers = program.format == DataFormat::Int8;
  }
  Result<LayerPlan> run() {
    for (int unit = 0; unit < kUnits && findings_.empty(); ++unit) {
      unit_ = unit;
      stream();
    }
    if (findings_.empty()) return std::move(plan_);
    return fail(std::move(findings_));
  }

 private:
  void report(std::string message, std::string hint = "") {
    findings_.push_back({ErrorCode::BadInput, place_of(layer_, -1, unit_, at_), std::move(message),
                         std::move(hint)});
  }
  StreamPlan& streams() { return plan_.streams[static_cast<size_t>(unit_)]; }
  const std::vector<Instruction>& source() const {
    return layer_.streams[static_cast<size_t>(unit_)];
  }

  void stream();
  void nests();
  void look_behind();
  void open(const Nest& nest);
  void link_nest(InstructionPlan& plan);
  void plan_of(InstructionPlan& plan, const Transfer& transfer);
  void plan_of(InstructionPlan& plan, const Mac& mac);
  void plan_of(InstructionPlan& plan, const Drain& drain);
  void plan_of(InstructionPlan& plan, const Elementwise& elementwise);
  void plan_of(InstructionPlan& plan, const RingReduce& reduce);
  void semaphore(int32_t number);
  void buffer(InstructionPlan& plan, const Buffer& buffer);
  int64_t capacity_bytes(Memory memory) const;
  void groups(SharePlan& share, uint8_t multicast) const;
  void find_ways();
  void take_ways(SharePlan& share, uint8_t multicast) const;
  std::shared_ptr<const SharePlan> share_of(uint8_t multicast, bool alone);

  const Program& program_;
  const LayerProgram& layer_;
  LayerPlan plan_;
  Diagnostics findings_;
  int unit_ = 0, at_ = -1;
  std::vector<int> before_, after_;  // per instruction: the nest before and behind it in its body
  std::vector<int> open_;            // nests
  std::vector<Way> ways_;            // per core, where external memory is reached over the ring
  std::map<std::pair<uint8_t, bool>, std::shared_ptr<const SharePlan>> shares_;
};

void Planner::stream() {
  for (const Instruction& instruction : source()) {
    InstructionPlan plan;
    plan.what = &instruction;
    streams().instructions.push_back(std::move(plan));
  }
  nests();
  for (at_ = 0; at_ < static_cast<int>(source().size()) && findings_.empty(); ++at_) {
    InstructionPlan& plan = streams().instructions[static_cast<size_t>(at_)];
    std::visit(Overloaded{
                   [](const Nest&) {},
                   [](const EndNest&) {},
                   [](const Join&) {},
                   [&](const Signal& s) { semaphore(s.semaphore); },
                   [&](const Wait& w) { semaphore(w.semaphore); },
                   [&](const auto& does) {
                     plan.when = &does.when;
                     link_nest(plan);
                     plan_of(plan, does);
                   },
               },
               *plan.what);
  }
  at_ = -1;
}

void Planner::open(const Nest& nest) {
  NestPlan plan{nest.loops, open_.empty() ? LoopStage::Tile : LoopStage::Block, at_, -1};
  for (size_t l = 0; l < nest.loops.size(); ++l) {
    const LoopSpec& loop = nest.loops[l];
    if (loop.reg < 0 || loop.reg >= kRegisters || loop.step < 1 || loop.trips < 0) {
      report(
          fmt::format("loop over r{} with step {} and {} trips", loop.reg, loop.step, loop.trips));
      return;
    }
    const LoopStage stage = loop.reg < kBlockRegisters ? LoopStage::Tile : LoopStage::Block;
    if (l > 0 && stage != plan.stage) report("a nest over registers of both stages");
    plan.stage = stage;
  }
  if (nest.loops.size() > kRegisters || open_.size() >= kMostDepth)
    report(fmt::format("{} loops inside {} nests", nest.loops.size(), open_.size()));
  open_.push_back(static_cast<int>(streams().nests.size()));
  streams().nests.push_back(std::move(plan));
}

void Planner::nests() {
  open_.clear();
  before_.assign(source().size(), -1);
  std::vector<int> closed = {-1};  // per open body: the last nest in it so far
  for (at_ = 0; at_ < static_cast<int>(source().size()) && findings_.empty(); ++at_) {
    const auto i = static_cast<size_t>(at_);
    before_[i] = closed.back();
    if (const Nest* nest = std::get_if<Nest>(&source()[i])) {
      open(*nest);
      if (!findings_.empty()) break;
      streams().instructions[i].nest = open_.back();
      closed.push_back(-1);
    } else if (std::holds_alternative<EndNest>(source()[i])) {
      if (open_.empty()) return report("closes a nest, but none is open");
      streams().instructions[i].nest = open_.back();
      streams().nests[static_cast<size_t>(open_.back())].end = at_;
      closed.pop_back();
      closed.back() = open_.back();
      open_.pop_back();
    }
  }
  at_ = -1;
  if (findings_.empty() && !open_.empty())
    report(fmt::format("{} nests are never closed", open_.size()));
  if (findings_.empty()) look_behind();
}

void Planner::look_behind() {
  after_.assign(source().size(), -1);
  std::vector<int> next = {-1};  // per open body: the nest that was met last, from its end
  for (size_t i = source().size(); i-- > 0;) {
    if (std::holds_alternative<EndNest>(source()[i])) next.push_back(-1);
    if (std::holds_alternative<Nest>(source()[i])) {
      next.pop_back();
      next.back() = streams().instructions[i].nest;
    }
    after_[i] = next.back();
  }
}

// At First, the next nest of the same body; at Last, the one before.
void Planner::link_nest(InstructionPlan& plan) {
  const At at = plan.when->at;
  if (at != At::First && at != At::Last) return;
  plan.nest = (at == At::First ? after_ : before_)[static_cast<size_t>(at_)];
  if (plan.nest < 0)
    report(at == At::First
               ? "looks at the first state of the next nest, but none follows here"
               : "looks at the last state of the nest before, but none precedes it here");
}

void Planner::semaphore(int32_t number) {
  if (number < 0 || number >= layer_.semaphores)
    report(fmt::format("semaphore {} of {}", number, layer_.semaphores));
}

int64_t Planner::capacity_bytes(Memory memory) const {
  const CoreTier& core = program_.system.core;
  const ArrayTier& array = program_.system.array;
  const auto times = [](int64_t a, int64_t b) { return checked_mul(a, b).value_or(INT64_MAX); };
  switch (memory) {
    case Memory::External:
      return program_.external_bytes;
    case Memory::Lx:
      return core.lx_bytes;
    case Memory::L0:
      return times(array.l0_bytes, core.corelets);
    case Memory::Lrf:
      return times(times(array.lrf_bytes, core.corelets), times(array.rows, array.columns));
    case Memory::Acc:
      return times(times(times(array.accumulators, 4), core.corelets),
                   times(array.columns, array.lanes));
    case Memory::Pe:  // holds nothing between steps
      return kMostStreamed;
  }
  return 0;
}

// L0, LRF and accumulators are held decoded, 4 bytes per cell; their capacity counts cell_bytes.
void Planner::buffer(InstructionPlan& plan, const Buffer& b) {
  const auto memory = static_cast<size_t>(b.memory);
  if (memory >= kMemories) return report(fmt::format("memory {}", memory));
  if (b.cell_bytes != bytes_of(program_.format) && b.cell_bytes != bytes_of(DataFormat::Fp32))
    return report(fmt::format("cells of {} bytes in {}", b.cell_bytes, kMemoryNames[memory]));
  if (b.base < 0 || b.buffers < 1 || b.buffer_elems < 0)
    return report(
        fmt::format("{} buffers of {} elements from {}", b.buffers, b.buffer_elems, b.base));
  const bool in_bytes = b.memory == Memory::External || b.memory == Memory::Lx;
  const auto elems = checked_mul(b.buffer_elems, b.buffers);
  const auto size = elems ? checked_mul(*elems, b.cell_bytes) : std::nullopt;
  const auto base = in_bytes ? b.base : checked_mul(b.base, b.cell_bytes);
  const auto end = size && base ? checked_add(*size, *base) : std::nullopt;
  const int64_t capacity = capacity_bytes(b.memory);
  if (!end || *end > capacity)
    return report(
        fmt::format("{} buffers of {} elements of {} bytes from {} {} end beyond the {} "
                    "bytes of {}",
                    b.buffers, b.buffer_elems, b.cell_bytes, in_bytes ? "byte" : "cell", b.base,
                    capacity, kMemoryNames[memory]));
  int64_t& reach = plan_.memory_bytes[memory];
  reach = std::max(reach, in_bytes ? *end : *end / b.cell_bytes * 4);

  if (b.slide != 0 && (b.memory != Memory::Lx || b.shift < 0 || b.shift > b.buffer_elems))
    return report(fmt::format("a buffer in {} slides by {} of {} elements", kMemoryNames[memory],
                              b.shift, b.buffer_elems));

  BufferPlan buffer{b, format_of(b), -1};
  if (b.buffers > 1 || b.slide != 0) {
    const bool block = (b.mask >> kBlockRegisters) != 0;
    const CounterPlan counter{b.mask, block ? LoopStage::Block : LoopStage::Tile, b.slide};
    std::vector<CounterPlan>& counters = streams().counters;
    const auto known = std::find(counters.begin(), counters.end(), counter);
    buffer.counter = static_cast<int>(known - counters.begin());
    if (known == counters.end()) counters.push_back(counter);
  }
  plan.buffers.push_back(buffer);
}

// The pieces that the cores fetch, by all that tells two of them apart.
void Planner::groups(SharePlan& share, uint8_t multicast) const {
  const std::vector<CoreSlice>& cores = layer_.cores;
  std::map<CoreSlice, int, SliceOrder> first_of;
  std::vector<int> members(cores.size()), last(cores.size());
  for (size_t c = 0; c < cores.size(); ++c) {
    CoreSlice piece = cores[c];
    for (size_t d = 0; d < piece.size.size(); ++d)
      if ((multicast >> d & 1) != 0) piece.start[d] = piece.size[d] = 0;
    const int first = first_of.emplace(piece, static_cast<int>(c)).first->second;
    share.group.push_back(first);
    ++members[static_cast<size_t>(first)];
    last[static_cast<size_t>(first)] = static_cast<int>(c);
  }
  for (int& first : share.group) {
    share.group_size.push_back(members[static_cast<size_t>(first)]);
    if (share.alone) first = last[static_cast<size_t>(first)];
  }
}

// Each core is reached from the stop that is nearest, upwards where both ways are as short.
void Planner::find_ways() {
  const ChipTier& chip = program_.system.chip;
  for (size_t c = 0; c < layer_.cores.size(); ++c) {
    Way way{chip.cores, {}};
    for (size_t s = 0; s < chip.memory_stops.size(); ++s) {
      const int64_t ahead = static_cast<int64_t>(c) - chip.memory_stops[s];
      const int64_t up = ahead < 0 ? ahead + chip.cores : ahead;
      const int64_t down = up == 0 ? 0 : chip.cores - up;
      if (up < way.hops) way = {up, {s, true}};
      if (down < way.hops) way = {down, {s, false}};
    }
    ways_.push_back(way);
  }
}

void Planner::take_ways(SharePlan& share, uint8_t multicast) const {
  std::map<std::pair<size_t, bool>, std::set<int>> taken;  // by stop and direction: groups
  for (size_t c = 0; c < ways_.size(); ++c) {
    bool empty = false;
    for (size_t d = 0; d < layer_.cores[c].size.size(); ++d)
      empty |= (multicast >> d & 1) == 0 && layer_.cores[c].size[d] == 0;
    const bool moves = !share.alone || share.group[c] == static_cast<int>(c);
    if (empty || !moves || ways_[c].hops == 0) continue;
    share.ring_hops = std::max(share.ring_hops, ways_[c].hops);
    std::set<int>& groups = taken[ways_[c].link];
    groups.insert(share.group[c]);
    share.ring_pieces = std::max(share.ring_pieces, static_cast<int64_t>(groups.size()));
  }
}

std::shared_ptr<const SharePlan> Planner::share_of(uint8_t multicast, bool alone) {
  std::shared_ptr<const SharePlan>& known = shares_[{multicast, alone}];
  if (known != nullptr) return known;
  SharePlan share;
  share.alone = alone;
  groups(share, multicast);
  if (ways_.empty() && !program_.system.chip.memory_stops.empty()) find_ways();
  take_ways(share, multicast);
  known = std::make_shared<const SharePlan>(std::move(share));
  return known;
}

void Planner::plan_of(InstructionPlan& plan, const Transfer& transfer) {
  const Memory outer = transfer.outer.memory, inner = transfer.inner.memory;
  const bool ext = unit_ == static_cast<int>(Unit::Ext);
  const bool load = unit_ == static_cast<int>(Unit::Load);
  if (!(ext && outer == Memory::External && inner == Memory::Lx && !transfer.stream) &&
      !(load && (outer == Memory::Lx || (outer == Memory::External && inner != Memory::Pe)) &&
        inner != Memory::External && inner != Memory::Lx))
    return report("a transfer that this unit cannot do");
  if (transfer.axes.size() > static_cast<size_t>(kRegisters))
    return report(fmt::format("{} axes", transfer.axes.size()));
  for (const BoxAxis& axis : transfer.axes)
    if (axis.count.step < 1) report(fmt::format("axis with a step of {}", axis.count.step));
  for (int64_t unroll : transfer.unroll)
    if (unroll < 1) report(fmt::format("unrolls a dim by {}", unroll));
  if (inner == Memory::Pe)
    for (const BoxAxis& axis : transfer.axes)
      if (axis.count.terms.size() > kMostStreamedTerms)
        report(fmt::format("streams an axis of {} terms into the PEs", axis.count.terms.size()));
  buffer(plan, transfer.outer);
  buffer(plan, transfer.inner);
  if (transfer.spread &&
      !(ext && (transfer.when.at == At::Next || transfer.when.at == At::Previous)))
    return report("a spread transfer that does not look at another state of external memory");
  if (transfer.spread && transfer.inner.slide != 0)
    return report("a spread transfer whose inner buffer slides");
  plan.spread = transfer.spread;
  if (ext) plan.share = share_of(transfer.multicast, transfer.store && transfer.multicast != 0);
}

void Planner::plan_of(InstructionPlan& plan, const Mac& mac) {
  if (unit_ != static_cast<int>(Unit::Pe)) return report("only pe multiplies");
  for (int64_t unroll : mac.unroll)
    if (unroll < 1) report(fmt::format("unrolls a dim by {}", unroll));
  for (const LocalView* view : {&mac.inp, &mac.ker, &mac.acc}) {
    if (view->buffer.memory == Memory::External || view->buffer.memory == Memory::Lx)
      report("the arrays reach neither external memory nor Lx");
    buffer(plan, view->buffer);
  }
}

void Planner::plan_of(InstructionPlan& plan, const Drain& drain) {
  if (unit_ != static_cast<int>(Unit::Sfu)) return report("only sfu drains");
  if (const std::string problem = problem_of(drain.epilogue, 1); !problem.empty()) report(problem);
  if (drain.acc.buffer.memory == Memory::External || drain.acc.buffer.memory == Memory::Lx ||
      drain.out.buffer.memory != (drain.past_lx ? Memory::External : Memory::Lx) ||
      (drain.past_lx && drain.sums.buffer.memory != Memory::External) ||
      (drain.has_bias && drain.bias.buffer.memory != Memory::Lx))
    report("a drain goes from accumulators to Lx");
  buffer(plan, drain.acc.buffer);
  buffer(plan, drain.out.buffer);
  buffer(plan, drain.has_bias ? drain.bias.buffer : drain.out.buffer);
  buffer(plan, drain.past_lx ? drain.sums.buffer : drain.out.buffer);
  const Sfu& sfu = program_.system.core.sfu;
  plan.vector_cycles = (drain.has_bias ? sfu.simple_cycles : 0) + cost_of(drain.epilogue, sfu);
}

void Planner::plan_of(InstructionPlan& plan, const Elementwise& e) {
  if (unit_ != static_cast<int>(Unit::Sfu)) return report("only sfu works element by element");
  if (e.inputs.size() + 1 > static_cast<size_t>(kMostBuffers))
    return report(fmt::format("{} inputs", e.inputs.size()));
  if (const std::string problem = problem_of(e.expr, e.inputs.size()); !problem.empty())
    report(problem);
  const auto operand = [&](const SfuOperand& o) {
    if (o.view.buffer.memory != Memory::Lx) report("sfu works on Lx only");
    for (const Count& count : o.counts)
      if (count.step < 1) report(fmt::format("counts with a step of {}", count.step));
    buffer(plan, o.view.buffer);
  };
  for (const SfuOperand& input : e.inputs) operand(input);
  operand(e.out);
  if (e.over != 0) plan.share = share_of(e.over, true);
  const Sfu& sfu = program_.system.core.sfu;
  plan.vector_cycles =
      std::max(sfu.simple_cycles, cost_of(e.expr, sfu) +
                                      (e.accumulate != Accumulate::Assign ? sfu.simple_cycles : 0) +
                                      (e.scale != 1 ? sfu.simple_cycles : 0));
}

void Planner::plan_of(InstructionPlan& plan, const RingReduce& reduce) {
  if (unit_ != static_cast<int>(Unit::Ext)) return report("only ext sums up over the ring");
  if (reduce.tile.buffer.memory != Memory::Lx) report("only what is in Lx goes over the ring");
  if (reduce.accumulate == Accumulate::Assign) report("a reduce adds or maximises");
  buffer(plan, reduce.tile.buffer);
  plan.ring = std::make_shared<const RingPlan>(
      ring_plan(layer_.cores, reduce.over, program_.system.chip.cores));
}

}  // namespace

Result<LayerPlan> plan_layer(const Program& program, const LayerProgram& layer) {
  if (layer.cores.empty())
    return bad_input(fmt::format("layer '{}'", layer.name), "no core works on it");
  return Planner(program, layer).run();
}

std::string place_of(const LayerProgram& layer, int core, int unit, int instruction) {
  std::string text = fmt::format("layer '{}'", layer.name);
  if (core >= 0) text += fmt::format(": core {}", core);
  if (unit < 0) return text;
  const auto u = static_cast<size_t>(unit);
  text += fmt::format(": {}", kUnitNames[u]);
  if (instruction < 0) return text;
  const auto i = static_cast<size_t>(instruction);
  return text + fmt::format(" {} ({})", instruction, name_of(layer.streams[u][i]));
}

}  // namespace tilewright::sim
