// Text in aligned columns.
#pragma once

#include <string>
#include <vector>

namespace tilewright {

class Table {
 public:
  enum class Align { Left, Right };

  void column(std::string title, Align align = Align::Left);
  // One cell per column. Cells longer than 40 characters are cut in the middle, save in the last
  // column.
  void row(std::vector<std::string> cells);
  // A line under what came before.
  void rule();
  std::string print() const;

 private:
  struct Column {
    std::string title;
    Align align;
  };
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  // an empty one is a rule
};

}  // namespace tilewright
