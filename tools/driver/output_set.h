// Files that appear together, whole, or not at all.
#pragma once

#include <string>
#include <vector>

#include "compiler/support/result.h"

namespace tilewright {

// Everything is first written under temporary names beside its place; when all of it is there, the
// names are changed. A failure removes what was begun, and existing files stay as they were. A
// folder that does not exist yet appears with all its files in one step.
class OutputSet {
 public:
  // `folder`: where add_in_folder() puts files; made if missing. "": no folder.
  explicit OutputSet(std::string folder = "") : folder_(std::move(folder)) {}

  void add_in_folder(const std::string& name, std::string bytes);
  void add(const std::string& path, std::string bytes);
  Result<void> commit();

 private:
  struct File {
    std::string path;    // its place
    std::string staged;  // where it was written so far; "" not yet
    std::string bytes;
    bool in_folder = false;
    bool direct = false;  // neither file nor missing (a pipe, a device): written at the end
  };

  Result<void> stage();
  Result<void> stage_file(File& file);
  Result<void> publish();
  void undo();

  std::string folder_;
  std::string staged_folder_;  // "" when the folder exists already
  std::vector<File> files_;
};

}  // namespace tilewright
