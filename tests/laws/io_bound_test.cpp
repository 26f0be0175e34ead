// The least traffic between a memory of S elements and the next larger one.
//
// Matrix product, C = A B with F = m n k products: at least 2 F / sqrt(S) - 2 S words.
//   J. Hong, H. T. Kung, "I/O Complexity: The Red-Blue Pebble Game", STOC 1981 (the order of it);
//   T. Smith, B. Lowery, J. Langou, R. van de Geijn, "A Tight I/O Lower Bound for Matrix
//   Multiplication", arXiv:1702.02017 (this constant); G. Kwasniewski et al., "Red-Blue Pebbling
//   Revisited", SC 2019 (the same leading term, met by an algorithm).
// Why, in short: cut the run into pieces of 2 S reads each. A piece has at most S elements at its
// start and 2 S that it reads, a + b + c <= 3 S of A, B and C in all, and these allow sqrt(a b c)
// <= S^(3/2) products (Loomis, Whitney 1949). So 2 S floor(F / S^(3/2)) words are read at least.
// That holds where each element of C is read before it is added to. Here it starts at zero instead,
// which spares one read for each, but each is written once: reads and writes together obey the
// bound. A partial sum that is put away and comes back counts twice.
//
// Convolution: an input element takes part in at most R = R_i R_j products per output feature, so
// the same argument gives sqrt(R a b c), and at least 2 F / sqrt(R S) - 2 S words. X. Chen, Y. Han,
// Y. Wang, "Communication Lower Bound in Convolution Accelerators", HPCA 2020, has F / sqrt(R S)
// with R = ki kj / stride^2, and J. Demmel, G. Dinh, "Communication-Optimal Convolutional Neural
// Nets", arXiv:1802.06905, further cases. The constant is derived as above, and to be sound at
// edges R_i is counted: the most pairs (i, ki) that read one row.
//
// Groups do not change this: sums of x^(3/2) over groups stay below (sum of x)^(3/2).
//
// Which memory: Lx, all of a chip together against external memory (a multicast counts once) and
// each core's against the rest of the world (it counts for every core that takes it); and what lies
// beside the arrays of a core (L0, LRF, accumulators), against its Lx. S is what the mapping takes
// of it for INP, KER and OUT, all buffers: no capacity of the system enters, so a mapping with
// small tiles faces a higher bound. Words are bytes over the least bytes that a word has there.
#include <cmath>
#include <map>

#include "costmodel/price.h"
#include "tests/laws/random_case.h"
#include "tests/support/catch.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

int64_t elements(const std::vector<Motion>& motions) {
  int64_t elems = 0;
  for (const Motion& m : motions)
    if (m.role != Role::Bias) elems += m.buffers * m.buffer_elems;
  return elems;
}

// Combinations of indices of an axis' dims (of a window: one of the output, one of the kernel):
// those that read inside [0, extent), and the most of these that read one and the same index.
struct Readers {
  int64_t inside = 0, most = 0;
};
Readers readers_of(const AccessAxis& axis, const Extents& extent, bool padding_too) {
  std::map<int64_t, int64_t> readers = {{axis.offset, 1}};
  for (const AccessTerm& term : axis.terms) {
    std::map<int64_t, int64_t> next;
    for (const auto& [index, n] : readers)
      for (int64_t k = 0; k < extent[term.dim]; ++k) next[index + term.coefficient * k] += n;
    readers = next;
  }
  Readers all;
  for (const auto& [index, n] : readers) {
    if (!padding_too && (index < 0 || index >= axis.extent)) continue;
    all.inside += n;
    all.most = std::max(all.most, n);
  }
  return all;
}

// Products F of `extent`, and R. Padding is no element outside of a core: it never moves there.
struct Products {
  double count = 1, readers = 1;
};
Products products(const Work& work, const Extents& extent, bool padding_too) {
  Products p;
  for (const AccessAxis& axis : work.operand(Role::Inp).axes) {
    const Readers readers = readers_of(axis, extent, padding_too);
    p.count *= static_cast<double>(readers.inside);
    p.readers *= static_cast<double>(std::max<int64_t>(readers.most, 1));
  }
  for (Dim d : kDims)
    if (!contains(work.operand(Role::Inp).dims(), d)) p.count *= static_cast<double>(extent[d]);
  return p;
}

double bound(const Products& p, int64_t elems, int64_t memories = 1) {
  const auto s = static_cast<double>(elems);
  return 2 * p.count / std::sqrt(p.readers * s) - 2 * s * static_cast<double>(memories);
}

// How near the mappings drawn come to the bounds, to see that they can fail.
struct Tightness {
  int above_zero = 0;
  double nearest = 1e9;  // words over bound
  void look(double words, double bound) {
    CHECK(words >= bound);
    if (bound <= 0) return;
    ++above_zero;
    nearest = std::min(nearest, words / bound);
  }
};

struct Tightnesses {
  Tightness external, lx, array;
};

void check(const LayerCase& c, Tightnesses& seen) {
  const LoopNest nest = lower(c.work, c.system, c.precision, c.dsc);
  const Traffic bytes = traffic(c.work, c.system, c.precision, c.dsc);
  const double word = static_cast<double>(c.precision.bits) / 8;
  // What bypasses Lx comes from outside into the array's memories, which then stand beside Lx.
  std::vector<Motion> past_lx;
  for (const Motion& m : nest.inner)
    if (m.outer == Place::External) past_lx.push_back(m);
  const int64_t lx = elements(nest.external) + elements(past_lx), array = elements(nest.inner);
  const Products real = products(c.work, c.work.extent, false);
  const Products padded = products(c.work, c.work.extent, true);
  seen.external.look(static_cast<double>(bytes.external) / word, bound(real, lx * nest.cores));
  seen.lx.look(static_cast<double>(bytes.lx_outer + bytes.past_lx) / word,
               bound(real, lx, nest.cores));
  seen.array.look(static_cast<double>(bytes.array_in + bytes.array_out + bytes.past_lx) / word,
                  bound(padded, array, nest.cores));
}

// Enough draws have a bound above zero, and the nearest comes within `factor` of it: were less than
// 1 / factor of the traffic counted, this test would see it.
void check_tightness(const Tightnesses& seen, double factor) {
  if (std::getenv("LAWS_SEED") != nullptr) return;
  for (const Tightness* t : {&seen.external, &seen.lx, &seen.array}) {
    CHECK(t->above_zero > 500);
    CHECK(t->nearest < factor);
  }
}

}  // namespace

TEST_CASE("no mapping of a matrix product moves fewer words than theory allows", "[laws]") {
  Tightnesses seen;
  for_random_matmuls(1500, [&seen](const LayerCase& c) { check(c, seen); });
  check_tightness(seen, 2);
}

TEST_CASE("no mapping of a convolution moves fewer words than theory allows", "[laws]") {
  Tightnesses seen;
  for_random_convs(3000, [&seen](const LayerCase& c) { check(c, seen); });
  check_tightness(seen, 3);
}
