// Tells whether what arrives is a dump that is read back.
#pragma once

namespace credits
{

/// A dump is read back: function bodies are not checked, as every dump and pg_restore say at their beginning, and whoever reads
/// it could switch our triggers off anyway. Tables arrive before their keys and triggers, settings with what was recorded of
/// them.
bool is_restoring();

/// Rows of the ERP's tables are read back, whose ledger arrives beside them. A script that only leaves function bodies unchecked
/// saves as ever: a dump also switches row security off, or empties the search_path, and mostly does both.
bool is_restoring_rows();

} // namespace credits
