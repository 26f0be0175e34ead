#include "backend/emit/layer.h"

#include <array>

#include "backend/emit/address.h"
#include "backend/emit/streams.h"
#include "compiler/mapping/capacity.h"
#include "compiler/mapping/share.h"
#include "compiler/support/check.h"
#include "compiler/support/math.h"

namespace tilewright {

namespace {

const Motion* motion_of(const std::vector<Motion>& motions, size_t operand) {
  for (const Motion& motion : motions)
    if (motion.operand == static_cast<int>(operand)) return &motion;
  return nullptr;
}

// Hands out the cells of one core's memories, each from 0 upwards.
class LocalMemory {
 public:
  Buffer take(const Motion& motion, const DenseBox& box, bool tile) {
    TW_CHECK(motion.buffer_elems == box.elems, "{} needs {} elements, its motion has {}",
             name_of(motion.role), box.elems, motion.buffer_elems);
    Buffer buffer;
    buffer.memory = memory_of(motion.inner);
    buffer.buffers = static_cast<int32_t>(motion.buffers);
    buffer.buffer_elems = motion.buffer_elems;
    buffer.cell_bytes = static_cast<int32_t>(motion.cell_bits / 8);
    buffer.mask = tile ? tile_mask(motion.moves) : block_mask(motion.moves);
    if (motion.slide) {
      buffer.slide = tile_mask(bit(motion.slide->dim));
      buffer.shift = motion.slide->shift * box.strides[static_cast<size_t>(motion.slide->axis)];
    }
    int64_t& top = top_[static_cast<size_t>(buffer.memory)];
    buffer.base = top;
    const int64_t cells = buffer.buffers * buffer.buffer_elems;
    top += buffer.memory == Memory::Lx ? round_up(cells * buffer.cell_bytes, kLxAlignBytes) : cells;
    return buffer;
  }

 private:
  static Memory memory_of(Place place) {
    switch (place) {
      case Place::External:
        return Memory::External;
      case Place::Lx:
        return Memory::Lx;
      case Place::L0:
        return Memory::L0;
      case Place::Lrf:
        return Memory::Lrf;
      case Place::Acc:
        return Memory::Acc;
      case Place::Pe:
        return Memory::Pe;
    }
    TW_CHECK(false, "place {}", static_cast<int>(place));
  }

  std::array<int64_t, 6> top_{};  // bytes of Lx, cells elsewhere
};

DimSet divided_dims(const CoreDivision& division) {
  DimSet dims = 0;
  for (Dim d : kDims)
    if (division.parts[d] > 1) dims |= bit(d);
  return dims;
}

PlacedOperand place(const LayerToEmit& layer, size_t index, LocalMemory& memory) {
  const Operand& operand = layer.work.operands[index];
  const Motion* hop = motion_of(layer.nest.external, index);
  PlacedOperand placed;
  placed.operand = &operand;
  placed.hop = hop;
  if (hop != nullptr) placed.tile = dense_box(operand, hop->steps, layer.dsc.t, hop->slide);
  placed.external = {Memory::External,
                     layer.tensors[index].address,
                     1,
                     layer.tensors[index].elems,
                     static_cast<int32_t>(layer.element_bytes),
                     0};
  placed.scratch = placed.external;
  placed.scratch.base = layer.scratch_address;
  placed.scratch.cell_bytes = static_cast<int32_t>(kPartialSumBytes);
  const bool own_tile = layer.work.kind != WorkKind::Move || operand.role != Role::Out;
  if (hop != nullptr && own_tile) placed.lx = memory.take(*hop, placed.tile, true);
  placed.multicast = static_cast<DimSet>(divided_dims(layer.dsc.core_d) & ~operand.dims());
  placed.inner_hop = motion_of(layer.nest.inner, index);
  TW_CHECK(hop != nullptr || placed.inner_hop != nullptr, "operand {} never moves",
           name_of(operand.role));
  if (placed.inner_hop != nullptr) {
    placed.block = dense_box(operand, placed.inner_hop->steps, layer.dsc.b);
    placed.near = memory.take(*placed.inner_hop, placed.block, false);
  }
  return placed;
}

}  // namespace

std::vector<CoreSlice> core_slices(const Work& work, const CoreDivision& division) {
  std::vector<CoreSlice> cores(1);
  for (Dim d : kDims)
    if (division.parts[d] <= 1) cores[0].size[static_cast<size_t>(d)] = work.extent[d];
  for (Dim d : division.ring_order) {  // the last dim ends up fastest
    const std::vector<Slice> shares = slices(work.extent[d], division.parts[d], division.share);
    std::vector<CoreSlice> finer;
    for (const CoreSlice& core : cores)
      for (const Slice& share : shares) {
        finer.push_back(core);
        finer.back().start[static_cast<size_t>(d)] = share.start;
        finer.back().size[static_cast<size_t>(d)] = share.size;
      }
    cores = std::move(finer);
  }
  return cores;
}

LayerProgram emit_layer(const LayerToEmit& layer) {
  LocalMemory memory;
  std::vector<PlacedOperand> operands;
  for (size_t o = 0; o < layer.work.operands.size(); ++o)
    operands.push_back(place(layer, o, memory));

  LayerProgram program;
  program.name = layer.work.name;
  program.cores = core_slices(layer.work, layer.dsc.core_d);
  TW_CHECK(static_cast<int64_t>(program.cores.size()) == layer.nest.cores,
           "layer {}: {} slices for {} cores", layer.work.name, program.cores.size(),
           layer.nest.cores);
  switch (layer.work.kind) {
    case WorkKind::Array:
      array_streams(layer, operands, program);
      break;
    case WorkKind::Sfu:
      sfu_streams(layer, operands, program);
      break;
    case WorkKind::Move:
      move_streams(layer, operands, program);
      break;
  }
  return program;
}

}  // namespace tilewright
