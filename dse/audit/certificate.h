// A certificate: for layers on a system a mapping each, and the proof that no other one of the
// space takes fewer cycles than a bound. README.md says how a proof reads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/arch/system.h"
#include "compiler/mapping/rapid_dsc.h"
#include "compiler/support/result.h"

namespace tilewright::audit {

// One step of a proof: what it does with the part of the space at hand, and the dim or number that
// it states.
enum class Act : char {
  Split = 's',     // in two along a dim (its index in kDims)
  Bound = 'x',     // Q1, Q2: so many cycles
  Orders = 'o',    // the same in the best order, by Q3, Q4
  Memory = 'm',    // the smallest of it takes so many bytes of Lx, or does not fit at the array
  Tile = 't',      // one tile: so many programs of its loops are left
  Exact = 'e',     // one mapping per program: so many cycles
  Blocks = 'b',    // by Q5 to Q7: so many cycles
  Families = 'f',  // hops by hops
  Loops = 'p',     // order by order of block loops
  Nest = 'n',      // block by block
};
struct Step {
  Act act = Act::Split;
  int64_t value = 0;
  bool operator==(const Step&) const = default;
};
using Proof = std::vector<Step>;

// Longer certificates are not read.
inline constexpr int64_t kMostCertificateBytes = int64_t{1} << 28;

std::string print(const Proof& proof);                  // "s4 x20012 o19962 t8 ..."
bool parse_proof(std::string_view text, Proof& proof);  // false: it is none

struct LayerCertificate {
  std::vector<std::string> names;  // of the layers that pose this problem
  Work work;
  RapidDsc best;
  int64_t cycles = 0;         // of the best
  int64_t bound = 0;          // no mapping takes fewer; equal to `cycles`: the best is proven
  std::vector<Proof> proofs;  // of each division, in the order of divisions()
};

struct Certificate {
  std::string precision;
  System system;
  std::vector<LayerCertificate> layers;
  bool altered = false;  // read from a text that its digest does not fit
};

// parse(print(c)) prints the same. What is read is not checked but for its form.
std::string print(const Certificate& certificate);
Result<Certificate> parse_certificate(std::string_view text, const std::string& where);

}  // namespace tilewright::audit
