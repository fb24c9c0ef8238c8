// The documents' side of verify(): all lines of an attached table as their rows say, and those that cannot be read.
// Everything is read as of the active snapshot. Rows are tried many at a time in one subtransaction, and one by one where that
// fails: so it costs nothing as long as all is well, and one bad row spoils no other.
#include "errors/saving.hpp"
#include "lines/read_lines.hpp"
#include "pg/attempt.hpp"
#include "pg/conversion.hpp"
#include "pg/table.hpp"
#include "pg/text.hpp"
#include "save/headers.hpp"
#include "sources/descendants.hpp"
#include "sources/known_sources.hpp"
#include "sources/stored_source.hpp"

namespace credits
{

namespace
{

/// Rows are read so many at a time, since those of one document share the look at its header.
constexpr int rows_at_once = 1000;

/// The rows that are read together.
struct Rows {
    Batch batch;
    ItemPointerData* places;
    const char** errors; // of those that cannot be read
};

void put_text(Datum* values, bool* nulls, int column, std::string_view text)
{
    nulls[column] = is_null(text);
    values[column] = nulls[column] ? Datum(0) : pg::to_text(text);
}

/// One row of _wanted_line: the line, where its row lies, and why it cannot be read.
void put_line(const ReturnSetInfo* result, const DocumentLine& line, Oid member, ItemPointer place, const char* error)
{
    Datum values[15]{};
    bool nulls[15]{};
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
    values[14] = BoolGetDatum(line.is_past);
    values[9] = ObjectIdGetDatum(member);
    values[10] = PointerGetDatum(place);
    put_text(values, nulls, 11, line.origin);
    put_text(values, nulls, 12, line.refers_to);
    put_text(values, nulls, 13, error == nullptr ? std::string_view() : std::string_view(error));
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Rows begin_rows(Source& source, Relation lines)
{
    Rows rows{.batch = begin_batch(source, lines),
              .places = static_cast<ItemPointerData*>(palloc(sizeof(ItemPointerData) * rows_at_once)),
              .errors = static_cast<const char**>(palloc0(sizeof(const char*) * rows_at_once))};
    rows.batch.reading = is_origin_table(source.line_table) ? Reading::all : Reading::known_articles;
    rows.batch.snapshot = GetActiveSnapshot();
    open_header_slot(rows.batch); // here, since what a subtransaction opens it must close
    return rows;
}

/// Tries to read the lines of the images; returns why not.
const ErrorData* try_to_read(Batch& batch)
{
    batch.line_count = batch.known_header_count = 0;
    const ErrorData* const error = pg::attempt([&] {
        errors::without_counting([&] {
            Batch* const batches[]{&batch};
            References headers{};
            find_headers(batches, headers);
            end_references(headers);
            read_lines(batch);
        });
    });
    if (error != nullptr)
        batch.states = nullptr; // what failed may have left something in them
    return error;
}

/// Tries to read one line. Of one that cannot be read the key is told, and the article, unless that is what fails: without one a
/// line counts in no way, so nothing is amiss.
DocumentLine read_or_say_why(Batch& batch, const char*& error)
{
    const ErrorData* const reason = try_to_read(batch);
    if (reason == nullptr)
        return batch.lines[0];
    const LineImage& image = batch.images[0];
    DocumentLine line{};
    show(batch, image.new_line, image.new_header);
    line.key = try_evaluate_text(batch, Fact::line_key).value_or(std::string_view());
    const std::optional<std::string_view> article = try_evaluate_text(batch, Fact::article);
    line.article = article.value_or(std::string_view());
    if (!article || !is_null(*article))
        error = errors::why_unreadable(batch.source->line_table, line.key, *reason);
    return line;
}

void read_one_by_one(Rows& rows)
{
    Batch& batch = rows.batch;
    LineImage* const images = batch.images;
    const int count = batch.image_count;
    auto* const lines = static_cast<DocumentLine*>(palloc(sizeof(DocumentLine) * static_cast<Size>(count)));
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        batch.images = images + i;
        batch.image_count = 1;
        lines[i] = read_or_say_why(batch, rows.errors[i]);
    }
    batch.images = images;
    batch.image_count = batch.line_count = count;
    batch.lines = lines;
}

/// Reads the next rows of one table; returns whether there may be more.
bool put_next_rows(const ReturnSetInfo* result, Source& source, Relation lines, const pg::RowConversion& conversion,
                   TableScanDesc scan, TupleTableSlot* slot)
{
    Rows rows = begin_rows(source, lines);
    Batch& batch = rows.batch;
    bool has_row = true;
    while (batch.image_count < rows_at_once && (has_row = table_scan_getnextslot(scan, ForwardScanDirection, slot))) {
        rows.places[batch.image_count] = slot->tts_tid;
        add_image(batch, nullptr, pg::copy_converted(conversion, slot));
    }
    if (batch.image_count > 0 && try_to_read(batch) != nullptr)
        read_one_by_one(rows);
    for (int i = 0; i < batch.line_count; i++)
        put_line(result, batch.lines[i], RelationGetRelid(scan->rs_rd), &rows.places[i], rows.errors[i]);
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

} // namespace credits
