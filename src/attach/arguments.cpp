// Reads and checks the arguments of attach.
#include "attach/arguments.hpp"

#include "errors/attaching.hpp"
#include "errors/registering.hpp"

namespace credits
{

namespace
{

/// 0 is no table either.
bool is_null(const AttachArgument& argument, const NullableDatum& value)
{
    return value.isnull || (argument.given == Given::table && !OidIsValid(DatumGetObjectId(value.value)));
}

/// They are read by their positions, so script and library must agree on these.
void check_signature(Oid function)
{
    const HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    Oid* types = nullptr;
    char** names = nullptr;
    char* modes = nullptr;
    const int count = get_func_arg_info(tuple, &types, &names, &modes);
    bool fits = count == argument_count && names != nullptr;
    for (int i = 0; fits && i < argument_count; i++)
        fits = strcmp(names[i], attach_arguments[i].name) == 0 && types[i] == type_of(attach_arguments[i]);
    ReleaseSysCache(tuple);
    if (!fits)
        errors::attach_of_other_version();
}

void check_word(const AttachArgument& argument, const char* word)
{
    const auto& [first, second] = argument.words;
    if (strcmp(word, first) != 0 && strcmp(word, second) != 0)
        errors::invalid_argument(argument.name, word, psprintf("It is '%s' or '%s'.", first, second));
}

void check_each(const Arguments& arguments)
{
    for (int i = 0; i < argument_count; i++)
        if (attach_arguments[i].is_required && arguments.values[i].isnull)
            errors::missing_argument(attach_arguments[i].name);
    for (int i = 0; i < argument_count; i++)
        if (attach_arguments[i].given == Given::word && !arguments.values[i].isnull)
            check_word(attach_arguments[i], TextDatumGetCString(arguments.values[i].value));
}

void check_together(const Arguments& arguments)
{
    if (OidIsValid(table_of(arguments, "origin_table")) && expression_of(arguments, Fact::origin) == nullptr)
        errors::missing_argument(argument_of(Fact::origin).name);
    const bool names_header = columns_of(arguments, "header_key") != nullptr || columns_of(arguments, "line_header") != nullptr;
    if (!OidIsValid(table_of(arguments, "header_table")) && names_header)
        errors::missing_argument("header_table");
}

} // namespace

Arguments read_arguments(FunctionCallInfo fcinfo)
{
    check_signature(fcinfo->flinfo->fn_oid);
    Arguments arguments{};
    for (int i = 0; i < argument_count; i++)
        arguments.values[i] = {.value = fcinfo->args[i].value, .isnull = is_null(attach_arguments[i], fcinfo->args[i])};
    check_each(arguments);
    check_together(arguments);
    return arguments;
}

Oid table_of(const Arguments& arguments, Named<Given::table> name)
{
    const NullableDatum& table = arguments.values[name.position];
    return table.isnull ? InvalidOid : DatumGetObjectId(table.value);
}

ArrayType* columns_of(const Arguments& arguments, Named<Given::columns> name)
{
    const NullableDatum& columns = arguments.values[name.position];
    return columns.isnull ? nullptr : DatumGetArrayTypeP(columns.value);
}

std::optional<DateADT> day_of(const Arguments& arguments, Named<Given::day> name)
{
    const NullableDatum& day = arguments.values[name.position];
    return day.isnull ? std::nullopt : std::optional(DatumGetDateADT(day.value));
}

const char* expression_of(const Arguments& arguments, Fact fact)
{
    const NullableDatum& expression = arguments.values[position_of(fact)];
    return expression.isnull ? argument_of(fact).otherwise : TextDatumGetCString(expression.value);
}

void set_columns(Arguments& arguments, Named<Given::columns> name, ArrayType* columns)
{
    arguments.values[name.position] = {.value = PointerGetDatum(columns), .isnull = false};
}

Oid type_of(const AttachArgument& argument)
{
    constexpr Oid name_array = 1003; // _name: the catalog headers give it no symbol
    switch (argument.given) {
    case Given::table:
        return REGCLASSOID;
    case Given::columns:
        return name_array;
    case Given::day:
        return DATEOID;
    case Given::expression:
    case Given::word:
    case Given::name:
        break;
    }
    return TEXTOID;
}

} // namespace credits
