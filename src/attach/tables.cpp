// Refuses tables that cannot be attached.
#include "attach/tables.hpp"

#include "errors/attaching.hpp"
#include "mapping/callers_table.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
}

namespace credits
{

namespace
{

/// What is asked of lines and headers alike.
void check_users_table(Relation table)
{
    if (const char* const reason = why_not_lasting(table))
        errors::wrong_table_kind(RelationGetRelid(table), reason);
    if (belongs_to_system(table))
        errors::wrong_table_kind(RelationGetRelid(table), "It belongs to PostgreSQL or to credits itself.");
}

} // namespace

void check_line_table(Relation table)
{
    const char kind = table->rd_rel->relkind;
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
        errors::wrong_table_kind(RelationGetRelid(table),
                                 "A line table is an ordinary or a partitioned table: no view or foreign table.");
    check_users_table(table);
    if (has_superclass(RelationGetRelid(table)))
        errors::wrong_table_kind(RelationGetRelid(table), "A partition or heir is attached with the table that it belongs to.");
}

void check_header_table(Relation table)
{
    const char kind = table->rd_rel->relkind;
    if (kind == RELKIND_MATVIEW)
        errors::wrong_table_kind(RelationGetRelid(table),
                                 "A materialized view shows documents as they were at its last refresh. Name "
                                 "an ordinary view, or the table.");
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_VIEW)
        errors::wrong_table_kind(RelationGetRelid(table), "A header table is an ordinary or a partitioned table, or a view.");
    check_users_table(table);
    if (table->rd_rel->relispartition)
        errors::wrong_table_kind(RelationGetRelid(table), "A partition is no header table without the table that it belongs to.");
    if (kind == RELKIND_RELATION && has_subclass(RelationGetRelid(table)))
        errors::not_supported("a header table with inheritance", nullptr);
}

} // namespace credits
