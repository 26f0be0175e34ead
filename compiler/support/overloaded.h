// One visitor out of several lambdas, for exhaustive std::visit over a closed sum.
#pragma once

namespace tilewright {

// std::visit(Overloaded{[](const A&) {...}, [](const B&) {...}}, variant)
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace tilewright
