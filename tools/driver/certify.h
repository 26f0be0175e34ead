// The certificate of a network's mappings.
#pragma once

#include "compiler/support/result.h"
#include "tools/cli/options.h"
#include "tools/driver/load.h"
#include "tools/driver/mapped_network.h"

namespace tilewright {

// Whether the search that is asked for is one that certificates speak of: fails (Unsupported) where
// it is not.
Result<void> check_certifiable(const SearchFlags& flags, const Target& target);

// Proves each distinct layer's bound anew, in the auditor's terms: the text of the certificate.
std::string certify(const MappedNetwork& network, const Target& target, int jobs);

}  // namespace tilewright
