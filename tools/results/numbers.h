// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace tilewright {

std::string grouped(int64_t value);    // "1,234,567"
std::string percent(double fraction);  // "12.3 %"
std::string times(double ratio);       // "1.84x"
std::string duration(double seconds);  // "1.53 ms"

}  // namespace tilewright
