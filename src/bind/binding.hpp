// A binding: an ERP's table whose rows are the source of the settings of customers or articles, and how its rows read.
// Kept per backend, loaded again when the table, its mapping or credits.binding changes.
#pragma once

#include <array>

#include "pg/snapshot.hpp"
#include "pg/table.hpp"
#include "schema/columns.hpp"
#include "schema/own_tables.hpp"

namespace credits
{

/// The table credits.binding; InvalidOid without the extension. Needs nothing else of it.
Oid binding_table();

enum class Settings { customers, articles };

/// The columns of a mapping view, in their order; the first is the key.
namespace customer_setting
{
inline constexpr int works_with_credits = 1;
inline constexpr int account_of = 3;
inline constexpr int count = 4; // key, works_with_credits, name, account_of
} // namespace customer_setting
namespace article_setting
{
inline constexpr int credit_type = 1;
inline constexpr int coefficient = 2;
inline constexpr int count = 5; // key, credit_type, coefficient, ledger_account, description
} // namespace article_setting
inline constexpr int most_settings = article_setting::count;

struct Binding {
    Oid erp_table;
    Oid mapping; // the view
    Oid owner;   // of the ERP's table: the mapping's expressions run as he
    Settings settings;
    bool has_owner_code; // prepared and evaluated as he
    bool is_stale;
    MemoryContext memory;
    List* parts; // functions and types that the values are read by, as planned
    Binding* next;

    int count;                   // of settings, with the key
    Expr* values[most_settings]; // over INNER_VAR; a null constant: the ERP has no such column
    Bitmapset* columns;          // of the table that they read, offset as pull_varattnos does
};

/// The triggers on a bound table.
inline constexpr std::array bound_triggers{"zz_credits_bound_insert", "zz_credits_bound_update", "zz_credits_bound_delete",
                                           "zz_credits_bound_truncate"};

/// Calls fn(erp_table, mapping) for each row of credits.binding, as of now.
template <class Fn>
void for_each_binding(Fn fn)
{
    pg::read_latest(binding_table(), [&](pg::Table& table, const pg::DatedSnapshot& snapshot) {
        require_own_table(RelationGetRelid(table.relation));
        pg::for_each_row(table, snapshot, [&] {
            fn(DatumGetObjectId(pg::get_not_null(table, binding_column::erp_table)),
               DatumGetObjectId(pg::get_not_null(table, binding_column::mapping)));
        });
    });
}

/// The binding of an ERP's table. Valid until the end of the transaction. Raises 42704.
Binding& get_binding(Oid erp_table);

/// The mapping of a bound table, which may be gone; InvalidOid when the table is not bound.
Oid find_mapping(Oid erp_table);

/// Has the ERP a column for the setting?
bool is_given(const Binding& binding, int setting);

} // namespace credits
