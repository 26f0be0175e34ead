#include "tools/driver/output_set.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace tilewright {

namespace {

namespace fs = std::filesystem;

tl::unexpected<Diagnostics> failure(const std::string& path, const std::string& doing, int error) {
  return bad_input(path, "cannot " + doing + ": " + std::strerror(error));
}

mode_t new_mode(mode_t all) {
  const mode_t mask = umask(0);
  umask(mask);
  return all & ~mask;
}

// 0, or the error.
int write_whole(int fd, const std::string& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    done += static_cast<size_t>(n);
  }
  return 0;
}

}  // namespace

void OutputSet::add_in_folder(const std::string& name, std::string bytes) {
  files_.push_back({(fs::path(folder_) / name).string(), "", std::move(bytes), true, false});
}

void OutputSet::add(const std::string& path, std::string bytes) {
  files_.push_back({path, "", std::move(bytes), false, false});
}

Result<void> OutputSet::commit() {
  Result<void> done = stage();
  if (done) done = publish();
  if (!done) undo();
  return done;
}

Result<void> OutputSet::stage() {
  std::error_code error;
  if (!folder_.empty() && !fs::exists(folder_, error)) {
    fs::path place = fs::path(folder_).lexically_normal();
    if (!place.has_filename()) place = place.parent_path();  // "out/"
    folder_ = place.string();
    if (place.has_parent_path()) fs::create_directories(place.parent_path(), error);
    if (error) return failure(place.parent_path().string(), "make the folder", error.value());
    staged_folder_ = folder_ + ".XXXXXX";  // mkdtemp replaces the last six
    if (mkdtemp(staged_folder_.data()) == nullptr) {
      staged_folder_.clear();
      return failure(folder_, "make the folder", errno);
    }
    chmod(staged_folder_.c_str(), new_mode(0777));
  }
  for (File& file : files_)
    if (Result<void> done = stage_file(file); !done) return done;
  return {};
}

Result<void> OutputSet::stage_file(File& file) {
  struct stat status {};
  const bool exists = stat(file.path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return failure(file.path, "write", EISDIR);
  file.direct = exists && !S_ISREG(status.st_mode);
  if (file.direct) return {};
  if (exists) {
    std::error_code error;
    file.path = fs::canonical(file.path, error).string();
    if (error) return failure(file.path, "resolve", error.value());
  }
  const bool in_new_folder = file.in_folder && !staged_folder_.empty();
  std::string staged =
      (in_new_folder ? staged_folder_ + "/" + fs::path(file.path).filename().string() : file.path) +
      ".XXXXXX";  // mkstemp replaces the last six
  const int fd = mkstemp(staged.data());
  if (fd < 0) return failure(file.path, "create a file beside it", errno);
  file.staged = staged;
  int error = write_whole(fd, file.bytes);
  if (error == 0 && fchmod(fd, exists ? status.st_mode & 07777 : new_mode(0666)) != 0)
    error = errno;
  if (close(fd) != 0 && error == 0) error = errno;
  if (error != 0) return failure(file.path, "write", error);
  return {};
}

Result<void> OutputSet::publish() {
  for (File& file : files_) {
    if (file.direct) {
      std::ofstream stream(file.path, std::ios::binary);
      stream << file.bytes << std::flush;
      if (!stream) return failure(file.path, "write", errno);
      continue;
    }
    const bool in_new_folder = file.in_folder && !staged_folder_.empty();
    const std::string place =
        in_new_folder ? staged_folder_ + "/" + fs::path(file.path).filename().string() : file.path;
    if (rename(file.staged.c_str(), place.c_str()) != 0) return failure(file.path, "write", errno);
    file.staged.clear();
  }
  if (!staged_folder_.empty()) {
    if (rename(staged_folder_.c_str(), folder_.c_str()) != 0)
      return failure(folder_, "make the folder", errno);
    staged_folder_.clear();
  }
  return {};
}

void OutputSet::undo() {
  for (File& file : files_)
    if (!file.staged.empty()) unlink(file.staged.c_str());
  std::error_code ignored;
  if (!staged_folder_.empty()) fs::remove_all(staged_folder_, ignored);
}

}  // namespace tilewright
