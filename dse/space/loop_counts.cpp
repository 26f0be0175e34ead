#include "dse/space/loop_counts.h"

namespace tilewright {

void add_product(mpz_class& to, const mpz_class& a, const mpz_class& b) {
  mpz_addmul(to.get_mpz_t(), a.get_mpz_t(), b.get_mpz_t());
}

void add_product(mpz_class& to, const mpz_class& a, uint64_t b) {
  static_assert(sizeof(unsigned long) == sizeof(uint64_t));
  mpz_addmul_ui(to.get_mpz_t(), a.get_mpz_t(), b);
}

void pass(PerSet<mpz_class>& counts, size_t j, const PairCounts& pairs) {
  const size_t with = size_t{1} << j;
  mpz_class none, loop;
  for (size_t set = 0; set < counts.size(); ++set) {
    if ((set & with) != 0) continue;
    mpz_class &whole = counts[set], &tiled = counts[set | with];
    none = whole * pairs[0][0];
    loop = whole * pairs[0][1];
    add_product(none, tiled, pairs[1][0]);
    add_product(loop, tiled, pairs[1][1]);
    whole.swap(none);
    tiled.swap(loop);
  }
}

PerSet<mpz_class> passed(const PerSet<uint64_t>& weight, const std::vector<PairCounts>& pairs,
                         size_t first_dim) {
  PerSet<mpz_class> counts;
  for (uint64_t w : weight) counts.emplace_back(w);
  for (size_t j = first_dim; j < pairs.size(); ++j) pass(counts, j - first_dim, pairs[j]);
  return counts;
}

}  // namespace tilewright
