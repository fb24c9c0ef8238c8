// The object ids of the extension's own tables and indexes.
#include "catalog.hpp"

#include "configuration.hpp"
#include "errors.hpp"
#include "source.hpp"

namespace credits
{

namespace
{

constinit Catalog known{};
constinit bool is_known = false;
constinit bool listens = false;

Oid owner_of(Oid relation)
{
    const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple))
        return InvalidOid;
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

/// Marks what was loaded from a changed relation; loads nothing. InvalidOid stands for all of them.
void on_relation_change(Datum, Oid relation)
{
    const bool all = !OidIsValid(relation);
    const Catalog& c = known;
    if (all || relation == c.account || relation == c.lot || relation == c.entry || relation == c.customer)
        is_known = false;
    if (all || relation == c.article || relation == c.credit_type || relation == c.parameter || relation == c.closing ||
        relation == c.customer)
        mark_configuration_stale();
    if (all || relation == c.source)
        mark_sources_stale();
    else
        mark_source_stale(relation);
}

/// Looks everything up; the name of what is not there goes to *missing.
Catalog look_up(const char** missing)
{
    const Oid schema = get_namespace_oid("credits", true);
    const auto id = [&](const char* name) {
        const Oid relation = get_relname_relid(name, schema);
        if (!OidIsValid(relation))
            *missing = name;
        return relation;
    };
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
        .article_had_type_idx = id("article_had_type_idx"),
        .credit_type = id("credit_type"),
        .parameter = id("parameter"),
        .closing = id("closing"),
        .source = id("source"),
    };
}

} // namespace

bool is_installation_whole()
{
    const char* missing = nullptr;
    if (!is_known)
        look_up(&missing);
    return missing == nullptr;
}

const Catalog& catalog()
{
    if (!listens) {
        CacheRegisterRelcacheCallback(on_relation_change, 0);
        listens = true;
    }
    if (!is_known) {
        const char* missing = nullptr;
        known = look_up(&missing);
        if (missing != nullptr)
            errors::missing_relation(missing);
        is_known = true;
    }
    return known;
}

} // namespace credits
