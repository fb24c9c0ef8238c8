// Finds and keeps bindings.
#include "bind/binding.hpp"

#include <optional>

#include "errors/attaching.hpp"
#include "errors/binding.hpp"
#include "pg/code_change.hpp"
#include "pg/identity.hpp"
#include "pg/key.hpp"
#include "pg/snapshot.hpp"
#include "pg/view_columns.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"
#include "schema/gate.hpp"

namespace credits
{

namespace
{

constinit Binding* bindings = nullptr; // those that were used
constinit uint64 code_changes = 0;

struct BindingRow {
    Oid mapping;
    Settings settings;
};

std::optional<BindingRow> find_row(Oid erp_table)
{
    return pg::read_latest(catalog().binding, [&](pg::Table& table, const pg::DatedSnapshot& snapshot) {
        std::optional<BindingRow> row;
        if (pg::find(table, catalog().binding_pkey, pg::make_key(erp_table), snapshot))
            row = {.mapping = DatumGetObjectId(pg::get_not_null(table, binding_column::mapping)),
                   .settings = pg::to_view(pg::get_not_null(table, binding_column::settings)) == "customers"
                                   ? Settings::customers
                                   : Settings::articles};
        return row;
    });
}

Oid owner_of(Oid table)
{
    const Relation relation = table_open(table, AccessShareLock);
    const Oid owner = relation->rd_rel->relowner;
    table_close(relation, AccessShareLock);
    return owner;
}

void read_mapping(Binding& binding)
{
    if (!pg::exists(binding.mapping)) // dropped by a superuser while the protection was off
        errors::binding_has_no_mapping(binding.erp_table);
    if (!pg::is_view_over(binding.mapping, catalog().schema, binding.erp_table, InvalidOid))
        errors::mapping_does_not_fit(binding.erp_table);
    const pg::ViewColumns columns = pg::as_owner(binding.owner, [&] { return pg::plan_view_columns(binding.mapping); });
    binding.parts = columns.parts;
    binding.count = binding.settings == Settings::customers ? customer_setting::count : article_setting::count;
    if (columns.count != binding.count + 1)
        errors::mapping_does_not_fit(binding.erp_table);
    for (int i = 0; i < binding.count; i++) {
        binding.values[i] = columns.items[i].planned;
        binding.has_owner_code |= pg::is_owner_code(reinterpret_cast<Node*>(binding.values[i]));
        pg::add_columns_read(columns.items[i], INNER_VAR, &binding.columns);
    }
}

/// Makes the binding, in memory of its own below TopMemoryContext.
Binding* load(Oid erp_table, const BindingRow& row)
{
    const MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "credits binding", ALLOCSET_SMALL_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(memory);
    auto* const binding = static_cast<Binding*>(palloc0(sizeof(Binding)));
    binding->erp_table = erp_table;
    binding->mapping = row.mapping;
    binding->owner = owner_of(erp_table);
    binding->settings = row.settings;
    binding->memory = memory;
    read_mapping(*binding);
    MemoryContextSwitchTo(caller);
    MemoryContextSetParent(memory, TopMemoryContext);
    return binding;
}

/// Takes stale bindings off the list. Somebody further up may still use one: its memory goes with the transaction.
void retire_stale()
{
    for (Binding** place = &bindings; *place != nullptr;) {
        Binding* const binding = *place;
        if (!binding->is_stale) {
            place = &binding->next;
            continue;
        }
        *place = binding->next;
        MemoryContextSetParent(binding->memory, TopTransactionContext);
    }
}

void mark_stale(Oid relation, const Catalog& known)
{
    const bool all = !OidIsValid(relation) || relation == known.binding;
    for (Binding* binding = bindings; binding != nullptr; binding = binding->next)
        binding->is_stale |= all || relation == binding->erp_table || relation == binding->mapping;
}

void mark_code_stale(Datum, int cache, uint32 hash)
{
    code_changes++;
    for (Binding* binding = bindings; binding != nullptr; binding = binding->next)
        binding->is_stale |= pg::is_among(binding->parts, cache, hash);
}

void listen()
{
    static constinit bool listens = false;
    on_change(mark_stale);
    if (!listens)
        pg::on_code_change(mark_code_stale);
    listens = true;
}

} // namespace

Oid binding_table()
{
    const Oid schema = get_namespace_oid("credits", true);
    return OidIsValid(schema) ? get_relname_relid("binding", schema) : InvalidOid;
}

Binding& get_binding(Oid erp_table)
{
    listen();
    retire_stale();
    for (Binding* binding = bindings; binding != nullptr; binding = binding->next)
        if (binding->erp_table == erp_table)
            return *binding;
    come_to_gate();
    const std::optional<BindingRow> row = find_row(erp_table);
    if (!row)
        errors::not_bound(erp_table);
    const uint64 changes = code_changes;
    Binding* const binding = load(erp_table, *row);
    binding->is_stale = changes != code_changes;
    binding->next = bindings;
    bindings = binding;
    return *binding;
}

Oid find_mapping(Oid erp_table)
{
    const std::optional<BindingRow> row = find_row(erp_table);
    return row ? row->mapping : InvalidOid;
}

bool is_given(const Binding& binding, int setting)
{
    const Expr* const value = binding.values[setting];
    return !IsA(value, Const) || !reinterpret_cast<const Const*>(value)->constisnull;
}

} // namespace credits
