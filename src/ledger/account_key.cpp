// Whose an account is.
// What leads to a row is a lot or an entry that was seen, so its row is there, committed or our own: it is looked at as it is,
// which leaves no mark for others at SERIALIZABLE.
#include "ledger/account_key.hpp"

#include "errors/internal.hpp"
#include "pg/key.hpp"
#include "pg/row.hpp"
#include "pg/sequence.hpp"
#include "pg/table_writer.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

namespace credits
{

using namespace account_key_column;

namespace
{

bool find(pg::Table& keys, int32 number, const pg::DatedSnapshot& snapshot)
{
    return pg::find(keys, catalog().account_key_pkey, pg::make_key(number), snapshot);
}

void set_key(pg::Table& keys, int32 number, const AccountKey& key)
{
    pg::Row row(keys, count);
    row.set_int4(account_no, number);
    row.set_text(customer, key.customer);
    row.set_int4(type_id, key.type_id);
    row.store();
}

AccountKey read_found(const pg::Table& keys)
{
    return {.customer = pg::copy(pg::to_view(pg::get_not_null(keys, customer))),
            .type_id = DatumGetInt32(pg::get_not_null(keys, type_id))};
}

} // namespace

AccountKey read_account_key(int32 account_no)
{
    pg::Table keys = pg::open_table(catalog().account_key, AccessShareLock);
    if (!find(keys, account_no, pg::own_rows()))
        errors::missing_account_key(account_no);
    const AccountKey key = read_found(keys);
    pg::close_table(keys);
    return key;
}

int32 add_account_key(const AccountKey& key)
{
    pg::Table keys = pg::open_table(catalog().account_key, RowExclusiveLock);
    const auto number = static_cast<int32>(pg::count_up(catalog().account_number, catalog().owner));
    set_key(keys, number, key);
    pg::insert(keys);
    pg::close_table(keys);
    return number;
}

void show_account_key(int32 account_no)
{
    pg::Table keys = pg::open_table(catalog().account_key, RowExclusiveLock);
    pg::with_latest_snapshot([&](const pg::DatedSnapshot& snapshot) {
        if (!find(keys, account_no, snapshot))
            errors::missing_account_key(account_no);
        if (pg::is_seen_by_transaction(keys))
            return;
        ItemPointerData place = keys.found->tts_tid;
        const AccountKey key = read_found(keys);
        set_key(keys, account_no, key);
        pg::update(keys, &place, snapshot);
    });
    pg::close_table(keys);
}

} // namespace credits
