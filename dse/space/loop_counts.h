// Sums over which dims have T loops and which have B loops: how often each choice of loops occurs,
// given the pairs of tile and block along each dim.
#pragma once

#include <vector>

#include "dse/space/tile_pairs.h"

namespace tilewright {

// One value per set of dims; bit j of the index stands for the j-th dim of a list.
template <class Value>
using PerSet = std::vector<Value>;

// The half of a vector where the first dim has (or has no) loop, over the sets of the other dims.
template <class Value>
PerSet<Value> half(const PerSet<Value>& all, bool loop) {
  PerSet<Value> some;
  for (size_t set = loop ? 1 : 0; set < all.size(); set += 2) some.push_back(all[set]);
  return some;
}

// to += a * b
void add_product(mpz_class& to, const mpz_class& a, const mpz_class& b);
void add_product(mpz_class& to, const mpz_class& a, uint64_t b);

// Lets dim j change from T to B: of each set, bit j said whether dim j has a T loop, and now says
// whether it has a B loop; the vector is summed over the former.
void pass(PerSet<mpz_class>& counts, size_t j, const PairCounts& pairs);

// Sum over S_T, S_B of weight[S_T] * product over dims of pairs, per S_B.
PerSet<mpz_class> passed(const PerSet<uint64_t>& weight, const std::vector<PairCounts>& pairs,
                         size_t first_dim = 0);

template <class Value>
mpz_class dot(const PerSet<mpz_class>& a, const PerSet<Value>& b) {
  mpz_class sum;
  for (size_t set = 0; set < a.size(); ++set) add_product(sum, a[set], b[set]);
  return sum;
}

}  // namespace tilewright
