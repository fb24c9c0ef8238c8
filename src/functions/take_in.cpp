// Takes existing documents in (rule 24): settles the lines that verify() reports, in the order that take_in() has given them.
// That holds the gate against all savers: whoever has changed a line or header, and has not settled it, waits there, his change
// unseen, and settles what it makes of it afterwards. So no header and no customer is locked.
#include <algorithm>

#include "commit/check_at_commit.hpp"
#include "errors/saving.hpp"
#include "ledger/line_in_hand.hpp"
#include "ledger/renumbering.hpp"
#include "lines/settled_since.hpp"
#include "pg/conversion.hpp"
#include "pg/memory.hpp"
#include "pg/query.hpp"
#include "pg/text.hpp"
#include "pg/view_table.hpp"
#include "save/settle.hpp"
#include "sources/known_sources.hpp"

extern "C" {
#include "funcapi.h"
}

namespace credits
{

namespace
{

/// A line that take_in() has listed.
struct ListedLine {
    Oid line_table;
    bool is_recorded;
    bool is_gone;
    bool is_left_out;      // it is not to be settled: but what it has may be another line's by now
    Oid member;            // the table that its row lies in: a partition or heir may do
    ItemPointerData place; // of its row
    std::string_view key;
};

struct Listed {
    ListedLine* lines;
    size_t count;
};

constexpr const char* read_listed =
    "SELECT l.line_table, l.place, l.line_key, l.is_recorded, l.member, false FROM pg_temp.credits_unsettled_line AS l"
    " WHERE l.position OPERATOR(pg_catalog.>=) $1 AND l.position OPERATOR(pg_catalog.<=) $2 AND NOT l.repeats_line"
    " ORDER BY l.line_table, l.member";

#define READ_REFUSED                                                                                                             \
    "SELECT l.line_table, l.place, l.line_key, l.is_recorded, l.member, false FROM pg_temp.credits_refused_line AS l"            \
    " WHERE l.part OPERATOR(pg_catalog.=) $1 AND NOT l.repeats_line"

constexpr const char* read_refused = READ_REFUSED " ORDER BY 1, 5";

/// With those that are left out, and of which what they have may be another line's.
constexpr const char* read_refused_and_left_out =
    READ_REFUSED " UNION ALL SELECT l.line_table, NULL, l.line_key, true, NULL, true FROM pg_temp.credits_refused_line AS l"
                 " WHERE l.is_elsewhere AND (l.part OPERATOR(pg_catalog.=) $1) IS NOT TRUE AND l.component OPERATOR(pg_catalog.=)"
                 "  (SELECT t.component FROM pg_temp.credits_refused_line AS t WHERE t.part OPERATOR(pg_catalog.=) $1 LIMIT 1)"
                 " ORDER BY 1, 5";

/// What of the list is settled, and how: the lines from one position to another, each day as a save; or a part of those that were
/// refused then, as one save.
struct Task {
    Order order;
    const char* sql;
    std::span<const pg::Parameter> parameters;
};

ListedLine read_row(uint64 row)
{
    bool is_null = false;
    ListedLine line{};
    line.line_table = DatumGetObjectId(pg::result(row, 1, &is_null));
    const Datum place = pg::result(row, 2, &line.is_gone);
    if (!line.is_gone)
        line.place = *reinterpret_cast<ItemPointer>(DatumGetPointer(place));
    line.key = pg::to_view(pg::result(row, 3, &is_null));
    line.is_recorded = DatumGetBool(pg::result(row, 4, &is_null));
    line.member = DatumGetObjectId(pg::result(row, 5, &is_null));
    line.is_left_out = DatumGetBool(pg::result(row, 6, &is_null));
    return line;
}

/// Its lines, those of a table together.
Listed read_lines(const Task& task)
{
    const MemoryContext caller = CurrentMemoryContext;
    Listed listed{};
    pg::run({.role = GetUserId(), .sql = task.sql, .parameters = task.parameters, .reads_only = true}, [&] {
        const MemoryContext spi = MemoryContextSwitchTo(caller);
        listed.lines = static_cast<ListedLine*>(MemoryContextAllocHuge(caller, sizeof(ListedLine) * (SPI_processed + 1)));
        for (; listed.count < SPI_processed; listed.count++) {
            listed.lines[listed.count] = read_row(listed.count);
            listed.lines[listed.count].key = pg::copy(listed.lines[listed.count].key);
        }
        MemoryContextSwitchTo(spi);
    });
    return listed;
}

/// The version of the row that was listed: the transaction's snapshot keeps it from being vacuumed. One that is recorded is taken
/// for a line that is gone and a new one under its key: what it has may be another line's, where keys were exchanged.
void add_line(Batch& batch, Relation member, const pg::RowConversion& conversion, TupleTableSlot* slot, const ListedLine& line)
{
    ItemPointerData place = line.place;
    if (line.is_gone || line.is_recorded)
        add_gone_line(batch, line.key, line.is_left_out);
    if (!line.is_gone && table_tuple_fetch_row_version(member, &place, SnapshotAny, slot))
        add_image(batch, nullptr, pg::copy_converted(conversion, slot));
}

/// Adds the lines whose rows lie in one table; those that are gone lie in none.
void add_lines(Batch& batch, Relation table, std::span<const ListedLine> lines)
{
    const Relation member = table_open(lines.front().is_gone ? RelationGetRelid(table) : lines.front().member, AccessShareLock);
    const pg::RowConversion conversion = pg::make_conversion(member, table);
    TupleTableSlot* const slot = table_slot_create(member, nullptr);
    for (const ListedLine& line : lines)
        add_line(batch, member, conversion, slot, line);
    ExecDropSingleTupleTableSlot(slot);
    table_close(member, NoLock);
}

/// Calls fn for each run of lines that have the same `table`.
template <class Fn>
void for_each_table(std::span<const ListedLine> lines, Oid ListedLine::*table, Fn fn)
{
    while (!lines.empty()) {
        size_t count = 1;
        while (count < lines.size() && lines[count].*table == lines.front().*table)
            count++;
        fn(lines.first(count));
        lines = lines.last(lines.size() - count);
    }
}

/// Adds the lines of one source.
void add_part(Save& save, std::span<const ListedLine> lines)
{
    Part& part = part_of(save, get_source(lines.front().line_table));
    part.batch.reads_ledger = std::ranges::any_of(lines, &ListedLine::is_recorded);
    for_each_table(lines, &ListedLine::member,
                   [&](std::span<const ListedLine> of_member) { add_lines(part.batch, part.lines, of_member); });
}

/// What was settled.
struct Counts {
    int64 lines;
    int64 sales;
    int64 consumptions;
};

bool is_settled_now(const DocumentLine& line)
{
    return !changes_nothing(line.settlement) || line.recorded_key != line.key || has_new_number(line);
}

/// The keys of a source's listed lines that are gone.
HTAB* keys_of_gone(const Listed& listed, Oid line_table)
{
    HTAB* const keys = pg::make_view_table("credits gone lines", static_cast<long>(listed.count), sizeof(std::string_view));
    for (const ListedLine& line : std::span(listed.lines, listed.count))
        if (line.line_table == line_table && line.is_gone && !line.is_left_out)
            hash_search(keys, &line.key, HASH_ENTER, nullptr);
    return keys;
}

/// Counts the lines that were listed: by their keys, since one may give back more than one record, and one that has a new key was
/// listed as one that is gone, too, unless another one has its former key.
void count_lines(Counts& counts, const Batch& batch, const Listed& listed)
{
    HTAB* const gone = keys_of_gone(listed, batch.source->line_table);
    HTAB* const settled = pg::make_view_table("credits settled lines", batch.line_count, sizeof(std::string_view));
    const auto is_first = [&](std::string_view key) {
        bool is_known = false;
        hash_search(settled, &key, HASH_ENTER, &is_known);
        return !is_known;
    };
    for (const DocumentLine& line : lines_of(batch)) {
        if (!is_settled_now(line))
            continue;
        const bool was_listed_as_gone = hash_search(gone, &line.recorded_key, HASH_FIND, nullptr) != nullptr;
        counts.lines += (was_listed_as_gone && is_first(line.recorded_key)) + is_first(line.key);
        counts.sales += line.coefficient > core::zero;
        counts.consumptions += line.coefficient < core::zero;
    }
}

/// The line at which the last task was refused: a copy, which outlives it.
struct {
    Oid line_table; // InvalidOid: none by itself
    char key[longest_line_key + 1];
} refused_line;

void remember_refused(const DocumentLine* line)
{
    refused_line.line_table = InvalidOid;
    if (line == nullptr || line->key.size() > longest_line_key)
        return;
    refused_line.line_table = line->line_table;
    memcpy(refused_line.key, line->key.data(), line->key.size());
    refused_line.key[line->key.size()] = '\0';
}

void settle_or_remember(Save& save)
{
    PG_TRY();
    {
        settle(save);
    }
    PG_CATCH();
    {
        remember_refused(line_in_hand());
        PG_RE_THROW();
    }
    PG_END_TRY();
}

Counts take_in(const Task& task)
{
    const Listed listed = read_lines(task);
    Save save{.order = task.order,
              .is_taken_in = true,
              .recorded_by = GetUserNameFromId(pg::acting_role(), false)}; // not the extension's owner, as whom take_in() runs
    for_each_table({listed.lines, listed.count}, &ListedLine::line_table,
                   [&](std::span<const ListedLine> lines) { add_part(save, lines); });
    settle_or_remember(save);
    remember_settled_ahead(last_settled_lines);
    Counts counts{};
    for (const Part* const part : pg::span_of(save.parts))
        count_lines(counts, part->batch, listed);
    end_save(save);
    return counts;
}

Datum take_in_counted(FunctionCallInfo fcinfo, const Task& task)
{
    TupleDesc row = nullptr;
    get_call_result_type(fcinfo, nullptr, &row);
    Counts counts{};
    pg::with_memory("credits save", [&] { errors::without_counting([&] { counts = take_in(task); }); });
    Datum values[]{Int64GetDatum(counts.lines), Int64GetDatum(counts.sales), Int64GetDatum(counts.consumptions)};
    bool nulls[]{false, false, false};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls));
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_settle_pending);
PG_FUNCTION_INFO_V1(credits_take_in_listed);
PG_FUNCTION_INFO_V1(credits_take_in_refused);
PG_FUNCTION_INFO_V1(credits_refused_line);
}

/// _settle_pending(): what was saved before comes first.
Datum credits_settle_pending(FunctionCallInfo)
{
    settle_pending();
    PG_RETURN_VOID();
}

/// _take_in_listed(first, last): strict; settles the lines at these positions of take_in()'s list.
Datum credits_take_in_listed(PG_FUNCTION_ARGS)
{
    const pg::Parameter range[]{{INT8OID, PG_GETARG_DATUM(0), false}, {INT8OID, PG_GETARG_DATUM(1), false}};
    return take_in_counted(fcinfo, {.order = Order::by_day, .sql = read_listed, .parameters = range});
}

/// _take_in_refused(part, by_day, looks_around): strict; settles this part of the refused lines, each day as a save, or all as
/// one, with or without a look at what was left out of it.
Datum credits_take_in_refused(PG_FUNCTION_ARGS)
{
    const pg::Parameter part[]{{INT8OID, PG_GETARG_DATUM(0), false}};
    return take_in_counted(fcinfo, {.order = PG_GETARG_BOOL(1) ? Order::by_day : Order::one_save,
                                    .sql = PG_GETARG_BOOL(2) ? read_refused_and_left_out : read_refused,
                                    .parameters = part});
}

/// _refused_line(): the line at which one of these was refused, in an error that was just caught; nulls: none by itself.
Datum credits_refused_line(PG_FUNCTION_ARGS)
{
    TupleDesc row = nullptr;
    get_call_result_type(fcinfo, nullptr, &row);
    const bool is_known = OidIsValid(refused_line.line_table);
    Datum values[]{ObjectIdGetDatum(refused_line.line_table), is_known ? pg::to_text(refused_line.key) : Datum(0)};
    bool nulls[]{!is_known, !is_known};
    return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls));
}

} // namespace credits
