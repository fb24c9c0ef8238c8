// The ledger: accounts, lots and entries, read and written by direct access.
// The caller holds the gate and the customer's row (invariant 3), and one snapshot taken after the last lock.
// A Ledger lives for one batch; an account is opened, changed and closed before the next one.
#pragma once

#include "ledger/provenance.hpp"
#include "lines/line.hpp"
#include "pg/array.hpp"
#include "pg/table.hpp"

namespace credits
{

/// One lot as the batch sees it. Written once, when its account is closed.
struct LoadedLot {
    core::Lot lot;
    DateADT sold_on;
    DateADT booked_on;
    DateADT returned_on;   // booking date of the last return that stands; DATEVAL_NOBEGIN: none
    DateADT changed_on;    // until then what was sold, or its worth, was another, by date; DATEVAL_NOBEGIN: never
    DateADT unreturned_on; // until then it had credits of a return that was undone later; DATEVAL_NOBEGIN: never
    int64 last_entry_no;
    HeapTuple stored;         // null: sold in this batch
    const DocumentLine* sale; // the line that sold it, in this batch
    bool is_changed;
    bool is_resold;        // quantity, amount and value changed, too
    bool is_refunded;      // so did what credit notes and returns did to it
    ItemPointerData place; // of its row
};

/// An index scan over the lots that were open before the batch, one row ahead.
struct OpenLotScan {
    pg::IndexCursor cursor;
    bool is_begun;
    bool is_ended;
};

/// Credits of a return that still look for the draws that they undo.
struct PendingReturn {
    DocumentLine* line;
    core::Amount left;
};

struct Account {
    int32 account_no; // 0: it gets one with its first entry
    std::string_view customer;
    const CreditType* type;
    bool is_newer;    // somebody else has changed it since the transaction's snapshot was taken
    HeapTuple stored; // null: a new account
    int64 last_lot_no;
    int64 last_entry_no;
    bool is_below_alarm;
    core::Amount balance;
    core::Amount value;
    bool has_own_alarm_level;
    core::Amount own_alarm_level;
    int64 revalued_entry_no;     // the last one before the type had another unit value; 0: it always had this one
    DateADT revalued_on;         // when it got that; DATEVAL_NOBEGIN: never
    core::Amount balance_before; // when it was opened
    bool knows_open_lot;         // is this known:
    int64 open_lot_no;           // its oldest open lot; 0: none is open
    ItemPointerData open_lot;    // where its row lay
    LoadedLot* first_open;       // that lot, when the account is closed; null: it is not loaded

    pg::Array<LoadedLot*> lots;
    HTAB* lots_by_number;        // once there are many; else null
    bool is_drawn;               // the oldest lot was looked for
    OpenLotScan open_lots;       // once the one that the row names has no credits any more
    LoadedLot* scanned;          // the oldest of those that were open before
    pg::Array<LoadedLot*> given; // the lots that this batch opened, filled or changed, in order of sale; from the first draw on
    int next_given;

    pg::Array<PendingReturn> pending;
};

struct Ledger {
    pg::Table entries;
    pg::Table accounts;
    pg::Table lots;
    pg::DatedSnapshot snapshot;
    MemoryContext memory;     // of the batch
    MemoryContext row_memory; // emptied after each row written; for one line, that of the batch
    DateADT first_open_day;
    TimestampTz recorded_at;
    std::string_view recorded_by;
    Provenance provenance; // of the last entry,
    int32 provenance_no;   // and its number; 0: there is none yet
};

/// Opens the ledger for writing, or, with AccessShareLock, for looking only; its snapshot is taken after that.
enum class SaveSize { one_line, many_lines };
Ledger open_ledger(DateADT first_open_day, SaveSize size, LOCKMODE mode = RowExclusiveLock);
void close_ledger(Ledger& ledger);

/// Empties the memory of the row just written.
void forget_row(Ledger& ledger);

/// Adds to an array that lives as long as the batch.
template <class T>
T& keep(Ledger& ledger, pg::Array<T>& array, T item)
{
    const MemoryContext caller = MemoryContextSwitchTo(ledger.memory);
    T& kept = pg::append(array, item);
    MemoryContextSwitchTo(caller);
    return kept;
}

} // namespace credits
