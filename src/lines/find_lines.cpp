// Reads lines from their table.
#include "lines/find_lines.hpp"

#include <algorithm>

#include "pg/conversion.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"
#include "pg/table.hpp"
#include "pg/version.hpp"
#include "sources/column_index.hpp"
#include "sources/key_text.hpp"
#include "sources/row_location.hpp"

namespace credits
{

namespace
{

/// The values of the line's key in an image. False: one is null, the row cannot be told from others.
bool read_key(Batch& batch, MinimalTuple image, Datum* key)
{
    const Source& source = *batch.source;
    show(batch, image, nullptr);
    bool is_whole = true;
    for (int i = 0; i < source.line_key_count; i++) {
        bool is_null = false;
        key[i] = slot_getattr(batch.line_slot, source.line_key[i].column, &is_null);
        is_whole = is_whole && !is_null;
    }
    return is_whole;
}

Oid type_of_header_key(const Source& source, const KeyColumn& key)
{
    return source.header_is_view ? get_atttype(source.line_table, key.referring) : get_atttype(source.header_table, key.column);
}

/// SELECT line FROM erp.invoice_line AS line WHERE $1 OPERATOR(pg_catalog.=) line.invoice_id [AND …]
SPIPlanPtr prepare_lines_of_header(const Source& source)
{
    StringInfoData sql;
    initStringInfo(&sql);
    const char* const alias = pg::row_alias(source.line_table);
    appendStringInfo(&sql, "SELECT %s FROM %s AS %s", alias, pg::table_name(source.line_table), alias);
    Oid types[INDEX_MAX_KEYS];
    for (int i = 0; i < source.header_key_count; i++) {
        const KeyColumn& key = source.header_key[i];
        types[i] = type_of_header_key(source, key);
        const Oid equality = source.header_is_view ? key.own_equality : key.equality;
        appendStringInfo(&sql, " %s $%d %s %s.%s", i == 0 ? "WHERE" : "AND", i + 1, pg::operator_name(equality), alias,
                         pg::column_name(source.line_table, key.referring));
    }
    return pg::prepare_kept(sql.data, {types, static_cast<size_t>(source.header_key_count)}, CURSOR_OPT_GENERIC_PLAN);
}

void add_selected_lines(Batch& batch, Header* header)
{
    const MemoryContext caller = MemoryContextSwitchTo(batch.memory);
    for (uint64 row = 0; row < SPI_processed; row++) {
        bool is_null = false;
        add_image(batch, nullptr, to_row(pg::result(row, 1, &is_null)));
        batch.images[batch.image_count - 1].new_header = header;
    }
    MemoryContextSwitchTo(caller);
}

/// Adds the line that has the image's key now, with the image by which the ledger may know it; or that there is none.
void add_current_line(Batch& batch, pg::Table& table, MinimalTuple image, MinimalTuple known_as)
{
    const MinimalTuple line = find_line(batch, table, image);
    line != nullptr ? add_image(batch, known_as, line) : add_image(batch, image, nullptr);
}

/// Adds the lines that have the keys of one image now: the old key may be another line's by now, and the new one nobody's.
void add_current_lines(Batch& batch, pg::Table& table, const LineImage& image)
{
    const bool is_renumbered =
        image.old_line != nullptr && image.new_line != nullptr && key_of(batch, image.old_line) != key_of(batch, image.new_line);
    const MinimalTuple last = image.new_line == nullptr ? image.old_line : image.new_line;
    add_current_line(batch, table, last, is_renumbered ? image.old_line : nullptr);
    if (is_renumbered)
        add_current_line(batch, table, image.old_line, nullptr);
}

/// Has one kind of image, old or new, the same key twice?
template <class Image>
bool has_repeated_keys(Batch& batch, Image image)
{
    if (image(batch.images[0]) == nullptr)
        return false;
    auto* const keys = static_cast<std::string_view*>(
        MemoryContextAllocHuge(batch.memory, sizeof(std::string_view) * static_cast<Size>(batch.image_count)));
    std::string_view* const end = keys + batch.image_count;
    for (int i = 0; i < batch.image_count; i++)
        keys[i] = key_of(batch, image(batch.images[i]));
    if (!std::is_sorted(keys, end))
        std::sort(keys, end);
    return std::adjacent_find(keys, end) != end;
}

} // namespace

MinimalTuple to_row(Datum composite)
{
    const HeapTupleHeader header = DatumGetHeapTupleHeader(composite);
    HeapTupleData tuple{};
    tuple.t_len = HeapTupleHeaderGetDatumLength(header);
    tuple.t_data = header;
    return pg::to_minimal_tuple(&tuple);
}

MinimalTuple copy_line(const Batch& batch, TupleTableSlot* found)
{
    const MemoryContext caller = MemoryContextSwitchTo(batch.memory);
    const MinimalTuple line = pg::copy_whole(found);
    MemoryContextSwitchTo(caller);
    return line;
}

MinimalTuple find_line(Batch& batch, pg::Table& table, MinimalTuple image)
{
    Datum values[INDEX_MAX_KEYS];
    if (!read_key(batch, image, values))
        return image;
    const KeyedTable lines = lines_of(*batch.source);
    MinimalTuple found = nullptr;
    find_in_snapshot(lines, table, values, KeyOf::own, [&](const RowLocation& location) {
        found = pg::copy_converted(location.conversion, location.table->found);
    });
    return found;
}

MinimalTuple find_line(Batch& batch, pg::Table& table, std::string_view key)
{
    const KeyedTable lines = lines_of(*batch.source);
    Datum values[INDEX_MAX_KEYS];
    if (!parse_key(lines.key, key, values))
        return nullptr;
    MinimalTuple row = nullptr;
    find_in_snapshot(lines, table, values, KeyOf::own, [&](const RowLocation& location) {
        pg::require_visible_to_transaction(*location.table);
        row = pg::copy_converted(location.conversion, location.table->found);
    });
    return row != nullptr && key_of(batch, row) == key ? row : nullptr;
}

bool may_reuse_keys(const Source& source, Relation lines)
{
    return source.has_history || source.has_descendants || pg::has_changed_rows(lines);
}

std::string_view key_of(Batch& batch, MinimalTuple line)
{
    show(batch, line, nullptr);
    return evaluate_text(batch, Fact::line_key);
}

void read_lines_again(Batch& batch)
{
    const LineImage* const images = batch.images;
    const int count = batch.image_count;
    batch.images = nullptr;
    batch.image_count = batch.image_capacity = 0;
    pg::Table table = pg::open_table(batch.source->line_table, AccessShareLock);
    for (int i = 0; i < count; i++)
        add_current_lines(batch, table, images[i]);
    pg::close_table(table);
}

bool has_repeated_lines(Batch& batch)
{
    const auto old_line = [](const LineImage& image) { return image.old_line; };
    const auto new_line = [](const LineImage& image) { return image.new_line; };
    return batch.image_count > 1 && (has_repeated_keys(batch, old_line) || has_repeated_keys(batch, new_line));
}

namespace
{

/// A header's only key column, of the line's column's type: the index on that leads to its lines.
const ColumnIndex& index_of_header(Source& source, Relation lines)
{
    ColumnIndex& way = source.lines_of_header_index;
    if (way.is_looked_for)
        return way;
    const KeyColumn& key = source.header_key[0];
    way = find_column_index(lines, key.referring);
    const RegProcedure equals = source.header_is_view ? get_opcode(key.own_equality) : key.equals;
    if (source.header_key_count != 1 || equals != way.equals)
        way.index = InvalidOid;
    return way;
}

/// Calls fn(line) for each line of the header; false: SQL must find them.
template <class Fn>
bool scan_lines_of_header(Source& source, const Header& header, Fn fn)
{
    pg::Table table = pg::open_table(source.line_table, AccessShareLock);
    const bool is_read =
        for_each_with_value(index_of_header(source, table.relation), table, {header.key, 1}, [&] { fn(table.found); });
    pg::close_table(table);
    return is_read;
}

/// Calls fn() while SPI has the lines of a header.
template <class Fn>
void select_lines_of_header(Source& source, const Header& header, Fn fn)
{
    pg::Parameter parameters[INDEX_MAX_KEYS];
    for (int i = 0; i < source.header_key_count; i++)
        parameters[i] = {type_of_header_key(source, source.header_key[i]), header.key[i], false};
    pg::with_spi([&] {
        pg::as_owner(source.owner, [&] {
            if (source.lines_of_header == nullptr)
                source.lines_of_header = prepare_lines_of_header(source);
            pg::execute_plan(source.lines_of_header, {parameters, static_cast<size_t>(source.header_key_count)}, true);
        });
        fn();
    });
}

} // namespace

void add_lines_of_header(Batch& batch, Header* header)
{
    const auto add = [&](TupleTableSlot* found) {
        add_image(batch, nullptr, copy_line(batch, found));
        batch.images[batch.image_count - 1].new_header = header;
    };
    if (!scan_lines_of_header(*batch.source, *header, add))
        select_lines_of_header(*batch.source, *header, [&] { add_selected_lines(batch, header); });
}

bool has_lines_of_header(Source& source, const Header& header)
{
    bool found = false;
    if (!scan_lines_of_header(source, header, [&](TupleTableSlot*) { found = true; }))
        select_lines_of_header(source, header, [&] { found = SPI_processed > 0; });
    return found;
}

} // namespace credits
