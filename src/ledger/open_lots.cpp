// The open lots of one account, in order of sale.
// Draws mostly come after everything that gives (rule 13), so the lots that this batch opened or filled are known when the first
// draw looks for the oldest one: they are sorted once and merged with those that were open before. What is opened or filled
// later, when lines are taken in day by day, is sorted in.
//
// Of those that were open before the account's row names the oldest, and where it lay. So as long as that one has credits no
// other is looked for; then an index scan goes on from it.
#include "ledger/open_lots.hpp"

#include <algorithm>

#include "ledger/lots.hpp"
#include "pg/key.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

namespace credits
{

namespace
{

void sort_given_lots(Ledger& ledger, Account& account)
{
    for (LoadedLot* const lot : pg::span_of(account.lots))
        keep(ledger, account.given, lot);
    std::sort(account.given.items, account.given.items + account.given.count, is_older);
}

void begin_scan(Ledger& ledger, Account& account)
{
    const auto key = pg::make_key(account.account_no);
    account.open_lots.cursor = pg::begin_scan(ledger.lots, catalog().lot_open_idx, key, ledger.snapshot);
    account.open_lots.is_begun = true;
}

/// The oldest of the lots that this batch has touched before its first draw and that still have credits.
LoadedLot* oldest_given(Account& account)
{
    while (account.next_given < account.given.count && account.given.items[account.next_given]->lot.remaining == core::zero)
        account.next_given++;
    return account.next_given < account.given.count ? account.given.items[account.next_given] : nullptr;
}

/// The next lot of the index scan that is not among those.
LoadedLot* next_scanned(Ledger& ledger, Account& account)
{
    OpenLotScan& scan = account.open_lots;
    while (!scan.is_ended) {
        if (!scan.is_begun)
            begin_scan(ledger, account);
        if (!pg::next(scan.cursor)) {
            scan.is_ended = true;
            break;
        }
        const int64 lot_no = DatumGetInt64(pg::get_not_null(ledger.lots, lot_column::lot_no));
        if (find_loaded(account, lot_no) == nullptr)
            return &load_found(ledger, account);
    }
    return nullptr;
}

/// Stores the lot that the account's row names in lots.found, as long as its row lies where it did. The table may have been
/// rewritten since, and be smaller.
bool find_in_place(Ledger& ledger, const Account& account)
{
    pg::Table& lots = ledger.lots;
    return pg::fetch_from_guess(lots, account.open_lot, ledger.snapshot) &&
           DatumGetInt64(pg::get_not_null(lots, lot_column::lot_no)) == account.open_lot_no &&
           DatumGetInt32(pg::get_not_null(lots, lot_column::account_no)) == account.account_no;
}

/// The lot that the account's row names; null when it names none.
LoadedLot* named_lot(Ledger& ledger, Account& account)
{
    if (!account.knows_open_lot || account.open_lot_no == 0)
        return nullptr;
    if (LoadedLot* const loaded = find_loaded(account, account.open_lot_no))
        return loaded;
    return find_in_place(ledger, account) ? &load_found(ledger, account) : &get_lot(ledger, account, account.open_lot_no);
}

void begin_draws(Ledger& ledger, Account& account)
{
    sort_given_lots(ledger, account);
    account.scanned = named_lot(ledger, account);
    account.open_lots.is_ended = account.knows_open_lot && account.open_lot_no == 0;
    account.is_drawn = true;
}

LoadedLot* oldest_loaded(const Account& account)
{
    LoadedLot* oldest = nullptr;
    for (LoadedLot* const lot : pg::span_of(account.lots))
        if (lot->lot.remaining > core::zero && (oldest == nullptr || is_older(lot, oldest)))
            oldest = lot;
    return oldest;
}

/// Is every open lot that was not loaded younger than those that were?
bool are_oldest_loaded(Ledger& ledger, Account& account)
{
    if (account.is_drawn)
        return account.open_lots.is_ended || (account.scanned != nullptr && account.scanned->lot.remaining > core::zero);
    const LoadedLot* const named = named_lot(ledger, account);
    return account.knows_open_lot && (named == nullptr || named->lot.remaining > core::zero);
}

} // namespace

LoadedLot* oldest_open_lot(Ledger& ledger, Account& account)
{
    if (!account.is_drawn)
        begin_draws(ledger, account);
    if (account.scanned != nullptr && account.scanned->lot.remaining == core::zero)
        account.scanned = nullptr;
    if (account.scanned == nullptr)
        account.scanned = next_scanned(ledger, account);
    LoadedLot* const given = oldest_given(account);
    if (given == nullptr || account.scanned == nullptr)
        return given == nullptr ? account.scanned : given;
    return is_older(given, account.scanned) ? given : account.scanned;
}

LoadedLot* newest_open_lot(Ledger& ledger, Account& account)
{
    LoadedLot* newest = nullptr;
    for (LoadedLot* const lot : pg::span_of(account.lots))
        if (lot->lot.remaining > core::zero && (newest == nullptr || is_older(newest, lot)))
            newest = lot;
    const auto key = pg::make_key(account.account_no);
    pg::IndexCursor cursor = pg::begin_scan(ledger.lots, catalog().lot_open_idx, key, ledger.snapshot);
    int64 lot_no = 0;
    while (lot_no == 0 && pg::previous(cursor)) {
        lot_no = DatumGetInt64(pg::get_not_null(ledger.lots, lot_column::lot_no));
        if (find_loaded(account, lot_no) != nullptr)
            lot_no = 0;
    }
    pg::end_scan(cursor);
    if (lot_no == 0)
        return newest;
    LoadedLot* const scanned = &get_lot(ledger, account, lot_no);
    return newest == nullptr || is_older(newest, scanned) ? scanned : newest;
}

void end_open_lots(Ledger& ledger, Account& account)
{
    if (account.lots.count > 0) {
        account.knows_open_lot = are_oldest_loaded(ledger, account);
        account.first_open = account.knows_open_lot ? oldest_loaded(account) : nullptr;
        account.open_lot_no = account.first_open == nullptr ? 0 : account.first_open->lot.lot_no;
    }
    if (account.open_lots.is_begun)
        pg::end_scan(account.open_lots.cursor);
    account.open_lots.is_begun = false;
}

} // namespace credits
