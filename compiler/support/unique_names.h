// Names that all differ.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

namespace tilewright {

class UniqueNames {
 public:
  explicit UniqueNames(std::set<std::string> taken = {}) : taken_(std::move(taken)) {}

  void take(const std::string& name) { taken_.insert(name); }

  // `base`, or where that is taken `base` with the first number from 2 on that is not: "n_2".
  std::string fresh(const std::string& base, char separator = '_') {
    if (taken_.insert(base).second) return base;
    int64_t& number = last_.emplace(base, 1).first->second;
    while (true) {
      std::string name = fmt::format("{}{}{}", base, separator, ++number);
      if (taken_.insert(name).second) return name;
    }
  }

 private:
  std::set<std::string> taken_;
  std::map<std::string, int64_t> last_;  // per base, the number tried last
};

}  // namespace tilewright
