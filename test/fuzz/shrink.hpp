// Makes a failing case small, and writes it down as a script for psql.
#pragma once

#include "clients.hpp"
#include "verdict.hpp"

namespace fuzz
{

/// Runs a case one by one on a copy of its own, and judges it.
std::vector<std::string> findings_of(const Model& model, const Case& fuzzed);

/// The smallest case found in this time that shows a finding of one of the kinds.
Case shrink(const Model& model, Case fuzzed, const std::set<std::string>& kinds, int seconds);

/// The case as a script: settings, tables, attach calls, statements, and what is wrong in the end.
std::string script_of(const Case& fuzzed, const std::vector<std::string>& findings);

/// What was sent by all at once, in the order in which it began and ended.
std::string record_of(const Case& fuzzed, const Day& day, const std::vector<std::string>& findings);

} // namespace fuzz
