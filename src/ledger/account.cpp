// Opens and closes an account.
#include "ledger/account.hpp"

#include "ledger/lots.hpp"
#include "ledger/open_lots.hpp"
#include "pg/key.hpp"
#include "pg/row.hpp"
#include "pg/table_writer.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

namespace credits
{

namespace
{

Account new_account(std::string_view customer, const CreditType* type)
{
    Account account{};
    account.customer = customer;
    account.type = type;
    account.revalued_on = DATEVAL_NOBEGIN;
    account.knows_open_lot = true; // there is none
    return account;
}

void read_open_lot(const pg::Table& accounts, Account& account)
{
    bool is_unknown = false;
    const Datum lot_no = pg::get(accounts, account_column::open_lot_no, &is_unknown);
    account.knows_open_lot = !is_unknown;
    account.open_lot_no = is_unknown ? 0 : DatumGetInt64(lot_no);
    bool has_no_place = true;
    const Datum place = pg::get(accounts, account_column::open_lot, &has_no_place);
    ItemPointerSetInvalid(&account.open_lot);
    if (!has_no_place)
        account.open_lot = *reinterpret_cast<ItemPointer>(DatumGetPointer(place));
}

/// What the account was told when the search for its lots ended.
void set_open_lot(pg::Row& row, Account& account)
{
    if (account.first_open != nullptr)
        account.open_lot = account.first_open->place;
    account.knows_open_lot ? row.set_int8(account_column::open_lot_no, account.open_lot_no)
                           : row.set_null(account_column::open_lot_no);
    account.knows_open_lot&& account.open_lot_no != 0 ? row.set(account_column::open_lot, PointerGetDatum(&account.open_lot))
                                                      : row.set_null(account_column::open_lot);
}

Account read_account(const pg::Table& accounts, std::string_view customer, const CreditType* type)
{
    Account account = new_account(customer, type);
    account.account_no = DatumGetInt32(pg::get_not_null(accounts, account_column::account_no));
    account.is_newer = !pg::is_seen_by_transaction(accounts);
    bool has_no_level = false;
    const Datum level = pg::get(accounts, account_column::alarm_level, &has_no_level);
    bool is_not_revalued = false;
    const Datum revalued_on = pg::get(accounts, account_column::revalued_on, &is_not_revalued);
    account.stored = ExecCopySlotHeapTuple(accounts.found);
    account.stored->t_self = accounts.found->tts_tid;
    account.last_lot_no = DatumGetInt64(pg::get_not_null(accounts, account_column::last_lot_no));
    account.last_entry_no = DatumGetInt64(pg::get_not_null(accounts, account_column::last_entry_no));
    account.is_below_alarm = DatumGetBool(pg::get_not_null(accounts, account_column::below_alarm));
    account.balance = pg::to_amount(pg::get_not_null(accounts, account_column::balance));
    account.value = pg::to_amount(pg::get_not_null(accounts, account_column::value));
    account.balance_before = account.balance;
    account.has_own_alarm_level = !has_no_level;
    account.own_alarm_level = has_no_level ? core::zero : pg::to_amount(level);
    account.revalued_entry_no = DatumGetInt64(pg::get_not_null(accounts, account_column::revalued_entry_no));
    account.revalued_on = is_not_revalued ? DATEVAL_NOBEGIN : DatumGetDateADT(revalued_on);
    read_open_lot(accounts, account);
    return account;
}

void write_account(Ledger& ledger, Account& account)
{
    using namespace account_column;
    pg::Row row = account.stored == nullptr ? pg::Row(ledger.accounts, count) : pg::Row(ledger.accounts, account.stored);
    if (account.stored == nullptr) {
        row.set_text(customer, account.customer);
        row.set_int4(type_id, account.type->type_id);
        row.set_int8(revalued_entry_no, 0);
        row.set_int4(account_no, account.account_no);
    }
    row.set_int8(last_lot_no, account.last_lot_no);
    row.set_int8(last_entry_no, account.last_entry_no);
    row.set_bool(below_alarm, account.is_below_alarm);
    row.set_amount(balance, account.balance);
    row.set_amount(account_column::value, account.value, account.type->money_decimals);
    set_open_lot(row, account);
    row.store();
    if (account.stored == nullptr)
        pg::insert(ledger.accounts);
    else
        pg::update(ledger.accounts, &account.stored->t_self, ledger.snapshot);
}

} // namespace

Account open_account(Ledger& ledger, std::string_view customer, const CreditType* type)
{
    const auto key = pg::make_key(customer, type->type_id);
    if (!pg::find(ledger.accounts, catalog().account_pkey, key, ledger.snapshot))
        return new_account(customer, type);
    pg::require_visible_to_transaction(ledger.accounts);
    return read_account(ledger.accounts, customer, type);
}

void close_account(Ledger& ledger, Account& account)
{
    end_open_lots(ledger, account);
    const MemoryContext caller = MemoryContextSwitchTo(ledger.row_memory);
    for (LoadedLot* const lot : pg::span_of(account.lots)) {
        if (lot->is_changed)
            write_lot(ledger, account, *lot);
        forget_row(ledger);
    }
    write_account(ledger, account);
    MemoryContextSwitchTo(caller);
    forget_row(ledger);
}

} // namespace credits
