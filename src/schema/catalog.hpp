// The object ids of the extension's own tables and indexes, looked up by name once per backend.
// Forgotten when one of them changes, so that DROP and CREATE EXTENSION in one session work, and what was altered is noticed.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

struct Catalog {
    Oid schema;
    Oid owner; // the extension's owner: the role that its rare SQL runs as
    Oid account, account_pkey;
    Oid account_key, account_key_pkey, account_key_customer_key, account_number;
    Oid provenance, provenance_pkey, provenance_number;
    Oid lot, lot_pkey, lot_open_idx;
    Oid entry, entry_pkey, entry_line_idx;
    Oid customer, customer_pkey, customer_contact_idx;
    Oid article, article_pkey, article_had_type_idx;
    Oid pending, pending_pkey;
    Oid credit_type, parameter, closing, source, source_pkey;
    Oid closing_hook_line, closing_hook_line_pkey;
    Oid binding, binding_pkey;
    Oid refusal_count;
};

/// Is told of each relation whose definition may have changed; InvalidOid stands for all. `known` are the ids as they were looked
/// up last. It marks what it keeps as stale, and loads nothing.
using ChangeListener = void (*)(Oid relation, const Catalog& known);

/// Listens from now on; a second call changes nothing. Whoever keeps what relations say calls it before he reads them.
void on_change(ChangeListener listener);

/// The owner, also where a table of the extension is another than the library knows: for event triggers.
Oid extension_owner();

/// The ids, as of now. Raises 55000 when library and extension are of different versions, or a table is not as the library knows
/// it (own_tables.def); but for a script of the extension, which may be on its way there. The reference is valid until the next
/// command.
const Catalog& catalog();

} // namespace credits
