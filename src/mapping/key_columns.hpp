// The keys that attach needs: of the lines, of the headers, and the foreign key between them.
#pragma once

#include "mapping/expression.hpp"

namespace credits
{

/// Columns of one table, in a key's order.
struct Columns {
    int count;
    AttrNumber numbers[INDEX_MAX_KEYS];
};

/// The columns with these names (an array of name); raises 42703.
Columns find_columns(Relation table, ArrayType* names);

/// The columns of the primary key; raises 42P16.
Columns primary_key(Relation table);

/// The same; none where there is none.
Columns find_primary_key(Relation table);

/// Has a plain unique index just these columns?
bool has_unique_index(Relation table, const Columns& key);

/// Raises 42P16 unless a plain unique index has just these columns.
void check_unique(Relation table, const Columns& key);

/// The foreign key from the lines to the header: on these columns when they are given, else the only one.
/// Its operators compare header columns with line columns.
struct HeaderReference {
    Columns line_columns;
    Columns header_columns;
    Oid operators[INDEX_MAX_KEYS];
};
HeaderReference find_header_reference(const MappedTables& tables, ArrayType* line_header, ArrayType* header_key);

/// Puts the columns of the reference into the order of the header's key, if it is on just these: its text names them in this
/// order.
void arrange(HeaderReference& reference, const Columns& header_key);

/// The SQL of a key's text: the columns joined by `/`, with `/` and `\` escaped by `\`.
const char* make_key_text(const MappedTables& tables, const Columns& key);

ArrayType* names_of(Relation table, const Columns& columns);

} // namespace credits
