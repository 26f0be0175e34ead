#include "compiler/import/tensor_file.h"

#include <cstdio>
#include <filesystem>

#include "tests/unit/compiler/import/model_builder.h"

using namespace tilewright;
using namespace tilewright::import_test;

TEST_CASE("tensors of every type come back from bytes") {
  for (const Tensor& tensor : {counting({2, 3}, 0.5f), int_tensor({2}, {INT64_MIN, 7}),
                               Tensor{ElementType::Bool, {3}, {}, {1, 0, 1}}, float_tensor({}, {4}),
                               float_tensor({0}, {})}) {
    const auto back = tensor_from_bytes(tensor_to_bytes(tensor, "name"), "t.pb");
    REQUIRE(back);
    CHECK(back->name == "name");
    CHECK(back->tensor == tensor);
  }
}

TEST_CASE("tensor files are written whole and read back") {
  const auto path = std::filesystem::temp_directory_path() / "tilewright_tensor_file_test.pb";
  REQUIRE(write_tensor_file(path.string(), counting({4}), "x"));
  CHECK_FALSE(std::filesystem::exists(path.string() + ".tmp"));
  const auto back = read_tensor_file(path.string());
  std::filesystem::remove(path);
  REQUIRE(back);
  CHECK(back->tensor == counting({4}));
}

TEST_CASE("tensor files that cannot be read or written say why") {
  const auto missing = read_tensor_file("/no/such/tensor.pb");
  REQUIRE_FALSE(missing);
  CHECK(missing.error()[0].message == "cannot open: No such file or directory");
  const auto empty = tensor_from_bytes("", "t.pb");
  REQUIRE_FALSE(empty);
  CHECK(to_string(empty.error()) == "t.pb: error: the file is empty\n");
  const auto unwritable = write_tensor_file("/no/such/folder/t.pb", counting({1}));
  REQUIRE_FALSE(unwritable);
  CHECK(unwritable.error()[0].message == "cannot write: No such file or directory");
}
