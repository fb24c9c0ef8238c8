// Creates mapping views as DefineView() does, but that nothing is analysed as their owner.
#include "mapping/mapping_view.hpp"

#include "pg/identity.hpp"
#include "schema/catalog.hpp"

extern "C" {
#include "commands/tablecmds.h"
#include "commands/view.h"
#include "parser/analyze.h"
}

namespace credits
{

namespace
{

/// The names that the view's columns are given become those of the query's.
void name_columns(const Query* query, const List* names)
{
    for (int i = 0; i < list_length(names); i++)
        static_cast<TargetEntry*>(list_nth(query->targetList, i))->resname = strVal(list_nth(names, i));
}

List* define_columns(const Query* query)
{
    List* columns = NIL;
    for (int i = 0; i < list_length(query->targetList); i++) {
        const auto* const target = static_cast<const TargetEntry*>(list_nth(query->targetList, i));
        auto* const value = reinterpret_cast<Node*>(target->expr);
        columns = lappend(columns, makeColumnDef(target->resname, exprType(value), exprTypmod(value), exprCollation(value)));
    }
    return columns;
}

Oid define_view(RangeVar* name, Query* query)
{
    CreateStmt* const statement = makeNode(CreateStmt);
    statement->relation = name;
    statement->tableElts = define_columns(query);
    const Oid view = DefineRelation(statement, RELKIND_VIEW, InvalidOid, nullptr, nullptr).objectId;
    CommandCounterIncrement();
    StoreViewQuery(view, query, false);
    CommandCounterIncrement();
    return view;
}

} // namespace

Oid create_mapping_view(const char* create_view, Oid table_owner)
{
    const auto* const raw = static_cast<const RawStmt*>(linitial(raw_parser(create_view, RAW_PARSE_DEFAULT)));
    const auto* const statement = reinterpret_cast<const ViewStmt*>(raw->stmt);
    Query* const query = pg::as_owner(table_owner, [&] {
        RawStmt* const select = makeNode(RawStmt);
        select->stmt = statement->query;
        return parse_analyze_fixedparams(select, create_view, nullptr, 0, nullptr);
    });
    name_columns(query, statement->aliases);
    return pg::as_role(catalog().owner, [&] { return define_view(statement->view, query); });
}

} // namespace credits
