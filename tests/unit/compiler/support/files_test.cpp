#include "compiler/support/files.h"

#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catch.h"

namespace tilewright {
namespace {

namespace fs = std::filesystem;

// A folder of its own that is gone afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "files-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  size_t entries() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(path_), {}));
  }

 private:
  fs::path path_;
};

TEST_CASE("a file reads back as written, whatever its bytes") {
  const Folder folder;
  std::string bytes(200000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  REQUIRE(write_file_atomically(folder.file("a"), bytes));
  CHECK(read_file(folder.file("a")).value() == bytes);
  REQUIRE(write_file_atomically(folder.file("a"), ""));
  CHECK(read_file(folder.file("a")).value().empty());
  CHECK(folder.entries() == 1);
}

TEST_CASE("a file that cannot be read says which and why") {
  const Folder folder;
  const auto missing = read_file(folder.file("none"));
  REQUIRE(!missing);
  CHECK(missing.error()[0].where == folder.file("none"));
  CHECK(missing.error()[0].message == "cannot open: No such file or directory");
  CHECK(!read_file(folder.file("")));  // a folder
}

TEST_CASE("a failed write leaves nothing behind") {
  const Folder folder;
  CHECK(!write_file_atomically(folder.file("none/a"), "x"));
  fs::create_directory(folder.file("sub"));
  CHECK(!write_file_atomically(folder.file("sub"), "x"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("writing goes through a link and keeps the mode") {
  const Folder folder;
  REQUIRE(write_file_atomically(folder.file("a"), "old"));
  REQUIRE(chmod(folder.file("a").c_str(), 0640) == 0);
  fs::create_symlink("a", folder.file("link"));
  REQUIRE(write_file_atomically(folder.file("link"), "new"));
  CHECK(read_file(folder.file("a")).value() == "new");
  CHECK(fs::is_symlink(folder.file("link")));
  CHECK(static_cast<int>(fs::status(folder.file("a")).permissions()) == 0640);
}

TEST_CASE("a device is written to, not replaced") {
  REQUIRE(write_file_atomically("/dev/null", "x"));
  CHECK(fs::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace tilewright
