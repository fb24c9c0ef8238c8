// Writes and takes the notes.
#include "lines/pending.hpp"

#include <algorithm>

#include "errors/settling.hpp"
#include "lines/settled_since.hpp"
#include "pg/array.hpp"
#include "pg/errors.hpp"
#include "pg/identity.hpp"
#include "pg/key.hpp"
#include "pg/row.hpp"
#include "pg/table_writer.hpp"
#include "pg/version.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"
#include "schema/gate.hpp"

namespace credits
{

namespace
{

/// The last transaction with a note that came after those of statements within its own.
constinit TransactionId disordered_transaction = InvalidTransactionId;

constinit int round_of_prices = 0;

/// The columns by which a line is found again, its header and what it was made from; and those that name its customer.
Bitmapset* stub_columns(Source& source)
{
    Bitmapset* columns = nullptr;
    for (const Fact fact : {Fact::line_key, Fact::joined, Fact::origin, Fact::customer})
        pull_varattnos(reinterpret_cast<Node*>(reader(source, fact).expression), static_cast<Index>(INNER_VAR), &columns);
    return columns;
}

/// Under SET CONSTRAINTS … IMMEDIATE the row's trigger settles it at once.
void write(Note note)
{
    note.price_round = std::max(note.price_round, round_of_prices);
    if (is_settled_since_or_by(last_settled_lines))
        disordered_transaction = GetTopTransactionId();
    remember_settled(last_settled_lines);
    come_to_gate();
    pg::Table table = pg::open_table(catalog().pending, RowExclusiveLock);
    catalog(); // again: who waited for it may find it altered
    pg::Row row(table, pending_column::count);
    row.set(pending_column::transaction_id, FullTransactionIdGetDatum(GetTopFullTransactionId()));
    const int64 statement_no = keep_note(note);
    row.set_int8(pending_column::statement_no, statement_no);
    row.set_bool(pending_column::awaits_header, note.awaits_header);
    row.store();
    pg::write_note(
        [&] { pg::insert_event(table, note.awaits_header ? "credits_check_header_at_commit" : "credits_check_at_commit"); });
    remember_event(statement_no, table.written->tts_tid);
    pg::close_table(table);
}

std::string_view current_role() { return GetUserNameFromId(GetUserId(), false); }

std::span<MinimalTuple> make_rows(size_t count)
{
    return {static_cast<MinimalTuple*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(MinimalTuple) * count)), count};
}

/// Is the row of an event still there? Then nobody has taken its note.
bool is_there(const TriggerData& event)
{
    TupleTableSlot* const slot = table_slot_create(event.tg_relation, nullptr);
    const bool found = table_tuple_fetch_row_version(event.tg_relation, &event.tg_trigtuple->t_self, SnapshotSelf, slot);
    ExecDropSingleTupleTableSlot(slot);
    return found;
}

/// Removes the row of the note's event, if it lies where it was put. What lies there is that row if it is the transaction's, and
/// has the note's number, of which there is one.
bool remove_row(pg::Table& table, const Note& note)
{
    if (!pg::fetch_from_guess(table, note.event, pg::own_rows()))
        return false;
    const Datum transaction = pg::get_not_null(table, pending_column::transaction_id);
    if (U64FromFullTransactionId(DatumGetFullTransactionId(transaction)) != U64FromFullTransactionId(GetTopFullTransactionId()) ||
        DatumGetInt64(pg::get_not_null(table, pending_column::statement_no)) != note.statement_no)
        return false;
    ItemPointerData tid = note.event;
    pg::remove(table, &tid, pg::own_rows());
    return true;
}

/// Removes the transaction's rows from this number on. A row that somebody has removed already is none the less settled.
void remove_rows(pg::Table& table, int64 first_statement_no)
{
    const std::array key{pg::key_part(GetTopFullTransactionId()), pg::at_least(first_statement_no)};
    pg::Array<ItemPointerData> tids{};
    // This sees the transaction's own rows, and makes no reader of it whom SERIALIZABLE would set against other savers.
    pg::IndexCursor cursor = pg::begin_scan(table, catalog().pending_pkey, key, pg::own_rows());
    while (pg::next(cursor))
        pg::append(tids, table.found->tts_tid);
    pg::end_scan(cursor);
    for (ItemPointerData& tid : pg::span_of(tids))
        pg::remove(table, &tid, pg::own_rows());
}

void remove_rows(Notes notes)
{
    come_to_gate();
    pg::Table table = pg::open_table(catalog().pending, RowExclusiveLock);
    if (!std::ranges::all_of(notes, [&](const Note* note) { return remove_row(table, *note); }))
        remove_rows(table, notes.front()->statement_no);
    pg::close_table(table);
}

} // namespace

int price_round() { return round_of_prices; }

void set_price_round(int round) { round_of_prices = round; }

bool settles_at_commit(const Source& source) { return source.checks_at_commit || has_notes(); }

bool are_notes_in_order()
{
    return !TransactionIdIsValid(disordered_transaction) || disordered_transaction != GetTopTransactionIdIfAny();
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
    const MinimalTuple stub = pg::form_minimal_tuple(descriptor, values, nulls);
    pfree(values);
    pfree(nulls);
    return stub;
}

void note_images(const Batch& batch, std::span<const LineImage> images, Awaits awaits)
{
    if (images.empty())
        return;
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
        note.old_lines = make_rows(count);
        note.new_lines = make_rows(count);
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

const Note* note_of(const TriggerData& event)
{
    if (RelationGetRelid(event.tg_relation) != catalog().pending)
        errors::not_called_as_trigger("_check_at_commit");
    bool is_null = false;
    const Datum number =
        heap_getattr(event.tg_trigtuple, pending_column::statement_no, RelationGetDescr(event.tg_relation), &is_null);
    const Note* const note = find_note(DatumGetInt64(number));
    if (note == nullptr && is_there(event))
        errors::note_of_nobody();
    return note;
}

Notes take_noted()
{
    const Notes notes = take_notes();
    if (!notes.empty())
        remove_rows(notes);
    return notes;
}

} // namespace credits
