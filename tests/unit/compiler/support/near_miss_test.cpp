#include "compiler/support/near_miss.h"

#include "tests/support/catch.h"

using namespace tilewright;

TEST_CASE("the nearest name is found, the first of equals") {
  const std::vector<std::string> names = {"rows", "columns", "lanes", "cores"};
  CHECK(near_miss("row", names) == "rows");
  CHECK(near_miss("colunms", names) == "columns");
  CHECK(near_miss("lanse", names) == "lanes");  // neighbours swapped: one edit
  CHECK(near_miss("rores", names) == "cores");
  CHECK(near_miss("at", {"it", "an"}) == "it");
}

TEST_CASE("what is too far off has no near miss") {
  CHECK(near_miss("", {"a"}).empty());
  CHECK(near_miss("bandwidth", {"rows", "columns"}).empty());
  CHECK(near_miss("x", {"y"}).empty());  // every letter replaced
  CHECK(near_miss(std::string(100'000, 'a'), {std::string(100'000, 'a')}).empty());
}

TEST_CASE("hints list what is known") {
  CHECK(near_miss_hint("row", {"rows", "lanes"}) == "did you mean 'rows'? Known: rows, lanes");
  CHECK(near_miss_hint("depth", {"rows", "lanes"}) == "known: rows, lanes");
  CHECK(near_miss_hint("depth", {}).empty());
}
