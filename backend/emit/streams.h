// The static protocol of each kind of layer, written into its streams. Part of emit_layer().
#pragma once

#include <vector>

#include "backend/emit/address.h"
#include "backend/emit/layer.h"

namespace tilewright {

// An operand with its places in every memory.
struct PlacedOperand {
  const Operand* operand = nullptr;
  const Motion* hop = nullptr;        // External <-> Lx; null where it bypasses Lx
  const Motion* inner_hop = nullptr;  // at the array; null where there is none
  DenseBox tile, block;
  Buffer external, lx, near;
  Buffer scratch;        // external memory for partial sums of OUT
  DimSet multicast = 0;  // divided dims that the operand does not depend on
};

// Each fills `streams` and `semaphores`; `operands` are those of layer.work, in order.
void array_streams(const LayerToEmit& layer, const std::vector<PlacedOperand>& operands,
                   LayerProgram& program);
void sfu_streams(const LayerToEmit& layer, const std::vector<PlacedOperand>& operands,
                 LayerProgram& program);
void move_streams(const LayerToEmit& layer, const std::vector<PlacedOperand>& operands,
                  LayerProgram& program);

}  // namespace tilewright
