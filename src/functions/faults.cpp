// What an attached or bound table has lost, or cannot do any more, since its protection was off: each fault in words.
#include <algorithm>

#include "attach/triggers.hpp"
#include "bind/binding.hpp"
#include "errors/saving.hpp"
#include "pg/attempt.hpp"
#include "pg/text.hpp"
#include "sources/descendants.hpp"
#include "sources/known_sources.hpp"
#include "sources/source.hpp"
#include "sources/stored_source.hpp"

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

/// A relation that a source or binding is made of, and what is said when it is gone.
struct Part {
    Oid relation; // InvalidOid: there need not be one
    const char* fault;
};

bool is_gone(const Part& part) { return OidIsValid(part.relation) && !pg::exists(part.relation); }

std::array<Part, 3> parts_of(const SourceRow& row)
{
    return {{{row.line_table, "the table is gone"},
             {row.mapping, "its mapping is gone"},
             {row.header_table, "its header table is gone"}}};
}

std::array<Part, 2> parts_of(Oid erp_table, Oid mapping)
{
    return {{{erp_table, "the table is gone"}, {mapping, "its mapping is gone"}}};
}

/// Of relations that are all there.
const char* why_not_loaded(const SourceRow& row)
{
    return try_it([&] { get_source(row.line_table); });
}
const char* why_not_loaded(Oid erp_table)
{
    return try_it([&] { get_binding(erp_table); });
}

/// Puts what is wrong with a source or binding as a whole; returns whether its rows can be read.
template <class Load>
bool put_faults_of_whole(const Faults& faults, std::span<const Part> parts, Load why_not)
{
    for (const Part& part : parts)
        if (is_gone(part))
            put(faults, part.fault);
    if (std::ranges::any_of(parts, is_gone))
        return false;
    const char* const reason = why_not();
    if (reason != nullptr)
        put(faults, psprintf("it cannot be read: %s", reason));
    return reason == nullptr;
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
    const bool is_readable = put_faults_of_whole(faults, parts_of(row), [&] { return why_not_loaded(row); });
    const Source* const source = is_readable ? &get_source(row.line_table) : nullptr;
    const char* names[line_triggers.size() + 1];
    const char** end = std::copy(line_triggers.begin(), line_triggers.end(), static_cast<const char**>(names));
    if (source != nullptr && source->zero_columns != nullptr)
        *end++ = price_trigger;
    put_trigger_faults(faults, row.line_table, {names, end});
    const char* const of_header[]{header_trigger, header_delete_trigger};
    put_trigger_faults(faults, row.header_table, of_header);
}

/// The row of a source as of the active snapshot.
std::optional<SourceRow> find_active_row(Oid line_table)
{
    std::optional<SourceRow> found;
    pg::Table table = pg::open_table(source_table(), AccessShareLock);
    require_own_table(RelationGetRelid(table.relation));
    const Snapshot snapshot = pg::older_snapshot(GetActiveSnapshot(), table.relation).data;
    const TableScanDesc scan = table_beginscan(table.relation, snapshot, 0, nullptr);
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
    PG_RETURN_BOOL(row && std::ranges::none_of(parts_of(*row), is_gone) && why_not_loaded(*row) == nullptr);
}

/// _binding_fault(erp_table, mapping): strict.
Datum credits_binding_fault(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    const Faults faults{reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo)};
    const Oid erp_table = PG_GETARG_OID(0);
    put_faults_of_whole(faults, parts_of(erp_table, PG_GETARG_OID(1)), [&] { return why_not_loaded(erp_table); });
    put_trigger_faults(faults, erp_table, bound_triggers);
    return Datum(0);
}

/// _is_binding_readable(erp_table, mapping): strict.
Datum credits_is_binding_readable(PG_FUNCTION_ARGS)
{
    const Oid erp_table = PG_GETARG_OID(0);
    PG_RETURN_BOOL(std::ranges::none_of(parts_of(erp_table, PG_GETARG_OID(1)), is_gone) && why_not_loaded(erp_table) == nullptr);
}

} // namespace credits
