// What SQL asks of the table of kinds of entries.
#include "core/entry_kind.hpp"

#include "errors/attaching.hpp"
#include "pg/text.hpp"

namespace credits
{

namespace
{

const char* name_of(core::Direction direction)
{
    switch (direction) {
    case core::Direction::any:
        break;
    case core::Direction::in:
        return "in";
    case core::Direction::out:
        return "out";
    case core::Direction::either:
        return "either";
    case core::Direction::none:
        return "none";
    }
    return "any";
}

/// Null: nothing that a line did.
const char* name_of(core::Act act)
{
    switch (act) {
    case core::Act::none:
        break;
    case core::Act::sale:
        return "sale";
    case core::Act::credit_note:
        return "credit_note";
    case core::Act::consumption:
        return "consumption";
    case core::Act::return_line:
        return "return";
    }
    return nullptr;
}

/// The kind that a function is asked for. All of them are strict.
const core::EntryKindRow& kind_argument(FunctionCallInfo fcinfo)
{
    const std::string_view name = pg::to_view(PG_GETARG_DATUM(0));
    const core::EntryKindRow* const kind = core::find_entry_kind(name);
    if (kind == nullptr)
        errors::invalid_argument("kind", pg::to_cstring(name), "It is a kind that credits._entry_kind() lists.");
    return *kind;
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_act_of);
PG_FUNCTION_INFO_V1(credits_entry_kind);
PG_FUNCTION_INFO_V1(credits_kind_code);
PG_FUNCTION_INFO_V1(credits_kind_name);
PG_FUNCTION_INFO_V1(credits_label_of);
PG_FUNCTION_INFO_V1(credits_movement_of);
}

/// _entry_kind(): a row per kind.
Datum credits_entry_kind(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    for (const core::EntryKindRow& row : core::entry_kinds) {
        const char* const act = name_of(row.act);
        Datum values[]{pg::to_text(row.name),
                       act == nullptr ? Datum(0) : pg::to_text(act),
                       pg::to_text(row.movement),
                       pg::to_text(row.label),
                       pg::to_text(name_of(row.sign)),
                       BoolGetDatum(row.has_value_of_sign),
                       pg::to_text(name_of(row.undoing))};
        bool nulls[]{false, act == nullptr, false, false, false, false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return Datum(0);
}

/// _act_of(kind).
Datum credits_act_of(PG_FUNCTION_ARGS)
{
    const char* const act = name_of(kind_argument(fcinfo).act);
    if (act == nullptr)
        PG_RETURN_NULL();
    return pg::to_text(act);
}

/// _kind_code(kind).
Datum credits_kind_code(PG_FUNCTION_ARGS) { PG_RETURN_CHAR(kind_argument(fcinfo).code); }

/// _kind_name(code).
Datum credits_kind_name(PG_FUNCTION_ARGS)
{
    const char code = PG_GETARG_CHAR(0);
    const core::EntryKindRow* const kind = core::find_entry_kind(code);
    if (kind == nullptr)
        errors::invalid_argument("kind", psprintf("%c", code), "It is a code that credits._kind_code() gives.");
    return pg::to_text(kind->name);
}

/// _label_of(kind).
Datum credits_label_of(PG_FUNCTION_ARGS) { return pg::to_text(kind_argument(fcinfo).label); }

/// _movement_of(kind).
Datum credits_movement_of(PG_FUNCTION_ARGS) { return pg::to_text(kind_argument(fcinfo).movement); }

} // namespace credits
