// The object ids of the extension's own tables and indexes.
#include "schema/catalog.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "pg/errors.hpp"
#include "schema/own_tables.hpp"
#include "schema/version.hpp"

namespace credits
{

namespace
{

constinit Catalog known{};
constinit bool is_known = false;
constinit bool has_changed = false; // while it was looked up
constinit bool listens = false;
constinit ChangeListener listeners[8]{};

Oid find_relation(Oid schema, const char* name)
{
    const Oid relation = get_relname_relid(name, schema);
    if (!OidIsValid(relation) && !is_own_script_running())
        errors::missing_relation(name);
    return relation;
}

Oid owner_of(Oid relation)
{
    const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

bool is_in(const Catalog& catalog, Oid relation)
{
    const auto relations = std::bit_cast<std::array<Oid, sizeof(Catalog) / sizeof(Oid)>>(catalog);
    return std::ranges::find(relations, relation) != relations.end();
}

void on_relation_change(Datum, Oid relation)
{
    if (!OidIsValid(relation) || is_in(known, relation))
        is_known = false;
    has_changed |= !is_known;
    for (const ChangeListener listener : listeners)
        if (listener != nullptr)
            listener(relation, known);
}

void listen()
{
    if (listens)
        return;
    CacheRegisterRelcacheCallback(on_relation_change, 0);
    listens = true;
}

Catalog look_up()
{
    const Oid schema = get_namespace_oid("credits", false);
    if (!is_own_script_running()) {
        require_own_version();
        require_own_tables(schema);
    }
    const auto id = [schema](const char* name) { return find_relation(schema, name); };
    const Oid account = id("_account");
    return {
        .schema = schema,
        .owner = owner_of(account),
        .account = account,
        .account_pkey = id("_account_pkey"),
        .account_key = id("_account_key"),
        .account_key_pkey = id("_account_key_pkey"),
        .account_key_customer_key = id("_account_key_customer_key"),
        .account_number = id("account_number"),
        .provenance = id("_provenance"),
        .provenance_pkey = id("_provenance_pkey"),
        .provenance_number = id("provenance_number"),
        .lot = id("_lot"),
        .lot_pkey = id("_lot_pkey"),
        .lot_open_idx = id("_lot_open_idx"),
        .entry = id("_entry"),
        .entry_pkey = id("_entry_pkey"),
        .entry_line_idx = id("_entry_line_idx"),
        .customer = id("customer"),
        .customer_pkey = id("customer_pkey"),
        .customer_contact_idx = id("customer_contact_idx"),
        .article = id("article"),
        .article_pkey = id("article_pkey"),
        .article_had_type_idx = id("article_had_type_idx"),
        .pending = id("pending"),
        .pending_pkey = id("pending_pkey"),
        .credit_type = id("credit_type"),
        .parameter = id("_parameter"),
        .closing = id("closing"),
        .source = id("source"),
        .source_pkey = id("source_pkey"),
        .closing_hook_line = id("closing_hook_line"),
        .closing_hook_line_pkey = id("closing_hook_line_pkey"),
        .binding = id("binding"),
        .binding_pkey = id("binding_pkey"),
        .refusal_count = id("refusal_count"),
    };
}

} // namespace

void on_change(ChangeListener listener)
{
    listen();
    for (ChangeListener& place : listeners) {
        if (place == listener)
            return;
        if (place == nullptr) {
            place = listener;
            return;
        }
    }
    elog(ERROR, "too many listeners to changes of relations");
}

Oid extension_owner() { return owner_of(find_relation(get_namespace_oid("credits", false), "source")); }

const Catalog& catalog()
{
    listen();
    if (!is_known) {
        has_changed = false;
        known = look_up();
        is_known = !has_changed && !is_own_script_running();
    }
    return known;
}

} // namespace credits
