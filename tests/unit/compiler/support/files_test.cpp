#include "compiler/support/files.h"

#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace tilewright {
namespace {

namespace fs = std::filesystem;

using Folder = test::TemporaryFolder;

TEST_CASE("a file reads back as written, whatever its bytes") {
  const Folder folder;
  std::string bytes(200000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  REQUIRE(write_file_atomically(folder / "a", bytes));
  CHECK(read_file(folder / "a").value() == bytes);
  REQUIRE(write_file_atomically(folder / "a", ""));
  CHECK(read_file(folder / "a").value().empty());
  CHECK(folder.entries() == 1);
}

TEST_CASE("a file that cannot be read says which and why") {
  const Folder folder;
  const auto missing = read_file(folder / "none");
  REQUIRE(!missing);
  CHECK(missing.error()[0].where == folder / "none");
  CHECK(missing.error()[0].message == "cannot open: No such file or directory");
  CHECK(!read_file(folder / ""));  // a folder
}

TEST_CASE("a failed write leaves nothing behind") {
  const Folder folder;
  CHECK(!write_file_atomically(folder / "none/a", "x"));
  fs::create_directory(folder / "sub");
  CHECK(!write_file_atomically(folder / "sub", "x"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("writing goes through a link and keeps the mode") {
  const Folder folder;
  REQUIRE(write_file_atomically(folder / "a", "old"));
  REQUIRE(chmod((folder / "a").c_str(), 0640) == 0);
  fs::create_symlink("a", folder / "link");
  REQUIRE(write_file_atomically(folder / "link", "new"));
  CHECK(read_file(folder / "a").value() == "new");
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(static_cast<int>(fs::status(folder / "a").permissions()) == 0640);
}

TEST_CASE("a device is written to, not replaced") {
  REQUIRE(write_file_atomically("/dev/null", "x"));
  CHECK(fs::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace tilewright
