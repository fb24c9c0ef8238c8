// Renumbered lines and documents: the ledger follows a new line key or document number, books nothing, and keeps a record (rule
// 14).
#pragma once

#include <span>

#include "lines/line.hpp"

namespace credits
{

/// Is the line booked under another document number than it has now?
bool has_new_number(const DocumentLine& line);

/// What is recorded of a line, or archived.
using RecordOf = Recorded* DocumentLine::*;

/// Moves the entries and lots of renumbered lines of a table to their new key and number. Under the customers' locks, before the
/// ledger opens.
void follow_renumbering(int32 source_no, std::span<const DocumentLine> lines, RecordOf record);

} // namespace credits
