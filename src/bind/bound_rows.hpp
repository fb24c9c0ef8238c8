// Rows of a bound table on their way to the settings: read from a statement's transition tables or from the table itself, one
// array per setting. They live in the memory context that was current when they were begun.
#pragma once

#include <span>
#include <string_view>

#include "bind/binding.hpp"

namespace credits
{

struct BoundRows {
    const Binding* binding;
    MemoryContext memory;
    MemoryContext row_memory; // emptied after each row
    ExprContext* expressions;
    ExprState* states[most_settings];

    ArrayBuildState* old_keys;                // text, null: a new row
    ArrayBuildState* settings[most_settings]; // all null: the row is gone
    int count;
    bool moves; // an old key is not the row's any more
};

BoundRows begin_bound_rows(const Binding& binding);

/// Adds a row as it was and as it is. A null slot: it was not there before, or is not any more.
void add_bound_row(BoundRows& rows, TupleTableSlot* before, TupleTableSlot* now);

/// Calls add_bound_row for the rows of the table that are visible at the latest snapshot: as they are, or, when they are about to
/// go, as they were.
enum class Scanned { now, before };
void scan_bound_table(BoundRows& rows, Relation table, Scanned scanned);

/// Likewise, for those rows only that have one of these keys, which are sorted.
void scan_bound_table(BoundRows& rows, Relation table, std::span<const std::string_view> keys);

/// The keys that the rows had and have, sorted, each once.
std::span<const std::string_view> keys_of(const BoundRows& rows);

} // namespace credits
