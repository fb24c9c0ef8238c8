// What verify() needs of C++: all lines of a table as their documents say, and a snapshot newer than the transaction's, so that
// it is right in a REPEATABLE READ transaction that has saved, too.
#include "batch.hpp"
#include "descendants.hpp"
#include "errors.hpp"
#include "pg/conversion.hpp"
#include "pg/query.hpp"
#include "pg/table.hpp"
#include "pg/text.hpp"
#include "source_row.hpp"

namespace credits
{

namespace
{

void put_text(Datum* values, bool* nulls, int column, std::string_view text)
{
    nulls[column] = is_null(text);
    values[column] = nulls[column] ? Datum(0) : pg::to_text(text);
}

/// One row of _wanted_line: the line, and where its row lies.
void put_line(const ReturnSetInfo* result, const DocumentLine& line, Oid member, ItemPointer place)
{
    Datum values[13]{};
    bool nulls[13]{};
    put_text(values, nulls, 0, line.key);
    put_text(values, nulls, 1, line.kind);
    put_text(values, nulls, 2, line.article);
    values[3] = line.quantity;
    nulls[3] = !line.has_quantity;
    values[4] = line.amount;
    nulls[4] = !line.has_amount;
    put_text(values, nulls, 5, line.customer);
    values[6] = DateADTGetDatum(line.date);
    nulls[6] = !line.has_date;
    put_text(values, nulls, 7, line.number);
    values[8] = BoolGetDatum(line.counts);
    values[9] = ObjectIdGetDatum(member);
    values[10] = PointerGetDatum(place);
    put_text(values, nulls, 11, line.origin);
    put_text(values, nulls, 12, line.refers_to);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/// The rows of the SPI query, if they are what the caller expects.
void put_result(const ReturnSetInfo* result)
{
    if (SPI_tuptable == nullptr)
        return;
    TupleConversionMap* const map = convert_tuples_by_position(SPI_tuptable->tupdesc, result->setDesc,
                                                               "The query does not return the rows that its caller expects.");
    for (uint64 row = 0; row < SPI_processed; row++) {
        const HeapTuple tuple = SPI_tuptable->vals[row];
        tuplestore_puttuple(result->setResult, map == nullptr ? tuple : execute_attr_map_tuple(tuple, map));
    }
}

/// Rows are read so many at a time, since those of one document share the look at its header.
constexpr int rows_at_once = 1000;

/// Reads the next rows of one table; returns whether there may be more.
bool put_next_rows(const ReturnSetInfo* result, Source& source, Relation lines, const pg::RowConversion& conversion,
                   TableScanDesc scan, TupleTableSlot* slot)
{
    Batch batch = begin_batch(source, lines);
    auto* const places = static_cast<ItemPointerData*>(palloc(sizeof(ItemPointerData) * rows_at_once));
    bool has_row = true;
    while (batch.image_count < rows_at_once && (has_row = table_scan_getnextslot(scan, ForwardScanDirection, slot))) {
        places[batch.image_count] = slot->tts_tid;
        add_image(batch, nullptr, pg::copy_converted(conversion, slot));
    }
    Batch* const batches[]{&batch};
    find_named_headers(batches);
    read_lines(batch);
    for (int i = 0; i < batch.line_count; i++)
        put_line(result, batch.lines[i], RelationGetRelid(scan->rs_rd), &places[i]);
    end_batch(batch);
    return has_row;
}

/// Reads all rows that lie in one table: the root, a partition or an heir.
void put_rows(const ReturnSetInfo* result, Source& source, Relation lines, Relation member, MemoryContext memory)
{
    const pg::RowConversion conversion = pg::make_conversion(member, lines);
    TupleTableSlot* const slot = table_slot_create(member, nullptr);
    const TableScanDesc scan = table_beginscan(member, pg::older_snapshot(GetActiveSnapshot(), member).data, 0, nullptr);
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    while (put_next_rows(result, source, lines, conversion, scan, slot)) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextReset(memory);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextReset(memory);
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_wanted_line);
PG_FUNCTION_INFO_V1(credits_now);
PG_FUNCTION_INFO_V1(credits_do_now);
PG_FUNCTION_INFO_V1(credits_change_now);
}

/// _wanted_line(line_table): strict; reads at the active snapshot.
Datum credits_wanted_line(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    const Oid line_table = PG_GETARG_OID(0);
    const Oid root = attached_root(line_table);
    const std::optional<SourceRow> row = find_source_row(root);
    if (!row.has_value() || !pg::exists(line_table) || !pg::exists(row->mapping)) // lost while the protection was off
        return Datum(0);
    Source& source = get_source(line_table);
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "credits line", ALLOCSET_DEFAULT_SIZES);
    const Relation lines = table_open(source.line_table, AccessShareLock);
    const List* const members =
        source.has_descendants ? members_of(line_table, AccessShareLock) : list_make1_oid(source.line_table);
    for (int i = 0; i < list_length(members); i++) {
        const Relation member = table_open(list_nth_oid(members, i), NoLock);
        if (member->rd_rel->relkind == RELKIND_RELATION)
            put_rows(result, source, lines, member, memory);
        table_close(member, NoLock);
    }
    table_close(lines, NoLock);
    return Datum(0);
}

/// _now(query): strict; runs a read-only query at the latest snapshot, as whoever calls. Only the extension's own functions may.
Datum credits_now(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    const auto* result = reinterpret_cast<const ReturnSetInfo*>(fcinfo->resultinfo);
    const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(0));
    pg::run({.role = GetUserId(), .sql = query, .parameters = {}, .reads_only = true, .plan_options = CURSOR_OPT_PARALLEL_OK},
            [&] { put_result(result); });
    return Datum(0);
}

/// _change_now(command): strict; like _now(), for a command that writes.
Datum credits_change_now(PG_FUNCTION_ARGS)
{
    const char* const command = text_to_cstring(PG_GETARG_TEXT_PP(0));
    pg::run({.role = GetUserId(), .sql = command, .parameters = {}, .reads_only = false});
    PG_RETURN_VOID();
}

/// _do_now(command): strict; the same for a command that writes.
Datum credits_do_now(PG_FUNCTION_ARGS)
{
    const char* const command = text_to_cstring(PG_GETARG_TEXT_PP(0));
    uint64 written = 0;
    pg::run({.role = GetUserId(), .sql = command, .parameters = {}, .reads_only = false}, [&] { written = SPI_processed; });
    PG_RETURN_INT64(static_cast<int64>(written));
}

} // namespace credits
