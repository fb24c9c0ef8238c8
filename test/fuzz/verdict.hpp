// The judgement of a case after its last statement.
#pragma once

#include "clients.hpp"

namespace fuzz
{

/// All that is wrong with documents and ledger; a kind of finding comes before its text, as "kind: text".
std::vector<std::string> judge(const Copy& copy, const Case& fuzzed);

/// The ledger as one text: whatever a dump must bring back, and verify() says.
std::string ledger_of(const std::string& address);

/// The kind that a finding is of: what a smaller case must show, too.
std::string kind_of(const std::string& finding);

} // namespace fuzz
