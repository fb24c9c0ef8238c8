// Locks tables behind the gate for questions in SQL, whose snapshots are taken after that.
#include "bind/binding.hpp"
#include "pg/array.hpp"
#include "schema/gate.hpp"
#include "sources/descendants.hpp"
#include "sources/stored_source.hpp"

extern "C" {
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
}

namespace credits
{

namespace
{

using Oids = pg::Array<Oid>;

bool is_table(Oid relation)
{
    const char kind = get_rel_relkind(relation);
    return kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE;
}

/// All of them, whatever a later version adds.
Oids tables_of_extension()
{
    Oids tables{};
    const Relation depend = table_open(DependRelationId, AccessShareLock);
    ScanKeyData key[2];
    ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(ExtensionRelationId));
    ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(get_extension_oid("credits", false)));
    const SysScanDesc scan = systable_beginscan(depend, DependReferenceIndexId, true, nullptr, 2, key);
    for (HeapTuple row; HeapTupleIsValid(row = systable_getnext(scan));) {
        const auto* const member = reinterpret_cast<const FormData_pg_depend*>(GETSTRUCT(row));
        if (member->classid == RelationRelationId && is_table(member->objid))
            pg::append(tables, member->objid);
    }
    systable_endscan(scan);
    table_close(depend, AccessShareLock);
    return tables;
}

void hold(Oid table)
{
    if (!OidIsValid(table))
        return;
    LockRelationOid(table, AccessShareLock);
    if (pg::exists(table) && get_rel_relkind(table) != RELKIND_VIEW)
        list_free(members_of(table, AccessShareLock));
}

Oids tables_of_others()
{
    Oids tables{};
    for_each_source_row([&](const SourceRow& row) {
        pg::append(tables, row.line_table);
        pg::append(tables, row.header_table);
        pg::append(tables, row.mapping);
    });
    for_each_binding([&](Oid erp_table, Oid mapping) {
        pg::append(tables, erp_table);
        pg::append(tables, mapping);
    });
    return tables;
}

/// For questions in SQL, of which the planner does not see every table before the snapshot is taken.
void hold_tables()
{
    come_to_gate();
    for (const Oid table : pg::span_of(tables_of_extension()))
        LockRelationOid(table, AccessShareLock);
}

/// Since the transaction's snapshot, with which it reads on.
void require_not_rewritten()
{
    for (const Oid table : pg::span_of(tables_of_extension())) {
        const Relation relation = table_open(table, AccessShareLock);
        pg::older_snapshot(GetTransactionSnapshot(), relation);
        table_close(relation, NoLock);
    }
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_come_to_gate);
PG_FUNCTION_INFO_V1(credits_hold_tables);
PG_FUNCTION_INFO_V1(credits_hold_all_tables);
}

/// _come_to_gate()
Datum credits_come_to_gate(FunctionCallInfo)
{
    come_to_gate();
    PG_RETURN_VOID();
}

/// _hold_tables()
Datum credits_hold_tables(FunctionCallInfo)
{
    hold_tables();
    if (IsolationUsesXactSnapshot())
        require_not_rewritten();
    PG_RETURN_VOID();
}

/// _hold_all_tables()
Datum credits_hold_all_tables(FunctionCallInfo)
{
    hold_tables();
    for (const Oid table : pg::span_of(tables_of_others()))
        hold(table);
    PG_RETURN_VOID();
}

} // namespace credits
