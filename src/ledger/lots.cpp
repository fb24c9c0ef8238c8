// The lots of one open account.
#include "ledger/lots.hpp"

#include <algorithm>

#include "errors/internal.hpp"
#include "pg/key.hpp"
#include "pg/row.hpp"
#include "pg/table_writer.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

namespace credits
{

namespace
{

constexpr int many_lots = 16;

struct LotByNumber {
    int64 lot_no;
    LoadedLot* lot;
};

void index_lot(Account& account, LoadedLot* lot)
{
    bool is_found = false;
    auto* entry = static_cast<LotByNumber*>(hash_search(account.lots_by_number, &lot->lot.lot_no, HASH_ENTER, &is_found));
    entry->lot = lot;
}

void index_lots(Account& account)
{
    HASHCTL control{};
    control.keysize = sizeof(int64);
    control.entrysize = sizeof(LotByNumber);
    control.hcxt = CurrentMemoryContext;
    account.lots_by_number = hash_create("credits lots", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    for (LoadedLot* const lot : pg::span_of(account.lots))
        index_lot(account, lot);
}

LoadedLot& remember(Ledger& ledger, Account& account, const LoadedLot& lot)
{
    const MemoryContext caller = MemoryContextSwitchTo(ledger.memory);
    auto* kept = static_cast<LoadedLot*>(palloc(sizeof(LoadedLot)));
    *kept = lot;
    pg::append(account.lots, kept);
    if (account.lots_by_number != nullptr)
        index_lot(account, kept);
    else if (account.lots.count > many_lots)
        index_lots(account);
    MemoryContextSwitchTo(caller);
    return *kept;
}

core::Amount get_amount(const pg::Table& lots, int column) { return pg::to_amount(pg::get_not_null(lots, column)); }

DateADT get_date(const pg::Table& lots, int column)
{
    bool is_null = false;
    const Datum date = pg::get(lots, column, &is_null);
    return is_null ? DATEVAL_NOBEGIN : DatumGetDateADT(date);
}

/// Sorts a lot in that is opened or filled after the first draw.
LoadedLot& give(Ledger& ledger, Account& account, LoadedLot& lot)
{
    if (!account.is_drawn)
        return lot;
    const std::span<LoadedLot*> given = pg::span_of(account.given);
    const auto place = std::ranges::lower_bound(given, &lot, is_older) - given.begin();
    account.next_given = std::min(account.next_given, static_cast<int>(place));
    if (place < account.given.count && given[place] == &lot)
        return lot;
    keep(ledger, account.given, &lot);
    LoadedLot** const end = account.given.items + account.given.count;
    std::rotate(account.given.items + place, end - 1, end);
    return lot;
}

void set_sale(pg::Row& row, const DocumentLine& sale)
{
    using namespace lot_column;
    if (sale.source_no != 0)
        row.set_int4(source_no, sale.source_no);
    row.set_text(line_key, sale.key);
    row.set_text(document_kind, sale.kind);
    row.set_text(document_number, sale.number);
    row.set_text(article, sale.article);
    if (sale.coefficient != core::zero)
        row.set_amount(coefficient, sale.coefficient);
    row.set_text(ledger_account, sale.ledger_account);
}

} // namespace

LoadedLot* find_loaded(const Account& account, int64 lot_no)
{
    if (account.lots_by_number != nullptr) {
        const auto* entry = static_cast<const LotByNumber*>(hash_search(account.lots_by_number, &lot_no, HASH_FIND, nullptr));
        return entry == nullptr ? nullptr : entry->lot;
    }
    for (LoadedLot* const lot : pg::span_of(account.lots))
        if (lot->lot.lot_no == lot_no)
            return lot;
    return nullptr;
}

LoadedLot& load_found(Ledger& ledger, Account& account)
{
    pg::Table& lots = ledger.lots;
    pg::require_visible_to_transaction(lots);
    const MemoryContext caller = MemoryContextSwitchTo(ledger.memory);
    const HeapTuple stored = ExecCopySlotHeapTuple(lots.found);
    stored->t_self = lots.found->tts_tid;
    MemoryContextSwitchTo(caller);
    return remember(ledger, account,
                    {
                        .lot =
                            {
                                .lot_no = DatumGetInt64(pg::get_not_null(lots, lot_column::lot_no)),
                                .quantity = get_amount(lots, lot_column::quantity),
                                .amount = get_amount(lots, lot_column::amount),
                                .value = get_amount(lots, lot_column::value),
                                .remaining = get_amount(lots, lot_column::remaining),
                                .remaining_value = get_amount(lots, lot_column::remaining_value),
                                .credited = get_amount(lots, lot_column::credited),
                                .returned = get_amount(lots, lot_column::returned),
                            },
                        .sold_on = DatumGetDateADT(pg::get_not_null(lots, lot_column::sold_on)),
                        .booked_on = DatumGetDateADT(pg::get_not_null(lots, lot_column::booked_on)),
                        .returned_on = get_date(lots, lot_column::returned_on),
                        .changed_on = get_date(lots, lot_column::changed_on),
                        .unreturned_on = get_date(lots, lot_column::unreturned_on),
                        .last_entry_no = DatumGetInt64(pg::get_not_null(lots, lot_column::last_entry_no)),
                        .stored = stored,
                        .sale = nullptr,
                        .is_changed = false,
                        .is_resold = false,
                        .is_refunded = false,
                        .place = lots.found->tts_tid,
                    });
}

bool is_older(const LoadedLot* a, const LoadedLot* b)
{
    return a->sold_on != b->sold_on ? a->sold_on < b->sold_on : a->lot.lot_no < b->lot.lot_no;
}

LoadedLot& get_lot(Ledger& ledger, Account& account, int64 lot_no)
{
    if (LoadedLot* const loaded = find_loaded(account, lot_no))
        return give(ledger, account, *loaded);
    const auto key = pg::make_key(account.account_no, lot_no);
    if (!pg::find(ledger.lots, catalog().lot_pkey, key, ledger.snapshot))
        errors::missing_lot(account.customer, account.type->code, lot_no);
    return give(ledger, account, load_found(ledger, account));
}

LoadedLot& add_lot(Ledger& ledger, Account& account, const LoadedLot& lot)
{
    return give(ledger, account, remember(ledger, account, lot));
}

void write_lot(Ledger& ledger, const Account& account, LoadedLot& loaded)
{
    using namespace lot_column;
    const core::Lot& lot = loaded.lot;
    const int decimals = account.type->money_decimals;
    pg::Row row = loaded.stored == nullptr ? pg::Row(ledger.lots, count) : pg::Row(ledger.lots, loaded.stored);
    row.set_int8(last_entry_no, loaded.last_entry_no);
    row.set_bool(open, lot.remaining > core::zero);
    if (loaded.is_resold) {
        row.set_amount(quantity, lot.quantity);
        row.set_amount(amount, lot.amount, decimals);
        row.set_amount(value, lot.value, decimals);
    }
    row.set_amount(remaining, lot.remaining);
    row.set_amount(remaining_value, lot.remaining_value, decimals);
    if (loaded.is_refunded || loaded.stored == nullptr) {
        row.set_amount(credited, lot.credited);
        row.set_amount(returned, lot.returned);
        row.set_date_or_null(returned_on, loaded.returned_on);
    }
    if (loaded.changed_on != DATEVAL_NOBEGIN)
        row.set_date(changed_on, loaded.changed_on);
    if (loaded.unreturned_on != DATEVAL_NOBEGIN)
        row.set_date(unreturned_on, loaded.unreturned_on);
    if (loaded.stored != nullptr) {
        row.store();
        pg::update(ledger.lots, &loaded.stored->t_self, ledger.snapshot);
        loaded.place = ledger.lots.written->tts_tid;
        return;
    }
    row.set_int4(account_no, account.account_no);
    row.set_int8(lot_no, lot.lot_no);
    row.set_date(sold_on, loaded.sold_on);
    row.set_date(booked_on, loaded.booked_on);
    set_sale(row, *loaded.sale);
    row.store();
    pg::insert(ledger.lots);
    loaded.place = ledger.lots.written->tts_tid;
}

} // namespace credits
