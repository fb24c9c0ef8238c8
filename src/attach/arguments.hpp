// The arguments of attach as SQL gave them.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// The arguments of attach, in their order. Null pointers stand for SQL's null.
struct Arguments {
    Oid line_table;
    const char* kind;
    const char* article;
    const char* quantity;
    const char* amount;
    const char* customer;
    const char* document_date;
    const char* document_number;
    ArrayType* line_key;
    Oid header_table;
    ArrayType* header_key;
    ArrayType* line_header;
    const char* applies_to;
    const char* counts_when;
    ArrayType* zero_columns;
    const char* origin;
    Oid origin_table;
    const char* refers_to;
    const char* currency;
    const char* entered_by;
    bool has_from_date;
    DateADT from_date;
    const char* check_at;
};

/// Reads the arguments, and refuses what is missing, contradictory or not supported.
Arguments read_arguments(FunctionCallInfo fcinfo);

} // namespace credits
