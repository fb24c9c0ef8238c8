// Refuses tables that cannot be bound.
#include "bind/bound_table.hpp"

#include "errors/attaching.hpp"
#include "errors/binding.hpp"
#include "mapping/callers_table.hpp"
#include "mapping/key_columns.hpp"
#include "pg/view_columns.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
}

namespace credits
{

void check_bound_table(Relation table)
{
    const Oid oid = RelationGetRelid(table);
    if (table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
        errors::not_supported("a partitioned table as the source of settings", nullptr);
    if (table->rd_rel->relkind != RELKIND_RELATION || table->rd_rel->relispartition)
        errors::cannot_bind(oid, "It must be an ordinary table: no partition, view or foreign table.");
    if (const char* const reason = why_not_lasting(table))
        errors::cannot_bind(oid, reason);
    if (belongs_to_system(table))
        errors::cannot_bind(oid, "It belongs to PostgreSQL or to credits itself.");
    if (has_superclass(oid) || has_subclass(oid))
        errors::not_supported("a table with inheritance as the source of settings", nullptr);
}

AttrNumber key_column(const Binding& binding)
{
    const Expr* key = binding.values[0];
    for (;;) {
        key = pg::strip_relabel(key);
        if (IsA(key, CoerceViaIO))
            key = reinterpret_cast<const CoerceViaIO*>(key)->arg;
        else if (IsA(key, FuncExpr) && reinterpret_cast<const FuncExpr*>(key)->funcformat != COERCE_EXPLICIT_CALL)
            key = static_cast<const Expr*>(linitial(reinterpret_cast<const FuncExpr*>(key)->args));
        else
            return IsA(key, Var) ? reinterpret_cast<const Var*>(key)->varattno : AttrNumber(0);
    }
}

void check_bound_key(const Binding& binding, Relation table)
{
    const AttrNumber column = key_column(binding);
    if (column > 0 && !has_unique_index(table, {.count = 1, .numbers = {column}}))
        errors::no_unique_key(binding.erp_table, get_attname(binding.erp_table, column, false));
}

} // namespace credits
