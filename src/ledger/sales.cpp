// Sales: a lot opened, changed and closed (rules 10 and 14).
#include "ledger/sales.hpp"

#include "errors/saving.hpp"
#include "ledger/entries.hpp"
#include "ledger/lots.hpp"
#include "ledger/revaluation.hpp"
#include "ledger/standing_entries.hpp"
#include "pg/key.hpp"
#include "pg/numeric.hpp"
#include "pg/snapshot.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

namespace credits
{

namespace
{

bool is_value_alone_changed(const core::Lot& lot)
{
    return lot.remaining == lot.quantity && lot.credited == core::zero && lot.remaining_value != lot.value;
}

/// Some credits were drawn while a credit note had changed their value, and came back at that value after it was gone: what it
/// left behind must not keep the sale from changing (rule 14).
void correct_value(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, const Document& document)
{
    const core::Amount value{lot.lot.value.units - lot.lot.remaining_value.units};
    lot.lot.remaining_value = lot.lot.value;
    book_change(ledger, account, line, lot,
                {.kind = core::EntryKind::correction,
                 .document = document,
                 .quantity = {},
                 .value = value,
                 .has_amount = false,
                 .amount = {},
                 .reverses = 0,
                 .booked_on = booking_date(ledger, document, available_on(lot))});
}

} // namespace

bool is_used(const Recorded& sale)
{
    return pg::read_latest(catalog().lot, [&](pg::Table& lots, const pg::DatedSnapshot& snapshot) {
        const auto key = pg::make_key(sale.account_no, sale.lot_no);
        const auto units = [&](int column) { return pg::to_amount(pg::get_not_null(lots, column)).units; };
        return pg::find(lots, catalog().lot_pkey, key, snapshot) &&
               (units(lot_column::remaining) != units(lot_column::quantity) || units(lot_column::credited) != 0);
    });
}

void change_lot(Ledger& ledger, Account& account, DocumentLine& line, const core::Effect& sale)
{
    LoadedLot& loaded = get_lot(ledger, account, line.recorded->lot_no);
    core::Lot& lot = loaded.lot;
    const Document document = recorded_document(line);
    if (is_value_alone_changed(lot) && !has_change_of_value(ledger, account, lot.lot_no))
        correct_value(ledger, account, line, loaded, document);
    if (!core::is_untouched(lot))
        errors::lot_not_consumed(place_of(line), account.customer, account.type->code, lot);
    const core::Lot before = lot;
    lot.quantity = lot.remaining = sale.credits;
    lot.value = lot.remaining_value = sale.value;
    lot.amount = sale.amount;
    loaded.is_resold = true;
    const int64 opening = line.recorded->opening_entry_no;
    book_change(ledger, account, line, loaded,
                {.kind = opening == 0 ? core::EntryKind::sale_change : core::EntryKind::opening,
                 .document = document,
                 .quantity = {lot.quantity.units - before.quantity.units},
                 .value = {lot.value.units - before.value.units},
                 .has_amount = opening == 0,
                 .amount = {lot.amount.units - before.amount.units},
                 .reverses = opening,
                 .booked_on = booking_date(ledger, document, available_on(loaded))});
    revalue_again(ledger, account, line, loaded, first_entry, document);
}

void open_lot(Ledger& ledger, Account& account, DocumentLine& line)
{
    const core::Effect& sale = line.settlement.sale;
    const DateADT booked_on = booking_date(ledger, present_document(line), DATEVAL_NOBEGIN);
    LoadedLot& lot = add_lot(ledger, account,
                             {
                                 .lot = {.lot_no = ++account.last_lot_no,
                                         .quantity = sale.credits,
                                         .amount = sale.amount,
                                         .value = sale.value,
                                         .remaining = sale.credits,
                                         .remaining_value = sale.value,
                                         .credited = core::zero,
                                         .returned = core::zero},
                                 .sold_on = line.date,
                                 .booked_on = booked_on,
                                 .returned_on = DATEVAL_NOBEGIN,
                                 .changed_on = DATEVAL_NOBEGIN,
                                 .unreturned_on = DATEVAL_NOBEGIN,
                                 .last_entry_no = 0,
                                 .stored = nullptr,
                                 .sale = &line,
                                 .is_changed = true,
                                 .is_resold = true,
                                 .is_refunded = true,
                                 .place = {},
                             });
    book(ledger, account, line, lot,
         {.kind = line.is_opening ? core::EntryKind::opening : core::EntryKind::sale,
          .document = present_document(line),
          .quantity = sale.credits,
          .value = sale.value,
          .has_amount = !line.is_opening,
          .amount = sale.amount,
          .reverses = 0,
          .booked_on = booked_on});
}

} // namespace credits
