// Was a refusal right? Says what the documents would have wanted, had nobody stopped the statement.
#pragma once

#include "clients.hpp"

namespace fuzz
{

/// Can it be told of this statement, sent by itself with nobody else there? Not where it is several saves, as others' triggers,
/// functions and cascades make of it.
bool can_be_told(const Case& fuzzed, const Unit& unit, const Sent& sent);

/// Carries the refused statement out with our triggers off, on a connection of its own, and takes it back. Returns why the
/// refusal was wrong; empty when it was right.
std::string why_wrong(const Copy& copy, const Case& fuzzed, const Sent& sent);

} // namespace fuzz
