// Writes and takes the notes.
#include "pending.hpp"

#include <algorithm>

#include "catalog.hpp"
#include "pg/key.hpp"
#include "pg/row.hpp"

namespace credits
{

namespace
{

enum PendingColumn {
    transaction_id = 1,
    statement_no = 2,
    line_table = 3,
    old_lines = 4,
    new_lines = 5,
    old_headers = 6,
    awaits_header = 7,
    recorded_by = 8
};

/// Numbers the notes of this backend.
constinit int64 last_statement_no = 0;

/// The last transaction in which a line waited for its header; after a savepoint was rolled back, without need.
constinit TransactionId waiting_transaction = InvalidTransactionId;

/// The columns by which a line is found again, its header and what it was made from; and those that name its customer.
Bitmapset* stub_columns(Source& source)
{
    Bitmapset* columns = nullptr;
    for (const Fact fact : {Fact::line_key, Fact::joined, Fact::origin, Fact::customer})
        pull_varattnos(reinterpret_cast<Node*>(reader(source, fact).expression), static_cast<Index>(INNER_VAR), &columns);
    return columns;
}

Datum to_bytes(MinimalTuple row)
{
    auto* const bytes = static_cast<bytea*>(palloc(row->t_len + VARHDRSZ));
    SET_VARSIZE(bytes, row->t_len + VARHDRSZ);
    memcpy(VARDATA(bytes), row, row->t_len);
    return PointerGetDatum(bytes);
}

MinimalTuple to_row(Datum bytes)
{
    const auto* const value = reinterpret_cast<const struct varlena*>(DatumGetPointer(bytes));
    auto* const row = static_cast<MinimalTuple>(palloc(VARSIZE_ANY_EXHDR(value))); // aligned, unlike the array's element
    memcpy(row, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
    return row;
}

/// An array of bytea stays null when all its rows are.
void set_rows(pg::Row& row, int column, std::span<const MinimalTuple> rows)
{
    if (std::ranges::all_of(rows, [](MinimalTuple tuple) { return tuple == nullptr; }))
        return;
    auto* const values = static_cast<Datum*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * rows.size()));
    auto* const nulls = static_cast<bool*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(bool) * rows.size()));
    for (size_t i = 0; i < rows.size(); i++) {
        nulls[i] = rows[i] == nullptr;
        values[i] = nulls[i] ? Datum(0) : to_bytes(rows[i]);
    }
    int dimensions[]{static_cast<int>(rows.size())};
    int lower_bounds[]{1};
    row.set(column,
            PointerGetDatum(construct_md_array(values, nulls, 1, dimensions, lower_bounds, BYTEAOID, -1, false, TYPALIGN_INT)));
}

std::span<MinimalTuple> get_rows(const pg::Table& table, int column)
{
    bool is_null = false;
    const Datum array = pg::get(table, column, &is_null);
    if (is_null)
        return {};
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(array), BYTEAOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
    auto* const rows = static_cast<MinimalTuple*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(MinimalTuple) * count));
    for (int i = 0; i < count; i++)
        rows[i] = nulls[i] ? nullptr : to_row(values[i]);
    return {rows, static_cast<size_t>(count)};
}

/// Under SET CONSTRAINTS … IMMEDIATE the row's trigger settles it at once.
void write(const Note& note)
{
    if (note.awaits_header)
        waiting_transaction = GetTopTransactionId();
    pg::Table table = pg::open_table(catalog().pending, RowExclusiveLock);
    pg::Row row(table);
    row.set(transaction_id, FullTransactionIdGetDatum(GetTopFullTransactionId()));
    row.set_int8(statement_no, ++last_statement_no);
    row.set(line_table, ObjectIdGetDatum(note.line_table));
    set_rows(row, old_lines, note.old_lines);
    set_rows(row, new_lines, note.new_lines);
    set_rows(row, old_headers, note.old_headers);
    row.set_bool(awaits_header, note.awaits_header);
    row.set_text(recorded_by, note.recorded_by);
    row.store();
    pg::insert(table);
    pg::close_table(table);
}

std::string_view current_role() { return GetUserNameFromId(GetUserId(), false); }

/// One of the two arrays of lines is null when all its rows are.
void fill_up(std::span<MinimalTuple>& rows, size_t count)
{
    if (rows.size() == count)
        return;
    rows = {static_cast<MinimalTuple*>(MemoryContextAllocZero(CurrentMemoryContext, sizeof(MinimalTuple) * count)), count};
}

Note read_note(const pg::Table& table)
{
    Note note{.statement_no = DatumGetInt64(pg::get_not_null(table, statement_no)),
              .line_table = DatumGetObjectId(pg::get_not_null(table, line_table)),
              .awaits_header = DatumGetBool(pg::get_not_null(table, awaits_header)),
              .recorded_by = pg::copy(pg::to_view(pg::get_not_null(table, recorded_by))),
              .old_lines = get_rows(table, old_lines),
              .new_lines = get_rows(table, new_lines),
              .old_headers = get_rows(table, old_headers)};
    const size_t count = std::max(note.old_lines.size(), note.new_lines.size());
    fill_up(note.old_lines, count);
    fill_up(note.new_lines, count);
    return note;
}

/// Notes on their way out of the table.
struct Taken {
    Note* notes;
    ItemPointerData* tids;
    size_t count;
    size_t capacity;
};

void add(Taken& taken, const pg::Table& table)
{
    if (taken.count == taken.capacity) {
        taken.capacity = std::max<size_t>(4, taken.capacity * 2);
        const auto grow = [&](void* old, Size size) {
            return old == nullptr ? palloc(size * taken.capacity) : repalloc(old, size * taken.capacity);
        };
        taken.notes = static_cast<Note*>(grow(taken.notes, sizeof(Note)));
        taken.tids = static_cast<ItemPointerData*>(grow(taken.tids, sizeof(ItemPointerData)));
    }
    taken.notes[taken.count] = read_note(table);
    taken.tids[taken.count++] = table.found->tts_tid;
}

} // namespace

bool settles_at_commit(const Source& source)
{
    return source.checks_at_commit ||
           (TransactionIdIsValid(waiting_transaction) && waiting_transaction == GetTopTransactionIdIfAny());
}

MinimalTuple make_stub(TupleTableSlot* row, const Bitmapset* columns)
{
    const TupleDesc descriptor = row->tts_tupleDescriptor;
    auto* const values = static_cast<Datum*>(palloc(sizeof(Datum) * descriptor->natts));
    auto* const nulls = static_cast<bool*>(palloc(sizeof(bool) * descriptor->natts));
    std::fill_n(nulls, descriptor->natts, true);
    int member = -1;
    while ((member = bms_next_member(columns, member)) >= 0) {
        const int column = member + FirstLowInvalidHeapAttributeNumber;
        Datum& value = values[column - 1];
        value = slot_getattr(row, column, &nulls[column - 1]);
        if (!nulls[column - 1] && TupleDescAttr(descriptor, column - 1)->attlen == -1)
            value = PointerGetDatum(pg_detoast_datum_packed(reinterpret_cast<struct varlena*>(DatumGetPointer(value))));
    }
    const MinimalTuple stub = heap_form_minimal_tuple(descriptor, values, nulls);
    pfree(values);
    pfree(nulls);
    return stub;
}

void note_images(const Batch& batch, std::span<const LineImage> images, Awaits awaits)
{
    const Bitmapset* const columns = stub_columns(*batch.source);
    const auto stub_of = [&](MinimalTuple line) {
        return line == nullptr ? nullptr : make_stub(ExecStoreMinimalTuple(line, batch.line_slot, false), columns);
    };
    while (!images.empty()) {
        const Note* const from = images.front().note;
        const auto end = std::ranges::find_if(images, [&](const LineImage& image) { return image.note != from; });
        const auto count = static_cast<size_t>(end - images.begin());
        Note note{.line_table = batch.source->line_table,
                  .awaits_header = awaits == Awaits::header,
                  .recorded_by = from == nullptr ? current_role() : from->recorded_by};
        fill_up(note.old_lines, count);
        fill_up(note.new_lines, count);
        for (size_t i = 0; i < count; i++) {
            note.old_lines[i] = stub_of(images[i].old_line);
            note.new_lines[i] = stub_of(images[i].new_line);
        }
        write(note);
        images = images.subspan(count);
    }
}

void note_again(const Note& note) { write(note); }

void note_headers(Oid line_table, std::span<MinimalTuple> old_headers, Awaits awaits)
{
    write({.line_table = line_table,
           .awaits_header = awaits == Awaits::header,
           .recorded_by = current_role(),
           .old_headers = old_headers});
}

NotedEvent read_event(const TriggerData& trigger)
{
    const TupleDesc descriptor = RelationGetDescr(trigger.tg_relation);
    bool is_null = false;
    TupleTableSlot* const slot = table_slot_create(trigger.tg_relation, nullptr);
    const NotedEvent event{
        .statement_no = DatumGetInt64(heap_getattr(trigger.tg_trigtuple, statement_no, descriptor, &is_null)),
        .awaits_header = DatumGetBool(heap_getattr(trigger.tg_trigtuple, awaits_header, descriptor, &is_null)),
        .is_there = table_tuple_fetch_row_version(trigger.tg_relation, &trigger.tg_trigtuple->t_self, SnapshotSelf, slot)};
    ExecDropSingleTupleTableSlot(slot);
    return event;
}

std::span<Note> take_notes(int64 first_statement_no)
{
    Taken taken{};
    pg::Table table = pg::open_table(catalog().pending, RowExclusiveLock);
    const std::array key{pg::key_part(GetTopFullTransactionId()), pg::at_least(first_statement_no)};
    // SnapshotSelf sees the transaction's own rows, and makes no reader of it whom SERIALIZABLE would set against other savers.
    pg::IndexCursor cursor = pg::begin_scan(table, catalog().pending_pkey, key, SnapshotSelf);
    while (pg::next(cursor))
        add(taken, table);
    pg::end_scan(cursor);
    for (size_t i = 0; i < taken.count; i++)
        pg::remove(table, &taken.tids[i], SnapshotSelf);
    pg::close_table(table);
    return {taken.notes, taken.count};
}

} // namespace credits
