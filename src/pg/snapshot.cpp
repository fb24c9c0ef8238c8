// Older snapshots, and what somebody has rewritten since.
#include "pg/snapshot.hpp"

#include "pg/errors.hpp"

namespace credits::pg
{

namespace
{

/// The file of a relation as a snapshot knows it; InvalidOid: the relation is newer, or has none.
Oid file_of(Oid relation, Snapshot snapshot)
{
    const Relation catalog = table_open(RelationRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_class_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relation));
    const SysScanDesc scan = systable_beginscan(catalog, ClassOidIndexId, true, snapshot, 1, &key);
    const HeapTuple row = systable_getnext(scan);
    const Oid file = HeapTupleIsValid(row) ? reinterpret_cast<const FormData_pg_class*>(GETSTRUCT(row))->relfilenode : InvalidOid;
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return file;
}

} // namespace

DatedSnapshot older_snapshot(Snapshot snapshot, Relation relation)
{
    const Oid file = file_of(RelationGetRelid(relation), snapshot);
    if (OidIsValid(file) && file != relation->rd_rel->relfilenode)
        errors::lost_race();
    return {snapshot, next_moment()};
}

} // namespace credits::pg
