// What credits.source says, row by row, as of now: sources that cannot be loaded any more, too. Event triggers read it in every
// session, so it needs nothing else of the extension.
#pragma once

#include <optional>

#include "pg/snapshot.hpp"
#include "pg/table.hpp"
#include "schema/own_tables.hpp"

namespace credits
{

/// What a row of credits.source says.
struct SourceRow {
    int32 number; // of the source, which outlives the table
    Oid line_table;
    Oid mapping;
    Oid header_table; // InvalidOid: none
    bool has_origin;
    Oid origin_table; // InvalidOid: none
    bool sells;
    bool measures_time;
    bool has_history;
    bool checks_at_commit;
    DateADT archived_before; // lines dated before count no more
    int32 archive_no;        // the source to which their entries have gone; 0: none
};

/// The table credits.source; InvalidOid without the extension.
Oid source_table();

SourceRow read_source_row(const pg::Table& table);

/// The row of an attached line table.
std::optional<SourceRow> find_source_row(Oid line_table);

/// Calls fn for each row of credits.source.
template <class Fn>
void for_each_source_row(Fn fn)
{
    pg::read_latest(source_table(), [&](pg::Table& table, const pg::DatedSnapshot& snapshot) {
        require_own_table(RelationGetRelid(table.relation));
        pg::for_each_row(table, snapshot, [&] { fn(read_source_row(table)); });
    });
}

} // namespace credits
