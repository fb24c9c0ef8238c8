// Changed headers in the check at commit. Lock order (invariant 4): the transaction holds these headers already, the customers of
// all that it has saved come next, together.
#include <algorithm>

#include "commit/check_at_commit.hpp"
#include "save/customers.hpp"
#include "lines/find_lines.hpp"
#include "commit/noted_source.hpp"
#include "pg/version.hpp"

namespace credits
{

namespace
{

void require_no_lines(Batch& batch, Header& header)
{
    const int count = batch.image_count;
    add_lines_of_header(batch, &header);
    if (batch.image_count > count)
        refuse_without_header(batch, batch.images[count].new_line);
}

/// A header that is not there may still come, and is noted again. At the last look its lines must be gone, too: they would stay
/// booked under the header as it was.
void note_if_it_may_come(PendingSource& pending, ChangedHeader& header, int64 checked_up_to)
{
    Source& source = *pending.batch.source;
    if (!source.header_may_follow)
        return;
    if (header.note->statement_no <= checked_up_to)
        return require_no_lines(pending.batch, header.now);
    MinimalTuple stub[]{pg::to_minimal_tuple(header.before.tuple)};
    note_again(
        {.line_table = source.line_table, .awaits_header = true, .recorded_by = header.note->recorded_by, .old_headers = stub});
}

/// Tells the headers of one table apart.
std::string_view key_text(const Source& source, const Header& header)
{
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 0; i < source.header_key_count; i++) {
        Oid output = InvalidOid;
        bool is_varlena = false;
        getTypeOutputInfo(get_atttype(source.header_table, source.header_key[i].column), &output, &is_varlena);
        const char* const part = OidOutputFunctionCall(output, header.key[i]);
        appendStringInfo(&text, "%zu:%s", strlen(part), part);
    }
    return {text.data, static_cast<size_t>(text.len)};
}

/// Locks the changed headers. The transaction has changed them, so it need not wait for any.
void lock_headers_of(PendingSource& pending, int64 checked_up_to)
{
    if (pending.headers.count == 0)
        return;
    Source& source = *pending.batch.source;
    pg::Table table = pg::open_table(source.header_table, RowShareLock);
    if (pending.batch.header_slot == nullptr)
        pending.batch.header_slot = MakeSingleTupleTableSlot(RelationGetDescr(table.relation), &TTSOpsHeapTuple);
    for (int i = 0; i < pending.headers.count; i++) {
        ChangedHeader& header = *pending.headers.headers[i];
        ExecStoreHeapTuple(header.before.tuple, pending.batch.header_slot, false);
        lock_changed_header(source, table, header.now, pending.batch.header_slot);
        header.key = key_text(source, header.now);
        if (header.now.tuple == nullptr)
            note_if_it_may_come(pending, header, checked_up_to);
    }
    pg::close_table(table);
}

/// Locks the customers of all lines and changed headers, in one order, before the lines of the headers are read.
void lock_customers_of(PendingSources sources, Batches batches)
{
    pg::Array<std::string_view> names = foresee_customers(batches);
    for (PendingSource& pending : sources)
        for (const std::string_view name : customers_of(pending.batch, pending.headers))
            pg::append(names, name);
    lock_accounts_in_order(pg::span_of(names));
}

/// Keeps the headers that are there, each once, as it was first.
void keep_first_of_each(ChangedHeaders& changed)
{
    ChangedHeader** const begin = changed.headers;
    ChangedHeader** end =
        std::remove_if(begin, begin + changed.count, [](const ChangedHeader* header) { return header->now.tuple == nullptr; });
    std::sort(begin, end, [](const ChangedHeader* a, const ChangedHeader* b) {
        return a->key != b->key ? a->key < b->key : a->note->statement_no < b->note->statement_no;
    });
    end = std::unique(begin, end, [](const ChangedHeader* a, const ChangedHeader* b) { return a->key == b->key; });
    changed.count = static_cast<int>(end - begin);
}

/// Adds the lines of changed headers that were not noted themselves.
void add_lines_of_headers(PendingSource& pending)
{
    Batch& batch = pending.batch;
    keep_first_of_each(pending.headers);
    add_lines_of(batch, pending.headers);
    LineImage* const begin = batch.images + pending.traced_count;
    LineImage* const end = std::remove_if(begin, batch.images + batch.image_count, [&](const LineImage& image) {
        return is_traced(pending.traces, key_of(batch, image.new_line));
    });
    batch.image_count = batch.known_header_count = static_cast<int>(end - batch.images);
}

bool has_changed_headers(PendingSources sources)
{
    return std::ranges::any_of(sources, [](const PendingSource& pending) { return pending.headers.count > 0; });
}

} // namespace

void lock_customers_of_changed_headers(PendingSources sources, Batches batches, int64 checked_up_to)
{
    if (!has_changed_headers(sources))
        return;
    for (PendingSource& pending : sources)
        lock_headers_of(pending, checked_up_to);
    find_headers(batches); // without a lock: they tell the customers
    lock_customers_of(sources, batches);
    for (Batch* const batch : batches)
        batch->known_header_count = 0;
}

void add_lines_of_changed_headers(PendingSources sources, Batches batches)
{
    if (!has_changed_headers(sources))
        return;
    for (PendingSource& pending : sources)
        if (pending.headers.count > 0)
            add_lines_of_headers(pending);
    lock_headers(batches); // of what these lines were made from
}

} // namespace credits
