#include "compiler/ir/primitive.h"

#include "compiler/support/overloaded.h"

namespace tilewright {

std::string_view name_of(const Primitive& primitive) {
  return std::visit(Overloaded{
                        [](const Conv&) { return std::string_view("Conv"); },
                        [](const MatMul&) { return std::string_view("MatMul"); },
                        [](const Pool&) { return std::string_view("Pool"); },
                        [](const Pointwise&) { return std::string_view("Pointwise"); },
                        [](const Reduce&) { return std::string_view("Reduce"); },
                        [](const Move&) { return std::string_view("Move"); },
                    },
                    primitive);
}

}  // namespace tilewright
