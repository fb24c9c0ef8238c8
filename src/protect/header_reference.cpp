// Looks for the foreign key from lines to their header.
#include "protect/header_reference.hpp"

#include <algorithm>

#include "sources/known_sources.hpp"

namespace credits
{

namespace
{

/// Do the first of these columns make up the whole key, as `part` of each of its columns?
bool are_columns_of_key(const Source& source, const AttrNumber* columns, int count, AttrNumber KeyColumn::*part)
{
    return count == source.header_key_count &&
           std::all_of(source.header_key, source.header_key + count,
                       [&](const KeyColumn& key) { return std::find(columns, columns + count, key.*part) != columns + count; });
}

} // namespace

bool is_foreign_key_to_header(const Source& source, HeapTuple constraint)
{
    AttrNumber referring[INDEX_MAX_KEYS];
    AttrNumber referred[INDEX_MAX_KEYS];
    int count = 0;
    const auto* form = reinterpret_cast<const FormData_pg_constraint*>(GETSTRUCT(constraint));
    if (form->contype != CONSTRAINT_FOREIGN || form->confrelid != source.header_table)
        return false;
    DeconstructFkConstraintRow(constraint, &count, referring, referred, nullptr, nullptr, nullptr, nullptr, nullptr);
    return are_columns_of_key(source, referring, count, &KeyColumn::referring) &&
           are_columns_of_key(source, referred, count, &KeyColumn::column);
}

/// The rows of before are still there, for a snapshot of before.
bool is_header_reference_lost(const SourceRow& row, CommandId begun_at)
{
    const Source& source = get_source(row.line_table);
    const Relation constraints = table_open(ConstraintRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(row.line_table));
    const bool is_lost = pg::with_latest_snapshot([&](const pg::DatedSnapshot& before) {
        before.data->curcid = begun_at;
        bool found = false;
        const SysScanDesc scan = systable_beginscan(constraints, ConstraintRelidTypidNameIndexId, true, before.data, 1, &key);
        for (HeapTuple constraint; !found && HeapTupleIsValid(constraint = systable_getnext(scan));) {
            const Oid oid = reinterpret_cast<const FormData_pg_constraint*>(GETSTRUCT(constraint))->oid;
            found = is_foreign_key_to_header(source, constraint) && !SearchSysCacheExists1(CONSTROID, ObjectIdGetDatum(oid));
        }
        systable_endscan(scan);
        return found;
    });
    table_close(constraints, AccessShareLock);
    return is_lost;
}

} // namespace credits
