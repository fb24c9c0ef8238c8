// Reads headers from views.
#include "lines/header_view.hpp"

#include "errors/saving.hpp"
#include "errors/settling.hpp"
#include "lines/find_lines.hpp"
#include "pg/attempt.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"

namespace credits
{

namespace
{

/// SELECT header FROM erp.open_order AS header WHERE header.id OPERATOR(pg_catalog.=) $1 [AND …]
SPIPlanPtr prepare(const Source& source)
{
    StringInfoData sql;
    initStringInfo(&sql);
    const char* const alias = pg::row_alias(source.header_table);
    appendStringInfo(&sql, "SELECT %s FROM %s AS %s", alias, pg::table_name(source.header_table), alias);
    Oid types[INDEX_MAX_KEYS];
    for (int i = 0; i < source.header_key_count; i++) {
        const KeyColumn& key = source.header_key[i];
        types[i] = get_atttype(source.line_table, key.referring);
        appendStringInfo(&sql, " %s %s.%s %s $%d", i == 0 ? "WHERE" : "AND", alias,
                         pg::column_name(source.header_table, key.column), pg::operator_name(key.equality), i + 1);
    }
    return pg::prepare_kept(sql.data, {types, static_cast<size_t>(source.header_key_count)}, 0);
}

HeapTuple copy_row(MemoryContext memory, Datum composite)
{
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    const HeapTupleHeader row = DatumGetHeapTupleHeaderCopy(composite);
    auto* const tuple = static_cast<HeapTuple>(palloc0(sizeof(HeapTupleData)));
    tuple->t_len = HeapTupleHeaderGetDatumLength(row);
    tuple->t_data = row;
    MemoryContextSwitchTo(caller);
    return tuple;
}

void select_from_view(Batch& batch, std::span<const pg::Parameter> key)
{
    Source& source = *batch.source;
    pg::as_owner(source.owner, [&] {
        if (source.header_from_view == nullptr)
            source.header_from_view = prepare(source);
        pg::execute_plan(source.header_from_view, key, true, batch.snapshot);
    });
}

[[noreturn]] void refuse_header(Batch& batch, const pg::Parameter& key)
{
    MemoryContextSwitchTo(batch.memory);
    const ErrorData* const reason = CopyErrorData();
    if (!pg::is_own_fault(*reason))
        PG_RE_THROW();
    FlushErrorState();
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(key.type, &output, &is_varlena);
    errors::header_not_readable(batch.source->line_table, batch.source->header_table, OidOutputFunctionCall(output, key.value),
                                *reason);
}

/// In a save an error of the view's becomes a refusal that names the document, as one of the line's own does (batch.cpp).
void select_or_refuse(Batch& batch, std::span<const pg::Parameter> key)
{
    PG_TRY();
    {
        select_from_view(batch, key);
    }
    PG_CATCH();
    {
        refuse_header(batch, key[0]);
    }
    PG_END_TRY();
}

} // namespace

void read_from_view(Batch& batch, Header& header)
{
    Source& source = *batch.source;
    pg::Parameter key[INDEX_MAX_KEYS];
    for (int i = 0; i < source.header_key_count; i++)
        key[i] = {get_atttype(source.line_table, source.header_key[i].referring), header.key[i], false};
    void (*const select)(Batch&, std::span<const pg::Parameter>) =
        batch.snapshot == nullptr ? select_or_refuse : select_from_view;
    pg::with_spi([&] {
        select(batch, {key, static_cast<size_t>(source.header_key_count)});
        bool is_null = false;
        if (SPI_processed > 1)
            errors::several_headers(source.header_table);
        if (SPI_processed > 0)
            header.tuple = copy_row(batch.memory, pg::result(0, 1, &is_null));
    });
}

} // namespace credits
