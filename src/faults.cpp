// What an attached or bound table has lost, or cannot do any more, since its protection was off: each fault in words.
#include <algorithm>

#include "attached_triggers.hpp"
#include "binding.hpp"
#include "descendants.hpp"
#include "errors.hpp"
#include "pg/attempt.hpp"
#include "pg/text.hpp"
#include "source.hpp"
#include "source_row.hpp"

namespace credits
{

namespace
{

/// Where the faults go: one row each.
struct Faults {
    const ReturnSetInfo* result;
};

void put(const Faults& faults, const char* fault)
{
    Datum values[]{pg::to_text(fault)};
    bool nulls[]{false};
    tuplestore_putvalues(faults.result->setResult, faults.result->setDesc, values, nulls);
}

/// Why a call fails; null: it does not.
template <class Fn>
const char* try_it(Fn fn)
{
    const ErrorData* const error = pg::attempt([&] { errors::without_counting(fn); });
    return error == nullptr ? nullptr : error->message;
}

const char* why_not_loaded(const SourceRow& row)
{
    if (!pg::exists(row.line_table))
        return "the table is gone";
    if (!pg::exists(row.mapping))
        return "its mapping is gone";
    if (OidIsValid(row.header_table) && !pg::exists(row.header_table))
        return "its header table is gone";
    const char* const reason = try_it([&] { get_source(row.line_table); });
    return reason == nullptr ? nullptr : psprintf("it cannot be read: %s", reason);
}

const char* why_not_loaded(Oid erp_table, Oid mapping)
{
    if (!pg::exists(erp_table))
        return "the table is gone";
    if (!pg::exists(mapping))
        return "its mapping is gone";
    const char* const reason = try_it([&] { get_binding(erp_table); });
    return reason == nullptr ? nullptr : psprintf("it cannot be read: %s", reason);
}

const Trigger* find_trigger(Relation table, const char* name)
{
    const TriggerDesc* const list = table->trigdesc;
    for (int i = 0; list != nullptr && i < list->numtriggers; i++)
        if (strcmp(list->triggers[i].tgname, name) == 0)
            return &list->triggers[i];
    return nullptr;
}

bool fires(const Trigger& trigger)
{
    return trigger.tgenabled != TRIGGER_DISABLED && trigger.tgenabled != TRIGGER_FIRES_ON_REPLICA;
}

/// Of a table that is there.
void put_trigger_faults(const Faults& faults, Relation table, std::span<const char* const> names, Oid root)
{
    const Oid oid = RelationGetRelid(table);
    const char* const place = oid == root ? "" : psprintf(" on %s", format_type_be_qualified(get_rel_type_id(oid)));
    for (const char* const name : names) {
        const Trigger* const trigger = find_trigger(table, name);
        if (trigger == nullptr || !fires(*trigger))
            put(faults, psprintf("trigger %s%s is %s", name, place, trigger == nullptr ? "missing" : "off"));
    }
}

/// Of a table and its partitions or heirs.
void put_trigger_faults(const Faults& faults, Oid root, std::span<const char* const> names)
{
    if (!pg::exists(root))
        return;
    const List* const members = members_of(root, AccessShareLock);
    for (int i = 0; i < list_length(members); i++) {
        const Relation member = relation_open(list_nth_oid(members, i), NoLock);
        if (member->rd_rel->relkind != RELKIND_VIEW && member->rd_rel->relkind != RELKIND_MATVIEW)
            put_trigger_faults(faults, member, names, root);
        relation_close(member, NoLock);
    }
}

/// Of its triggers those that every source has, and for one that can be loaded, what it needs besides.
void put_faults(const Faults& faults, const SourceRow& row)
{
    const char* const reason = why_not_loaded(row);
    if (reason != nullptr)
        put(faults, reason);
    const Source* const source = reason == nullptr ? &get_source(row.line_table) : nullptr;
    const char* names[line_triggers.size() + 1];
    const char** end = std::copy(line_triggers.begin(), line_triggers.end(), static_cast<const char**>(names));
    if (source != nullptr && source->zero_columns != nullptr)
        *end++ = price_trigger;
    put_trigger_faults(faults, row.line_table, {names, end});
    const char* const of_header[]{header_trigger, header_delete_trigger};
    const bool may_follow = source != nullptr && source->header_may_follow;
    put_trigger_faults(faults, row.header_table, {of_header, may_follow ? 2U : 1U});
}

/// The row of a source as of the active snapshot.
std::optional<SourceRow> find_active_row(Oid line_table)
{
    std::optional<SourceRow> found;
    pg::Table table = pg::open_table(source_table(), AccessShareLock);
    const TableScanDesc scan = table_beginscan(table.relation, GetActiveSnapshot(), 0, nullptr);
    while (table_scan_getnextslot(scan, ForwardScanDirection, table.found))
        if (const SourceRow row = read_source_row(table); row.line_table == line_table)
            found = row;
    table_endscan(scan);
    pg::close_table(table);
    return found;
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_source_fault);
PG_FUNCTION_INFO_V1(credits_is_source_readable);
PG_FUNCTION_INFO_V1(credits_binding_fault);
PG_FUNCTION_INFO_V1(credits_is_binding_readable);
}

/// _source_fault(line_table): strict.
Datum credits_source_fault(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    const Faults faults{reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo)};
    const std::optional<SourceRow> row = find_active_row(PG_GETARG_OID(0));
    if (row)
        put_faults(faults, *row);
    return Datum(0);
}

/// _is_source_readable(line_table): strict.
Datum credits_is_source_readable(PG_FUNCTION_ARGS)
{
    const std::optional<SourceRow> row = find_active_row(PG_GETARG_OID(0));
    PG_RETURN_BOOL(row && why_not_loaded(*row) == nullptr);
}

/// _binding_fault(erp_table, mapping): strict.
Datum credits_binding_fault(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    const Faults faults{reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo)};
    const char* const reason = why_not_loaded(PG_GETARG_OID(0), PG_GETARG_OID(1));
    if (reason != nullptr)
        put(faults, reason);
    put_trigger_faults(faults, PG_GETARG_OID(0), bound_triggers);
    return Datum(0);
}

/// _is_binding_readable(erp_table, mapping): strict.
Datum credits_is_binding_readable(PG_FUNCTION_ARGS)
{
    PG_RETURN_BOOL(why_not_loaded(PG_GETARG_OID(0), PG_GETARG_OID(1)) == nullptr);
}

} // namespace credits
