// The arguments of one call of attach.
#pragma once

#include "sources/attach_arguments.hpp"

namespace credits
{

/// As SQL gave them, in the order of attach_arguments; kept in credits.source with the columns of the keys that were found.
struct Arguments {
    NullableDatum values[argument_count];
};

/// An argument that is given so, by its name, which is looked up while compiling.
template <Given given>
struct Named {
    int position;

    consteval Named(const char* name) : position(position_of(name, given)) {} // NOLINT: not explicit, it stands for the name
};

/// Reads the arguments, and refuses what is missing, contradictory or not supported.
Arguments read_arguments(FunctionCallInfo fcinfo);

/// Null, and InvalidOid of a table, stand for SQL's null.
Oid table_of(const Arguments& arguments, Named<Given::table> name);
ArrayType* columns_of(const Arguments& arguments, Named<Given::columns> name);
std::optional<DateADT> day_of(const Arguments& arguments, Named<Given::day> name);

/// The expression that gives a fact: for null the one that it stands for.
const char* expression_of(const Arguments& arguments, Fact fact);

void set_columns(Arguments& arguments, Named<Given::columns> name, ArrayType* columns);

/// The type that SQL gives an argument in.
Oid type_of(const AttachArgument& argument);

} // namespace credits
