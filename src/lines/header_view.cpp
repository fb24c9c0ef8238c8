// Reads headers from views.
#include "lines/header_view.hpp"

#include "errors/attaching.hpp"
#include "errors/registering.hpp"
#include "errors/saving.hpp"
#include "errors/settling.hpp"
#include "sources/key_text.hpp"
#include "lines/find_lines.hpp"
#include "pg/attempt.hpp"
#include "pg/query.hpp"
#include "pg/sql_text.hpp"

extern "C" {
#include "parser/parse_oper.h"
}

namespace credits
{

namespace
{

Form_pg_attribute column_of(Relation table, AttrNumber number) { return TupleDescAttr(RelationGetDescr(table), number - 1); }

/// The operator header column = line column.
Oid find_equality(Oid header_type, Oid line_type)
{
    char name[] = "=";
    const Oid found = compatible_oper_opid(list_make1(makeString(name)), header_type, line_type, true);
    return OidIsValid(found) && op_volatile(found) == PROVOLATILE_IMMUTABLE ? found : InvalidOid;
}

void require_readable_key(const MappedTables& tables, const Columns& columns)
{
    for (int i = 0; i < columns.count; i++) {
        const Form_pg_attribute column = column_of(tables.lines, columns.numbers[i]);
        const KeyColumn key{.base_type = getBaseType(column->atttypid)};
        if (!is_key_readable({&key, 1}))
            errors::not_supported(psprintf("a key of type %s for a header that is a view", format_type_be(column->atttypid)),
                                  "Integers, numeric, text, uuid, boolean and date are supported.");
    }
}

/// SELECT header FROM erp.open_order AS header WHERE header.id OPERATOR(pg_catalog.=) $1 [AND …]
SPIPlanPtr prepare(const Source& source)
{
    StringInfoData sql;
    initStringInfo(&sql);
    const char* const alias = row_alias(source.header_table);
    appendStringInfo(&sql, "SELECT %s FROM %s AS %s", alias, pg::table_name(source.header_table), alias);
    Oid types[INDEX_MAX_KEYS];
    for (int i = 0; i < source.header_key_count; i++) {
        const KeyColumn& key = source.header_key[i];
        types[i] = get_atttype(source.line_table, key.referring);
        appendStringInfo(&sql, " %s %s.%s %s $%d", i == 0 ? "WHERE" : "AND", alias,
                         pg::column_name(source.header_table, key.column), pg::operator_name(key.equality), i + 1);
    }
    const SPIPlanPtr plan = SPI_prepare_cursor(sql.data, source.header_key_count, types, 0);
    if (plan == nullptr || SPI_keepplan(plan) != 0)
        elog(ERROR, "could not prepare: %s", sql.data);
    return plan;
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

} // namespace

bool is_view(Oid relation) { return get_rel_relkind(relation) == RELKIND_VIEW; }

HeaderReference find_view_reference(const MappedTables& tables, ArrayType* line_header, ArrayType* header_key)
{
    if (header_key == nullptr)
        errors::missing_argument("header_key");
    if (line_header == nullptr)
        errors::missing_argument("line_header");
    HeaderReference reference{.line_columns = find_columns(tables.lines, line_header),
                              .header_columns = find_columns(tables.header, header_key),
                              .operators = {}};
    const auto does_not_fit = [&](const char* why) {
        errors::no_header_reference(RelationGetRelid(tables.lines), RelationGetRelid(tables.header), why);
    };
    if (reference.line_columns.count == 0 || reference.line_columns.count != reference.header_columns.count)
        does_not_fit("header_key and line_header do not name as many columns.");
    for (int i = 0; i < reference.line_columns.count; i++) {
        reference.operators[i] = find_equality(column_of(tables.header, reference.header_columns.numbers[i])->atttypid,
                                               column_of(tables.lines, reference.line_columns.numbers[i])->atttypid);
        if (!OidIsValid(reference.operators[i]))
            does_not_fit("The columns of header_key and line_header cannot be compared.");
    }
    require_readable_key(tables, reference.line_columns);
    if (pg_class_aclcheck(RelationGetRelid(tables.header), tables.lines->rd_rel->relowner, ACL_SELECT) != ACLCHECK_OK)
        errors::view_not_readable(RelationGetRelid(tables.header), RelationGetRelid(tables.lines));
    return reference;
}

namespace
{

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
