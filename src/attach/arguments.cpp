// Reads and checks the arguments of attach.
#include "attach/arguments.hpp"

#include <string_view>

#include "errors/attaching.hpp"
#include "errors/registering.hpp"

namespace credits
{

namespace
{

const char* text_argument(FunctionCallInfo fcinfo, int i)
{
    return PG_ARGISNULL(i) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(i));
}

ArrayType* array_argument(FunctionCallInfo fcinfo, int i) { return PG_ARGISNULL(i) ? nullptr : PG_GETARG_ARRAYTYPE_P(i); }

Oid oid_argument(FunctionCallInfo fcinfo, int i) { return PG_ARGISNULL(i) ? InvalidOid : PG_GETARG_OID(i); }

Arguments take_arguments(FunctionCallInfo fcinfo)
{
    return {
        .line_table = oid_argument(fcinfo, 0),
        .kind = text_argument(fcinfo, 1),
        .article = text_argument(fcinfo, 2),
        .quantity = text_argument(fcinfo, 3),
        .amount = text_argument(fcinfo, 4),
        .customer = text_argument(fcinfo, 5),
        .document_date = text_argument(fcinfo, 6),
        .document_number = text_argument(fcinfo, 7),
        .line_key = array_argument(fcinfo, 8),
        .header_table = oid_argument(fcinfo, 9),
        .header_key = array_argument(fcinfo, 10),
        .line_header = array_argument(fcinfo, 11),
        .applies_to = text_argument(fcinfo, 12),
        .counts_when = text_argument(fcinfo, 13),
        .zero_columns = array_argument(fcinfo, 14),
        .origin = text_argument(fcinfo, 15),
        .origin_table = oid_argument(fcinfo, 16),
        .refers_to = text_argument(fcinfo, 17),
        .currency = text_argument(fcinfo, 18),
        .entered_by = text_argument(fcinfo, 19),
        .has_from_date = !PG_ARGISNULL(20),
        .from_date = PG_ARGISNULL(20) ? 0 : PG_GETARG_DATEADT(20),
        .check_at = text_argument(fcinfo, 21),
    };
}

void check_arguments(const Arguments& arguments)
{
    const auto require = [](bool is_given, const char* name) {
        if (!is_given)
            errors::missing_argument(name);
    };
    require(OidIsValid(arguments.line_table), "line_table");
    require(arguments.kind != nullptr, "kind");
    require(arguments.article != nullptr, "article");
    require(arguments.quantity != nullptr, "quantity");
    require(arguments.customer != nullptr, "customer");
    require(arguments.document_date != nullptr, "document_date");
    require(arguments.check_at != nullptr, "check_at");
    const std::string_view check_at = arguments.check_at;
    if (check_at != "statement" && check_at != "commit")
        errors::invalid_argument("check_at", arguments.check_at, "It is 'statement' or 'commit'.");
    if (OidIsValid(arguments.origin_table))
        require(arguments.origin != nullptr, "origin");
    if (!OidIsValid(arguments.header_table) && (arguments.header_key != nullptr || arguments.line_header != nullptr))
        errors::missing_argument("header_table");
}

} // namespace

Arguments read_arguments(FunctionCallInfo fcinfo)
{
    const Arguments arguments = take_arguments(fcinfo);
    check_arguments(arguments);
    return arguments;
}

} // namespace credits
