// The columns of the extension's own tables by number: account_column::balance and the like, one namespace per table. In each,
// `count` is the number of columns that the library knows, counted to the last of them.
#pragma once

namespace credits
{

// clang-format off
#define OWN_TABLE(table, use, columns) namespace columns { enum {
#define OWN_COLUMN(number, name, type) name = number,
#define OWN_COLUMN_OR_NULL(number, name, type) name = number,
#define END_OF_OWN_TABLE behind_the_last, count = behind_the_last - 1 }; }
// clang-format on
#include "schema/own_tables.def"

} // namespace credits
