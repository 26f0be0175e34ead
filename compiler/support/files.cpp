#include "compiler/support/files.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tilewright {

namespace {

tl::unexpected<Diagnostics> system_failure(const std::string& path, const std::string& doing,
                                           int error) {
  return bad_input(path, "cannot " + doing + ": " + std::strerror(error));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  // Closes now; false when the system reports that data was lost.
  bool finish() {
    const int fd = fd_;
    fd_ = -1;
    return close(fd) == 0;
  }

 private:
  int fd_;
};

// 0, or the error.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

// As open() would have given it to a new file.
mode_t mode_of_new_file() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

Result<void> write_directly(const std::string& path, std::string_view bytes) {
  Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0) return system_failure(path, "open for writing", errno);
  const int error = write_all(file.get(), bytes);
  if (error != 0) return system_failure(path, "write", error);
  return {};
}

// The error, or 0 when the temporary file is complete on disk.
int fill(Descriptor& file, std::string_view bytes, mode_t mode) {
  const int error = write_all(file.get(), bytes);
  if (error != 0) return error;
  if (fchmod(file.get(), mode) != 0 || fsync(file.get()) != 0) return errno;
  return file.finish() ? 0 : errno;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return system_failure(path, "open", errno);
  std::string bytes;
  struct stat status {};
  if (fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
    bytes.reserve(static_cast<size_t>(status.st_size) + 1);
  char buffer[1 << 16];
  while (true) {
    const ssize_t got = read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(path, "read", errno);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(got));
  }
}

Result<void> write_file_atomically(const std::string& path, std::string_view bytes) {
  struct stat status {};
  const bool exists = stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return system_failure(path, "write", EISDIR);
  if (exists && !S_ISREG(status.st_mode)) return write_directly(path, bytes);

  std::error_code error;
  const std::string target =
      exists ? std::filesystem::canonical(path, error).string() : std::string(path);
  if (error) return system_failure(path, "resolve", error.value());
  std::string temporary = target + ".XXXXXX";  // mkstemp replaces the last six
  Descriptor file(mkstemp(temporary.data()));
  if (file.get() < 0) return system_failure(path, "create a file beside it", errno);
  const mode_t mode = exists ? status.st_mode & 07777 : mode_of_new_file();
  int failure = fill(file, bytes, mode);
  if (failure == 0 && rename(temporary.c_str(), target.c_str()) != 0) failure = errno;
  if (failure == 0) return {};
  unlink(temporary.c_str());
  return system_failure(path, "write", failure);
}

}  // namespace tilewright
