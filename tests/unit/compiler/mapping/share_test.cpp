#include "compiler/mapping/share.h"

#include "tests/support/catch.h"

using namespace tilewright;

TEST_CASE("ten indices over four parts") {
  auto sizes = [](ShareRule rule) {
    std::vector<int64_t> all;
    for (const Slice& s : slices(10, 4, rule)) all.push_back(s.size);
    return all;
  };
  CHECK(sizes(ShareRule::Balanced) == std::vector<int64_t>{3, 3, 2, 2});
  CHECK(sizes(ShareRule::Greedy) == std::vector<int64_t>{3, 3, 3, 1});
}

TEST_CASE("slices cover the extent once, largest first, whatever the numbers") {
  for (ShareRule rule : {ShareRule::Balanced, ShareRule::Greedy})
    for (int64_t extent = 1; extent <= 40; ++extent)
      for (int64_t parts = 1; parts <= extent; ++parts) {
        int64_t at = 0;
        for (const Slice& s : slices(extent, parts, rule)) {
          REQUIRE(s.start == at);
          REQUIRE(s.size >= 0);
          REQUIRE(s.size <= largest_share(extent, parts));
          at += s.size;
        }
        REQUIRE(at == extent);
        REQUIRE(slices(extent, parts, rule)[0].size == largest_share(extent, parts));
      }
}
