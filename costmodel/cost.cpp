#include "costmodel/cost.h"

namespace tilewright {

namespace {
constexpr std::array<std::string_view, kCostClasses> kClassNames = {
    "mac_compute",        "array_underuse", "auxiliary",
    "overlapped_visible", "non_overlapped", "pipe_bubble"};
constexpr std::array<std::string_view, kResources> kResourceNames = {
    "array", "sfu", "array_in", "array_out", "external", "ring", "sync"};
}  // namespace

std::string_view name_of(CostClass c) { return kClassNames[static_cast<size_t>(c)]; }
std::string_view name_of(Resource r) { return kResourceNames[static_cast<size_t>(r)]; }

}  // namespace tilewright
