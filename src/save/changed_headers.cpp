// Changed headers and their lines.
#include "save/changed_headers.hpp"

#include "settings/contacts.hpp"
#include "settings/customer.hpp"
#include "errors/saving.hpp"
#include "lines/find_lines.hpp"
#include "pg/table.hpp"
#include "sources/row_location.hpp"
#include "save/decide.hpp"

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

} // namespace

void add(ChangedHeaders& changed, ChangedHeader* header)
{
    if (changed.count == changed.capacity) {
        changed.capacity = changed.capacity == 0 ? 4 : changed.capacity * 4;
        const Size size = sizeof(ChangedHeader*) * changed.capacity;
        changed.headers =
            static_cast<ChangedHeader**>(changed.headers == nullptr ? palloc(size) : repalloc(changed.headers, size));
    }
    changed.headers[changed.count++] = header;
}

void lock_changed_header(Source& source, pg::Table& table, Header& header, TupleTableSlot* image)
{
    const HeapTuple row = ExecCopySlotHeapTuple(image);
    for (int i = 0; i < source.header_key_count; i++) {
        bool is_null = false;
        header.key[i] = heap_getattr(row, source.header_key[i].column, RelationGetDescr(table.relation), &is_null);
    }
    const KeyedTable headers = headers_of(source);
    with_row_place(headers, table, header.key, KeyOf::own, [&](const RowPlace& place) {
        const RowKey key = make_row_key(headers, header.key, KeyOf::own);
        if (pg::lock_latest(*place.table, place.index, key) == pg::LockResult::locked)
            header.tuple = copy_found(place);
    });
}

std::span<std::string_view> customers_of(Batch& batch, const ChangedHeaders& changed)
{
    if (reader(*batch.source, Fact::customer).needs_line)
        return {};
    auto* const keys = static_cast<std::string_view*>(palloc0(sizeof(std::string_view) * 2 * changed.count));
    size_t count = 0;
    for (int i = 0; i < changed.count; i++)
        for (const Header* const header : {&changed.headers[i]->before, &changed.headers[i]->now}) {
            show_header(batch, header);
            keys[count++] = evaluate_customer_to_lock(batch);
        }
    return {keys, count};
}

void add_lines_of(Batch& batch, const ChangedHeaders& changed)
{
    for (int h = 0; h < changed.count; h++) {
        ChangedHeader& header = *changed.headers[h];
        const int first = batch.image_count;
        if (header.now.tuple != nullptr)
            add_lines_of_header(batch, &header.now);
        for (int i = first; i < batch.image_count; i++) {
            batch.images[i].old_header = &header.before;
            batch.images[i].note = header.note;
        }
    }
}

void warn_of_zero_prices(Batch& batch)
{
    if (batch.source->zero_columns == nullptr)
        return;
    for (int i = 0; i < batch.line_count; i++) {
        const DocumentLine& line = batch.lines[i];
        if (line.is_zeroed && !line.is_gone && line.image->old_header != nullptr &&
            needs_price(batch, line, *line.image->old_header))
            errors::warn_price_stays_zero(place_of(line));
    }
}

} // namespace credits
