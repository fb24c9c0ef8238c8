// A source: a line table that the extension is attached to, and how its rows read.
// Kept per backend, loaded again when the table, its header or the row in credits.source changes.
#pragma once

#include <span>

#include "pg/postgres.hpp"
#include "pg/table.hpp"
#include "sources/attach_arguments.hpp"
#include "sources/column_index.hpp"

namespace credits
{

/// How one fact is read: straight from a column, or by evaluating an expression.
struct FactReader {
    Expr* expression; // over INNER_VAR (the line) and OUTER_VAR (the header)
    ExprState* state; // null for a column, and for the owner's code: that is prepared per statement
    AttrNumber line_column;
    AttrNumber header_column;
    bool is_owner_code; // prepared and evaluated as the owner of the line table
    bool needs_header;
    bool needs_line;
    bool is_real;  // the expression gives a real, which is read as a numeric
    bool may_fail; // some row may be none that it can be evaluated over
};

/// One column of a key: in its own table, in the table that refers to it, and how the two compare.
struct KeyColumn {
    AttrNumber column = 0;
    Oid base_type = InvalidOid;           // of the column in its own table
    int part = 0;                         // which part of the key's text it is, from 0
    AttrNumber referring = 0;             // header keys: the line's column; a line's own key: the same as `column`
    Oid equality = InvalidOid;            // the operator column = referring
    RegProcedure equals = InvalidOid;     // its function
    Oid own_equality = InvalidOid;        // the operator column = column
    RegProcedure own_equals = InvalidOid; // its function
    Oid collation = InvalidOid;
};

struct Source {
    int32 number;            // by which the ledger knows it: it outlives the table
    int32 archive_no;        // and what has become of its archived lines; 0: none are
    DateADT archived_before; // these are lines dated before, which count no more
    Oid line_table;
    Oid header_table;       // InvalidOid: the line is its own document
    Oid mapping;            // the view
    Oid header_owner;       // of the header table: the partition of a header is looked up as he
    Oid owner;              // of the line table: the mapping's expressions run as he
    bool has_origin;        // lines may be made from other lines (rule 19)
    Oid origin_table;       // where those are; InvalidOid: a line with an origin never consumes
    bool sells;             // it has amounts
    bool measures_time;     // its quantity is an interval
    bool has_hook_lines;    // some of its lines were written by a closing's hook
    bool has_history;       // entries were there before it was attached, so that a new line's key may have some
    bool header_may_follow; // a deferrable foreign key: a line may be there before its header
    bool stays_at_update;   // a line stays when its header gets another key, or
    bool stays_at_delete;   // is deleted: another one may have its key by the end of the statement
    bool checks_at_commit;  // its lines are settled at the end of the transaction, by their final state
    bool is_stale;
    bool has_descendants;        // the line table has partitions or heirs
    bool header_has_descendants; // the header table has partitions
    bool header_is_view;         // it is read, not watched
    MemoryContext memory;
    List* parts; // functions and types that the facts are read by, as planned

    FactReader facts[fact_count];
    Bitmapset* line_columns;   // that credits depend on, offset as pull_varattnos does
    Bitmapset* header_columns; // likewise
    Bitmapset* zero_columns;   // likewise; null for none

    Oid line_index; // unique, on the line key
    int line_key_count;
    KeyColumn line_key[INDEX_MAX_KEYS];
    Oid header_index; // unique, on the header key
    int header_key_count;
    KeyColumn header_key[INDEX_MAX_KEYS];

    // Found or prepared at first use:
    ColumnIndex lines_of_header_index;
    ColumnIndex lines_made_from_index;
    SPIPlanPtr lines_of_header;    // selects a header's lines
    SPIPlanPtr lines_made_from[2]; // selects the lines with one of a few origins, of many
    SPIPlanPtr line_location[2];   // select the descendant that holds a line, by either KeyOf
    SPIPlanPtr header_location[2]; // likewise, of a header
    SPIPlanPtr header_from_view;   // selects a header
};

inline FactReader& reader(Source& source, Fact fact) { return source.facts[static_cast<int>(fact)]; }

} // namespace credits
