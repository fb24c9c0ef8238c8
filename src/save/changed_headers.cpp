// Changed headers and their lines.
#include "save/changed_headers.hpp"

#include <algorithm>

#include "errors/saving.hpp"
#include "lines/find_lines.hpp"
#include "pg/row_lock.hpp"
#include "pg/table.hpp"
#include "pg/version.hpp"
#include "pg/view_table.hpp"
#include "save/decide.hpp"
#include "save/headerless.hpp"
#include "save/headers.hpp"
#include "settings/contacts.hpp"
#include "settings/customer.hpp"
#include "sources/row_location.hpp"

namespace credits
{

namespace
{

/// Was the line a consumption, at price 0, under the header as it was, and is none any more? Only the ERP knows its price now.
bool needs_price(Batch& batch, const DocumentLine& line, const Header& before)
{
    const Configuration& settings = configuration();
    const auto is_consumption = [&](std::string_view customer) {
        return is_consumption_line(settings, read_customer(customer), line);
    };
    show(batch, line.image->new_line, &before);
    const std::string_view customer_before = account_of(evaluate_customer_to_lock(batch));
    if (is_null(customer_before) || customer_before == line.customer || !is_consumption(customer_before))
        return false;
    return is_null(line.customer) || !is_consumption(line.customer);
}

/// Locks the row that has the image's key, and keeps its latest version.
void lock_header(Source& source, pg::Table& table, Header& header, HeapTuple image)
{
    for (int i = 0; i < source.header_key_count; i++) {
        bool is_null = false;
        header.key[i] = heap_getattr(image, source.header_key[i].column, RelationGetDescr(table.relation), &is_null);
    }
    const KeyedTable headers = headers_of(source);
    header.tuple = nullptr;
    header.is_locked = true;
    with_row_location(headers, table, header.key, KeyOf::own, [&](const RowLocation& location) {
        const RowKey key = make_row_key(headers, header.key, KeyOf::own);
        if (pg::lock_latest(*location.table, location.index, key) == pg::LockResult::locked)
            header.tuple = copy_found(location);
    });
}

void require_no_lines(Batch& batch, Header& header)
{
    const int count = batch.image_count;
    add_lines_of_header(batch, &header);
    if (batch.image_count > count)
        refuse_without_header(batch, batch.images[count].new_line);
}

/// A header that is not there may still come, and is noted again. At the last look its lines must be gone, too: they would stay
/// booked under the header as it was.
void note_if_it_may_come(Batch& batch, ChangedHeader& header, int64 checked_up_to)
{
    const Source& source = *batch.source;
    if (!source.header_may_follow || header.note == nullptr)
        return;
    if (header.note->statement_no <= checked_up_to)
        return require_no_lines(batch, header.now);
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

/// Keeps the headers that are there or will never be, of those that were noted each once, as it was first.
void keep_first_of_each(const Source& source, pg::Array<ChangedHeader*>& list)
{
    ChangedHeader** const begin = list.items;
    ChangedHeader** end = std::remove_if(begin, begin + list.count, [&](const ChangedHeader* header) {
        return header->now.tuple == nullptr && source.header_may_follow;
    });
    if (begin != end && (*begin)->note != nullptr) {
        std::sort(begin, end, [](const ChangedHeader* a, const ChangedHeader* b) {
            return a->key != b->key ? a->key < b->key : a->note->statement_no < b->note->statement_no;
        });
        end = std::unique(begin, end, [](const ChangedHeader* a, const ChangedHeader* b) { return a->key == b->key; });
    }
    list.count = static_cast<int>(end - begin);
}

using Keys = HTAB*;

/// The keys of the lines that are in the batch as they are now; null: there are none.
Keys keys_of_lines(Batch& batch)
{
    if (batch.image_count == 0)
        return nullptr;
    HTAB* const keys = pg::make_view_table("credits saved lines", batch.image_count, sizeof(std::string_view));
    for (const LineImage& image : images_of(batch))
        if (image.new_line != nullptr) {
            const std::string_view key = key_of(batch, image.new_line);
            hash_search(keys, &key, HASH_ENTER, nullptr);
        }
    return keys;
}

/// Takes the images from `first` on out whose lines are among these.
void drop_lines(Batch& batch, int first, Keys keys)
{
    LineImage* const end = batch.images + batch.image_count;
    LineImage* const kept = std::remove_if(batch.images + first, end, [&](const LineImage& image) {
        const std::string_view key = key_of(batch, image.new_line);
        return hash_search(keys, &key, HASH_FIND, nullptr) != nullptr;
    });
    batch.image_count = static_cast<int>(kept - batch.images);
}

} // namespace

void add_changed_header(ChangedHeaders& changed, HeapTuple before, const Note* note)
{
    auto* const header = static_cast<ChangedHeader*>(palloc0(sizeof(ChangedHeader)));
    header->before.tuple = before;
    header->note = note;
    pg::append(changed.list, header);
}

bool is_key_in_use(Source& source, pg::Table& headers, HeapTuple image)
{
    Header header{};
    lock_header(source, headers, header, image);
    return header.tuple != nullptr;
}

bool has_lines(Source& source, pg::Table& headers, HeapTuple image)
{
    Header header{};
    lock_header(source, headers, header, image);
    return has_lines_of_header(source, header);
}

void lock_changed_headers(Batch& batch, ChangedHeaders& changed, int64 checked_up_to)
{
    Source& source = *batch.source;
    pg::Table table = pg::open_table(source.header_table, RowShareLock);
    open_header_slot(batch);
    for (ChangedHeader* const header : pg::span_of(changed.list)) {
        lock_header(source, table, header->now, header->before.tuple);
        if (header->note != nullptr)
            header->key = key_text(source, header->now);
        if (header->now.tuple == nullptr)
            note_if_it_may_come(batch, *header, checked_up_to);
    }
    pg::close_table(table);
}

std::span<std::string_view> customers_of(Batch& batch, const ChangedHeaders& changed)
{
    if (reader(*batch.source, Fact::customer).needs_line)
        return {};
    auto* const keys = static_cast<std::string_view*>(palloc0(sizeof(std::string_view) * 2 * (changed.list.count + 1)));
    size_t count = 0;
    for (const ChangedHeader* const changed_header : pg::span_of(changed.list))
        for (const Header* const header : {&changed_header->before, &changed_header->now}) {
            show_header(batch, header);
            keys[count++] = evaluate_customer_to_lock(batch);
        }
    return {keys, count};
}

void add_lines_of(Batch& batch, ChangedHeaders& changed)
{
    keep_first_of_each(*batch.source, changed.list);
    const Keys known = changed.list.count == 0 ? nullptr : keys_of_lines(batch);
    for (ChangedHeader* const header : pg::span_of(changed.list)) {
        const int first = batch.image_count;
        add_lines_of_header(batch, &header->now);
        if (known != nullptr)
            drop_lines(batch, first, known);
        for (int i = first; i < batch.image_count; i++) {
            batch.images[i].old_header = &header->before;
            batch.images[i].note = header->note;
        }
    }
    batch.known_header_count = batch.image_count;
}

void warn_of_zero_prices(Batch& batch)
{
    if (batch.source->zero_columns == nullptr)
        return;
    for (int i = 0; i < batch.line_count; i++) {
        const DocumentLine& line = batch.lines[i];
        if (line.is_zeroed && !line.is_gone && line.archived == nullptr && line.image->old_header != nullptr &&
            needs_price(batch, line, *line.image->old_header))
            errors::warn_price_stays_zero(place_of(line));
    }
}

} // namespace credits
