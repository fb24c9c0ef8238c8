// The keys that attach needs.
#include "mapping/key_columns.hpp"

#include <algorithm>

#include "errors/attaching.hpp"
#include "errors/registering.hpp"
#include "pg/table.hpp"
#include "pg/version.hpp"

namespace credits
{

namespace
{

const char* name_of(Relation table, AttrNumber column)
{
    return NameStr(TupleDescAttr(RelationGetDescr(table), column - 1)->attname);
}

bool has_same_columns(const Columns& a, const Columns& b)
{
    return a.count == b.count && std::is_permutation(a.numbers, a.numbers + a.count, b.numbers);
}

Columns index_columns(Oid index_oid)
{
    const Relation index = index_open(index_oid, AccessShareLock);
    const Form_pg_index form = index->rd_index;
    Columns columns{};
    const bool is_unique = pg::is_unique(index);
    for (int i = 0; is_unique && i < form->indnkeyatts; i++)
        columns.numbers[columns.count++] = form->indkey.values[i];
    index_close(index, AccessShareLock);
    return columns;
}

Columns read_columns(HeapTuple constraint, AttrNumber attribute)
{
    bool is_null = false;
    const Datum value = SysCacheGetAttr(CONSTROID, constraint, attribute, &is_null);
    Columns columns{};
    const ArrayType* const array = DatumGetArrayTypeP(value);
    const auto* numbers = reinterpret_cast<const int16*>(ARR_DATA_PTR(array));
    for (int i = 0; i < ARR_DIMS(array)[0]; i++)
        columns.numbers[columns.count++] = numbers[i];
    return columns;
}

HeaderReference read_reference(HeapTuple constraint)
{
    HeaderReference reference{};
    reference.line_columns = read_columns(constraint, Anum_pg_constraint_conkey);
    reference.header_columns = read_columns(constraint, Anum_pg_constraint_confkey);
    bool is_null = false;
    const Datum operators = SysCacheGetAttr(CONSTROID, constraint, Anum_pg_constraint_conpfeqop, &is_null);
    const auto* oids = reinterpret_cast<const Oid*>(ARR_DATA_PTR(DatumGetArrayTypeP(operators)));
    std::copy(oids, oids + reference.line_columns.count, reference.operators);
    return reference;
}

/// Does the foreign key fit what the caller named?
bool fits(const MappedTables& tables, const HeaderReference& reference, ArrayType* line_header, ArrayType* header_key)
{
    if (line_header != nullptr && !has_same_columns(reference.line_columns, find_columns(tables.lines, line_header)))
        return false;
    return header_key == nullptr || has_same_columns(reference.header_columns, find_columns(tables.header, header_key));
}

/// A line of before may lack its header: nobody would see that one come.
void require_valid(HeapTuple constraint)
{
    const auto* const form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(constraint));
    if (!form->convalidated)
        errors::not_supported(psprintf("foreign key \"%s\", which is not valid,", NameStr(form->conname)),
                              "Mend or delete the lines without a header, and say ALTER TABLE ... VALIDATE CONSTRAINT.");
}

/// A date in ISO form, whatever DateStyle says: 2026-01-10.
const char* iso_date(const char* date)
{
    return psprintf(
        "CASE WHEN isfinite(%1$s) THEN EXTRACT(year FROM %1$s)::text || '-' || lpad(EXTRACT(month FROM %1$s)::text, 2, '0')"
        " || '-' || lpad(EXTRACT(day FROM %1$s)::text, 2, '0') WHEN %1$s > DATE '2000-01-01' THEN 'infinity'"
        " ELSE '-infinity' END",
        date);
}

/// 2026-01-10 12:00:00
const char* iso_timestamp(const char* timestamp)
{
    return psprintf("%s || COALESCE(' ' || (%s)::time::text, '')", iso_date(psprintf("(%s)::date", timestamp)), timestamp);
}

/// One column of a key as text, with what would look like the end of it escaped.
const char* part_text(const char* value, Oid type)
{
    switch (type) {
    case DATEOID:
        return iso_date(value);
    case TIMESTAMPOID:
        return iso_timestamp(value);
    case TIMESTAMPTZOID:
        return iso_timestamp(psprintf("%s AT TIME ZONE 'UTC'", value));
    default:
        if (TypeCategory(type) == TYPCATEGORY_NUMERIC)
            return psprintf("%s::text", value);
        return psprintf("replace(replace((%s)::text COLLATE \"C\", E'\\\\', E'\\\\\\\\'), '/', E'\\\\/')", value);
    }
}

} // namespace

Columns find_columns(Relation table, ArrayType* names)
{
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(names, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, &values, &nulls, &count);
    if (count > INDEX_MAX_KEYS)
        errors::not_supported(psprintf("a list of more than %d columns", INDEX_MAX_KEYS), nullptr);
    Columns columns{};
    for (int i = 0; i < count; i++) {
        if (nulls[i])
            errors::missing_argument("column name");
        const char* const name = NameStr(*DatumGetName(values[i]));
        const AttrNumber number = get_attnum(RelationGetRelid(table), name);
        if (number <= 0)
            errors::no_such_column(RelationGetRelid(table), name);
        columns.numbers[columns.count++] = number;
    }
    return columns;
}

Columns find_primary_key(Relation table)
{
    const Oid index = pg::primary_key_index(table);
    return OidIsValid(index) ? index_columns(index) : Columns{};
}

Columns primary_key(Relation table)
{
    const Columns columns = find_primary_key(table);
    if (columns.count == 0)
        errors::no_key(RelationGetRelid(table));
    return columns;
}

bool has_unique_index(Relation table, const Columns& key)
{
    const List* const indexes = RelationGetIndexList(table);
    for (int i = 0; i < list_length(indexes); i++)
        if (key.count > 0 && has_same_columns(key, index_columns(list_nth_oid(indexes, i))))
            return true;
    return false;
}

void check_unique(Relation table, const Columns& key)
{
    if (!has_unique_index(table, key))
        errors::no_key(RelationGetRelid(table));
}

HeaderReference find_header_reference(const MappedTables& tables, ArrayType* line_header, ArrayType* header_key)
{
    const Oid lines = RelationGetRelid(tables.lines);
    const Oid header = RelationGetRelid(tables.header);
    const auto* foreign_keys = static_cast<const List*>(copyObjectImpl(RelationGetFKeyList(tables.lines)));
    HeaderReference found{};
    int count = 0;
    for (int i = 0; i < list_length(foreign_keys); i++) {
        const auto* foreign_key = static_cast<const ForeignKeyCacheInfo*>(list_nth(foreign_keys, i));
        if (foreign_key->confrelid != header)
            continue;
        const HeapTuple constraint = SearchSysCache1(CONSTROID, ObjectIdGetDatum(foreign_key->conoid));
        const HeaderReference reference = read_reference(constraint);
        const auto* const form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(constraint));
        if (pg::leads_to_one_row(*form) && fits(tables, reference, line_header, header_key)) {
            require_valid(constraint);
            found = reference;
            count++;
        }
        ReleaseSysCache(constraint);
    }
    if (count == 0 && line_header != nullptr)
        errors::not_supported("a header table without a foreign key from the lines", "Add the foreign key.");
    if (count != 1)
        errors::no_header_reference(lines, header,
                                    count == 0 ? "There is no such foreign key." : "There are several foreign keys.");
    return found;
}

void arrange(HeaderReference& reference, const Columns& header_key)
{
    if (!has_same_columns(reference.header_columns, header_key))
        return;
    for (int i = 0; i < header_key.count; i++) {
        AttrNumber* const columns = reference.header_columns.numbers;
        const auto from = std::find(columns + i, columns + header_key.count, header_key.numbers[i]) - columns;
        std::swap(columns[i], columns[from]);
        std::swap(reference.line_columns.numbers[i], reference.line_columns.numbers[from]);
        std::swap(reference.operators[i], reference.operators[from]);
    }
}

const char* make_key_text(const MappedTables& tables, const Columns& key)
{
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < key.count; i++) {
        const Form_pg_attribute column = TupleDescAttr(RelationGetDescr(tables.lines), key.numbers[i] - 1);
        const char* const value = psprintf("line.%s", quote_identifier(NameStr(column->attname)));
        appendStringInfo(&sql, "%s%s", i == 0 ? "" : " || '/' || ", part_text(value, getBaseType(column->atttypid)));
    }
    return make_fact(tables, argument_of(Fact::line_key).name, sql.data, Expected::text);
}

ArrayType* names_of(Relation table, const Columns& columns)
{
    Datum names[INDEX_MAX_KEYS];
    for (int i = 0; i < columns.count; i++)
        names[i] = DirectFunctionCall1(namein, CStringGetDatum(name_of(table, columns.numbers[i])));
    return construct_array(names, columns.count, NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR);
}

} // namespace credits
