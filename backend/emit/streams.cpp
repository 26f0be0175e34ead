#include "backend/emit/streams.h"

#include "compiler/support/check.h"

namespace tilewright {

namespace {

// What the semaphores of a layer say.
enum Semaphore : int32_t {
  kTileReady = 0,   // ext: the block-loads of this tile are in Lx
  kTileDone = 1,    // load (or sfu): nothing reads this tile any more, OUT's is complete
  kBlockReady = 2,  // load: this block is at the array, or streaming in
  kMacDone = 3,     // pe: this block's operands are free again
  kDrained = 4,     // sfu: this step's drain, if any, is over
  kLastBlock = 5,   // load: the tile's last block is computed (OUT double-buffered at the array)
  kMacStarts = 6,   // pe: the sfu may drain what is finished
  kSummed = 7,      // ext: the sums of all cores have met (divided reduction that is finished)
  kFinished = 8,    // sfu: bias and epilogue are done
  kArraySemaphores = 7,
  kFinishingSemaphores = 9,
  kSfuSemaphores = 2,
};

class StreamWriter {
 public:
  StreamWriter(const LayerToEmit& layer, const std::vector<PlacedOperand>& operands,
               LayerProgram& program)
      : layer_(layer), operands_(operands), program_(program) {}

  void array();
  void sfu();
  void move();

 private:
  void add(Unit unit, Instruction instruction) {
    program_.streams[static_cast<size_t>(unit)].push_back(std::move(instruction));
  }
  const PlacedOperand& placed(Role role) const {
    for (const PlacedOperand& p : operands_)
      if (p.operand->role == role) return p;
    TW_CHECK(false, "layer {} has no operand {}", layer_.work.name, name_of(role));
  }
  const PlacedOperand& of(const Motion& motion) const {
    return operands_[static_cast<size_t>(motion.operand)];
  }
  RegisterMask partial() const {
    return tile_mask(layer_.nest.t_partial) | block_mask(layer_.nest.b_partial);
  }

  Nest tile_nest() const;
  Nest block_nest() const;
  void tile_transfers(bool store, TransferType type, At at);
  void out_transfers(const Motion& motion, bool store, At at);
  void sliding_transfers(const Motion& motion, At at);
  Transfer tile_transfer(const Motion& motion, bool store, At at, const Buffer& outer) const;
  void add_visit(Transfer transfer, Visit visit, RegisterMask visits);
  void block_transfers(TransferType type, At at);
  void external_stream();
  void load_stream();
  void pe_stream();
  void drain_stream();
  void add_drain(When when);
  void sum_up();
  void add_finish();
  void drain_past_lx(const PlacedOperand& out, Drain& drain) const;
  SfuOperand sfu_operand(const PlacedOperand& p) const;

  const LayerToEmit& layer_;
  const std::vector<PlacedOperand>& operands_;
  LayerProgram& program_;
};

// When a hop happens: loads when their box is new, stores when it is left behind. Before and after
// the nest there is no other state to compare with.
When when_moving(At at, bool store, RegisterMask moves) {
  When when;
  when.at = at;
  if (at == At::First || at == At::Last) return when;
  when.trigger = store ? Trigger::Leaving : Trigger::Entering;
  when.mask = moves;
  return when;
}

std::vector<BoxAxis> in_runs(std::vector<BoxAxis> axes, const Motion& motion) {
  for (size_t a = 0; a < axes.size(); ++a) axes[a].run = (motion.run_axes >> a & 1) != 0;
  return axes;
}

Nest StreamWriter::tile_nest() const {
  Nest nest;
  for (const Loop& loop : layer_.nest.t_loops)
    nest.loops.push_back({tile_register(loop.ref.dim), loop.step, loop.trips});
  return nest;
}

Nest StreamWriter::block_nest() const {
  Nest nest;
  for (const Loop& loop : layer_.nest.b_loops)
    nest.loops.push_back({block_register(loop.ref.dim), loop.step, 0});
  return nest;
}

// The hops between external memory and Lx of this direction and type, in the nest's order.
void StreamWriter::tile_transfers(bool store, TransferType type, At at) {
  for (const Motion& motion : layer_.nest.external) {
    if (motion.type != type) continue;
    if (motion.store) {
      if (store || motion.revisits != 0) out_transfers(motion, store, at);
    } else if (!store && motion.slide) {
      sliding_transfers(motion, at);
    } else if (!store) {
      add(Unit::Ext, tile_transfer(motion, false, at, of(motion).external));
    }
  }
}

// The whole tile where the loop begins, what is fresh where it goes on.
void StreamWriter::sliding_transfers(const Motion& motion, At at) {
  const RegisterMask slide = tile_mask(bit(motion.slide->dim));
  Transfer transfer = tile_transfer(motion, false, at, of(motion).external);
  add_visit(transfer, Visit::Initial, slide);
  if (at == At::First) return;
  transfer.axes = only_fresh(std::move(transfer.axes), *motion.slide);
  add_visit(std::move(transfer), Visit::Again, slide);
}

// Partial sums of OUT leave unless the visit is the last, and come back unless it is the first.
void StreamWriter::out_transfers(const Motion& motion, bool store, At at) {
  const PlacedOperand& p = of(motion);
  const RegisterMask revisits = tile_mask(motion.revisits);
  if (!store) {
    if (at != At::First)
      add_visit(tile_transfer(motion, false, at, p.scratch), Visit::Again, revisits);
    return;
  }
  if (motion.revisits != 0 && at != At::Last)
    add_visit(tile_transfer(motion, true, at, p.scratch), Visit::Unfinished, revisits);
  add_visit(tile_transfer(motion, true, at, p.external),
            motion.revisits != 0 ? Visit::Final : Visit::Any, revisits);
}

void StreamWriter::add_visit(Transfer transfer, Visit visit, RegisterMask visits) {
  transfer.when.visit = visit;
  transfer.when.visits = visits;
  add(Unit::Ext, std::move(transfer));
}

Transfer StreamWriter::tile_transfer(const Motion& motion, bool store, At at,
                                     const Buffer& outer) const {
  const PlacedOperand& p = of(motion);
  Transfer transfer;
  transfer.when = when_moving(at, store, tile_mask(motion.moves));
  transfer.store = store;
  transfer.spread = motion.type == TransferType::Stream && (at == At::Next || at == At::Previous);
  transfer.outer = outer;
  transfer.inner = p.lx;
  transfer.axes = in_runs(tile_axes(*p.operand, p.tile), motion);
  transfer.fill = store ? 0 : p.operand->fill;
  transfer.multicast = p.multicast;
  return transfer;
}

void StreamWriter::block_transfers(TransferType type, At at) {
  for (const Motion& motion : layer_.nest.inner) {
    if (motion.store || motion.type != type) continue;
    const PlacedOperand& p = of(motion);
    Transfer transfer;
    if (motion.inner == Place::Pe) {
      transfer.unroll = layer_.nest.unroll.values;
    } else {
      transfer.when = when_moving(at, false, block_mask(motion.moves));
      if (motion.moves == 0) transfer.when.within = tile_mask(motion.tile_moves);
      if (motion.inner == Place::Lrf) transfer.unroll = layer_.nest.pe_unroll.values;
    }
    transfer.stream = type == TransferType::Stream;
    const bool past_lx = p.hop == nullptr;
    transfer.outer = past_lx ? p.external : p.lx;
    transfer.inner = p.near;
    transfer.axes = past_lx ? in_runs(outside_block_axes(*p.operand, p.block), motion)
                            : block_axes(*p.operand, p.tile, p.block);
    add(Unit::Load, std::move(transfer));
  }
}

// Of Array and Sfu layers alike. Stores come before loads: what comes back may go where they were.
void StreamWriter::external_stream() {
  using enum TransferType;
  for (TransferType type : {DoubleBuffer, Stream}) tile_transfers(false, type, At::First);
  add(Unit::Ext, tile_nest());
  tile_transfers(false, BlockLoad, At::Current);
  add(Unit::Ext, Signal{kTileReady});
  for (TransferType type : {DoubleBuffer, Stream}) tile_transfers(true, type, At::Previous);
  for (TransferType type : {DoubleBuffer, Stream}) tile_transfers(false, type, At::Next);
  add(Unit::Ext, Wait{kTileDone});
  if (!layer_.nest.rounds.empty()) sum_up();
  tile_transfers(true, BlockLoad, At::Current);
  add(Unit::Ext, EndNest{});
  for (TransferType type : {DoubleBuffer, Stream}) tile_transfers(true, type, At::Last);
}

void StreamWriter::load_stream() {
  const bool deferred_drain = placed(Role::Out).inner_hop->type == TransferType::DoubleBuffer;
  add(Unit::Load, tile_nest());
  add(Unit::Load, Wait{kTileReady});
  block_transfers(TransferType::DoubleBuffer, At::First);
  add(Unit::Load, block_nest());
  block_transfers(TransferType::BlockLoad, At::Current);
  block_transfers(TransferType::Stream, At::Current);
  add(Unit::Load, Signal{kBlockReady});
  block_transfers(TransferType::DoubleBuffer, At::Next);
  add(Unit::Load, Join{});
  add(Unit::Load, Wait{kMacDone});
  add(Unit::Load, Wait{kDrained});
  add(Unit::Load, EndNest{});
  if (deferred_drain) {
    add(Unit::Load, Signal{kLastBlock});
    add(Unit::Load, Wait{kDrained});
  }
  add(Unit::Load, Signal{kTileDone});
  add(Unit::Load, EndNest{});
}

void StreamWriter::pe_stream() {
  const PlacedOperand &inp = placed(Role::Inp), &ker = placed(Role::Ker), &out = placed(Role::Out);
  Mac mac;
  mac.inp = {inp.near, local_strides(*inp.operand, inp.block)};
  mac.ker = {ker.near, local_strides(*ker.operand, ker.block)};
  mac.acc = {out.near, local_strides(*out.operand, out.block)};
  mac.clear = block_mask(out.inner_hop->moves);
  mac.unroll = layer_.nest.unroll.values;
  add(Unit::Pe, tile_nest());
  add(Unit::Pe, block_nest());
  add(Unit::Pe, Wait{kBlockReady});
  add(Unit::Pe, Signal{kMacStarts});
  add(Unit::Pe, std::move(mac));
  add(Unit::Pe, Signal{kMacDone});
  add(Unit::Pe, EndNest{});
  add(Unit::Pe, EndNest{});
}

void StreamWriter::add_drain(When when) {
  const PlacedOperand& out = placed(Role::Out);
  Drain drain;
  drain.when = when;
  drain.acc = {out.near, local_strides(*out.operand, out.block)};
  if (out.hop != nullptr)
    drain.out = {out.lx, local_strides(*out.operand, out.tile)};
  else
    drain_past_lx(out, drain);
  if (layer_.work.find(Role::Bias) != nullptr && !layer_.nest.finishes) {
    const PlacedOperand& bias = placed(Role::Bias);
    drain.has_bias = true;
    drain.bias = {bias.lx, local_strides(*bias.operand, bias.tile)};
  }
  drain.dims = out.operand->dims();
  drain.partial = partial();
  if (!layer_.nest.finishes) drain.epilogue = layer_.work.expr;
  add(Unit::Sfu, std::move(drain));
}

void StreamWriter::drain_past_lx(const PlacedOperand& out, Drain& drain) const {
  drain.past_lx = true;
  drain.out = {out.external, outside_strides(*out.operand)};
  drain.sums = drain.out;
  if (layer_.nest.has_partial_sums()) drain.sums.buffer = out.scratch;
  for (size_t a = 0; a < out.operand->axes.size(); ++a)
    if ((out.inner_hop->run_axes >> a & 1) != 0)
      for (const AccessTerm& term : out.operand->axes[a].terms) drain.run |= bit(term.dim);
}

void StreamWriter::drain_stream() {
  const Motion& out = *placed(Role::Out).inner_hop;
  const bool deferred = out.type == TransferType::DoubleBuffer;
  add(Unit::Sfu, tile_nest());
  add(Unit::Sfu, block_nest());
  add(Unit::Sfu, Wait{kMacStarts});
  add_drain(when_moving(deferred ? At::Previous : At::Current, true, block_mask(out.moves)));
  add(Unit::Sfu, Signal{kDrained});
  add(Unit::Sfu, EndNest{});
  if (deferred) {
    add(Unit::Sfu, Wait{kLastBlock});
    When last = when_moving(At::Last, true, 0);
    last.mask = block_mask(out.moves);
    add_drain(last);
    add(Unit::Sfu, Signal{kDrained});
  }
  if (layer_.nest.finishes) add_finish();
  add(Unit::Sfu, EndNest{});
}

// Where a reduced dim is divided: the sums of all cores meet before OUT's tile is stored.
void StreamWriter::sum_up() {
  const PlacedOperand& out = placed(Role::Out);
  RingReduce reduce;
  reduce.when = when_moving(At::Current, true, tile_mask(out.hop->moves));
  reduce.tile = {out.lx, local_strides(*out.operand, out.tile)};
  reduce.over = layer_.work.reduction;
  if (layer_.work.combine == Combine::Max) reduce.accumulate = Accumulate::Max;
  add(Unit::Ext, std::move(reduce));
  if (!layer_.nest.finishes) return;
  add(Unit::Ext, Signal{kSummed});
  add(Unit::Ext, Wait{kFinished});
}

// Bias and epilogue, in place, on the core whose sum is complete.
void StreamWriter::add_finish() {
  const PlacedOperand& out = placed(Role::Out);
  Elementwise finish;
  finish.when = when_moving(At::Current, true, tile_mask(out.hop->moves));
  finish.inputs = {sfu_operand(out)};
  finish.out = sfu_operand(out);
  finish.expr = layer_.work.expr;
  if (layer_.work.find(Role::Bias) != nullptr) {
    finish.inputs.push_back(sfu_operand(placed(Role::Bias)));
    const ScalarExpr biased{{{ScalarOp::Add, ScalarRef::input(0), ScalarRef::input(1), {}}}};
    finish.expr = compose(biased, finish.expr);
  }
  finish.over = layer_.work.reduction;
  add(Unit::Sfu, Wait{kSummed});
  add(Unit::Sfu, std::move(finish));
  add(Unit::Sfu, Signal{kFinished});
}

SfuOperand StreamWriter::sfu_operand(const PlacedOperand& p) const {
  SfuOperand operand;
  operand.view = {p.lx, local_strides(*p.operand, p.tile)};
  for (size_t a = 0; a < p.operand->axes.size(); ++a)
    operand.counts.push_back(count_of(p.operand->axes[a], p.tile.steps[a], 0));
  return operand;
}

Accumulate accumulate_of(Combine combine) {
  switch (combine) {
    case Combine::Assign:
      return Accumulate::Assign;
    case Combine::Add:
      return Accumulate::Add;
    case Combine::Max:
      return Accumulate::Max;
  }
  TW_CHECK(false, "combine {}", static_cast<int>(combine));
}

void StreamWriter::array() {
  program_.semaphores = layer_.nest.finishes ? kFinishingSemaphores : kArraySemaphores;
  external_stream();
  load_stream();
  pe_stream();
  drain_stream();
}

void StreamWriter::sfu() {
  program_.semaphores = kSfuSemaphores;
  external_stream();
  Elementwise elementwise;
  for (const PlacedOperand& p : operands_)
    (p.operand->role == Role::Out ? elementwise.out : elementwise.inputs.emplace_back()) =
        sfu_operand(p);
  elementwise.expr = layer_.work.expr;
  elementwise.accumulate = accumulate_of(layer_.work.combine);
  elementwise.reduction = layer_.work.reduction;
  elementwise.partial = partial();
  elementwise.scale = layer_.work.scale;
  add(Unit::Sfu, tile_nest());
  add(Unit::Sfu, Wait{kTileReady});
  add(Unit::Sfu, std::move(elementwise));
  add(Unit::Sfu, Signal{kTileDone});
  add(Unit::Sfu, EndNest{});
}

// OUT leaves through the buffer that INP came into.
void StreamWriter::move() {
  program_.semaphores = 0;
  const PlacedOperand &inp = placed(Role::Inp), &out = placed(Role::Out);
  Transfer load;
  load.when = when_moving(At::Current, false, tile_mask(inp.hop->moves));
  load.outer = inp.external;
  load.inner = inp.lx;
  load.axes = in_runs(tile_axes(*inp.operand, inp.tile), *inp.hop);
  load.fill = inp.operand->fill;
  load.multicast = inp.multicast;
  Transfer store;
  store.when = when_moving(At::Current, true, tile_mask(out.hop->moves));
  store.store = true;
  store.outer = out.external;
  store.inner = inp.lx;
  store.axes = in_runs(moved_axes(*out.operand, out.tile, *inp.operand, inp.tile), *out.hop);
  add(Unit::Ext, tile_nest());
  add(Unit::Ext, std::move(load));
  add(Unit::Ext, std::move(store));
  add(Unit::Ext, EndNest{});
}

}  // namespace

void array_streams(const LayerToEmit& layer, const std::vector<PlacedOperand>& operands,
                   LayerProgram& program) {
  StreamWriter(layer, operands, program).array();
}
void sfu_streams(const LayerToEmit& layer, const std::vector<PlacedOperand>& operands,
                 LayerProgram& program) {
  StreamWriter(layer, operands, program).sfu();
}
void move_streams(const LayerToEmit& layer, const std::vector<PlacedOperand>& operands,
                  LayerProgram& program) {
  StreamWriter(layer, operands, program).move();
}

}  // namespace tilewright
