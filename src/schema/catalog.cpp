// The object ids of the extension's own tables and indexes.
#include "schema/catalog.hpp"

#include "pg/errors.hpp"

namespace credits
{

namespace
{

constinit Catalog known{};
constinit bool is_known = false;
constinit bool listens = false;
constinit ChangeListener listeners[4]{};

Oid find_relation(Oid schema, const char* name)
{
    const Oid relation = get_relname_relid(name, schema);
    if (!OidIsValid(relation))
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

void on_relation_change(Datum, Oid relation)
{
    const Catalog& c = known;
    if (!OidIsValid(relation) || relation == c.account || relation == c.lot || relation == c.entry || relation == c.customer ||
        relation == c.pending || relation == c.closing_hook_line)
        is_known = false;
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
    const auto id = [schema](const char* name) { return find_relation(schema, name); };
    const Oid account = id("_account");
    return {
        .schema = schema,
        .owner = owner_of(account),
        .account = account,
        .account_pkey = id("_account_pkey"),
        .lot = id("_lot"),
        .lot_pkey = id("_lot_pkey"),
        .lot_open_idx = id("_lot_open_idx"),
        .entry = id("entry"),
        .entry_pkey = id("entry_pkey"),
        .entry_line_idx = id("entry_line_idx"),
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

const Catalog& catalog()
{
    listen();
    if (!is_known) {
        known = look_up();
        is_known = true;
    }
    return known;
}

} // namespace credits
