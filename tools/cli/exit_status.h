// What the process's exit status says.
#pragma once

namespace tilewright {

inline constexpr int kDone = 0;
inline constexpr int kNegativeAnswer = 1;  // a verification failed, a mapping is illegal
inline constexpr int kBadInput = 2;        // input or usage
inline constexpr int kUnsupported = 3;     // well-formed, but outside what is built
inline constexpr int kStopped = 4;         // at a limit or by Ctrl-C; the best so far is written
inline constexpr int kOurBug = 70;

}  // namespace tilewright
