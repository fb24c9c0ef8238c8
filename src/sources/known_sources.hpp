// The sources of the database: the list of all, and those that this backend has used, ready to read lines.
#pragma once

#include <span>

#include "sources/source.hpp"

namespace credits
{

/// The source of an attached line table or of what it is a descendant of, ready to read lines. Valid until the end of the
/// transaction.
Source& get_source(Oid line_table);

bool is_attached(Oid line_table);

/// The attached line table that this one is, or is a partition or heir of; InvalidOid: none.
Oid attached_root(Oid table);

/// The sources whose lines have this header table, or the one that it is a partition of.
std::span<Oid> line_tables_of_header(Oid header_table);

/// The sources whose lines are made from lines of this table. Almost always none, which costs nothing.
std::span<Oid> line_tables_made_from(Oid origin_table);

bool is_origin_table(Oid line_table);

/// Reads one source from scratch, raising what is wrong with it (attach calls this to check its own work, and protection after
/// a change): 42P16 when a key is not unique, or when a column of the line's may be null.
void check_source(Oid line_table);

} // namespace credits
