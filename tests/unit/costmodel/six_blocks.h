// The mapping of several worked examples: a matrix product of 96 x 64 by 64 x 128 in six tiles,
// which are its blocks.
#pragma once

#include "compiler/mapping/compose.h"

namespace tilewright::test {

inline MappingChoice six_blocks() {
  MappingChoice c;
  c.t = c.b = Extents::filled(1);
  c.t[Dim::mb] = c.b[Dim::mb] = 32;
  c.t[Dim::in] = c.b[Dim::in] = c.t[Dim::out] = c.b[Dim::out] = 64;
  c.t_order = {Dim::out, Dim::mb};
  c.p = {{{Dim::in, 8}}, {{Dim::out, 8}}, {{Dim::out, 8}}, {}};
  c.types.assign(3, {TransferType::DoubleBuffer, TransferType::Stream});
  c.types[1] = {TransferType::DoubleBuffer, TransferType::BlockLoad};
  c.inner = {Place::L0, Place::Lrf, Place::L0};
  return c;
}

// Bytes that it moves in FP16.
inline constexpr int64_t inp = 2 * 96 * 64 * 2, ker = 64 * 128 * 2, out = 96 * 128 * 2;

}  // namespace tilewright::test
