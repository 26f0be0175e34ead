// Checks a certificate, with code of its own: nothing of the search is in it.
#pragma once

#include <optional>

#include "dse/audit/certificate.h"

namespace tilewright::audit {

// What was checked of one layer.
struct LayerAudit {
  int64_t divisions = 0;               // of the space, each with a proof
  int64_t closed = 0;                  // parts that a bound closes
  int64_t tiles = 0;                   // tiles looked at by themselves
  std::optional<std::string> refuted;  // why the certificate does not hold
};

// Whether the layer's mapping is legal and takes as many cycles as stated; whether the parts of its
// proof cover the space; whether each number that closes a part is right and no less than the
// bound. The first that does not hold refutes it.
LayerAudit check(const LayerCertificate& layer, const System& system,
                 const PrecisionInfo& precision);

// Of all layers, on so many threads (0: as many as the machine has).
std::vector<LayerAudit> check(const Certificate& certificate, int jobs);

}  // namespace tilewright::audit
