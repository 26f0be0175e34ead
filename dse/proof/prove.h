// Writes a certificate: the proof that no mapping of a layer takes fewer cycles than a bound, in
// the auditor's terms. It finds the steps; what they state is the auditor's to compute.
#pragma once

#include <optional>

#include "compiler/mapping/work.h"
#include "dse/audit/certificate.h"

namespace tilewright {

// A proof for each division, on so many threads (0: as many as the machine has), the same for any
// number. None where the auditor's bounds do not bear `bound` out: some mapping takes fewer cycles.
std::optional<std::vector<audit::Proof>> prove(const Work& work, const System& system,
                                               const PrecisionInfo& precision, int64_t bound,
                                               int jobs);

}  // namespace tilewright
