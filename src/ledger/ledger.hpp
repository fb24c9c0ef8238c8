// The ledger: accounts, lots and entries, read and written by direct access.
// The caller holds the gate and the customer's row (invariant 3), and one snapshot taken after the last lock.
// A Ledger lives for one batch; an account is opened, changed and closed before the next one.
#pragma once

#include "lines/line.hpp"
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
    bool is_resold;   // quantity, amount and value changed, too
    bool is_refunded; // so did what credit notes and returns did to it
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
    std::string_view customer;
    const CreditType* type;
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

    LoadedLot** lots;
    int lot_count;
    int lot_capacity;
    HTAB* lots_by_number;  // once there are many; else null
    OpenLotScan open_lots; // from the first draw on
    LoadedLot* scanned;    // the oldest of the scan that still has credits
    LoadedLot** given;     // the lots that this batch opened, filled or changed, in order of sale; from the first draw on
    int given_count;
    int given_capacity;
    int next_given;

    PendingReturn* pending;
    int pending_count;
    int pending_capacity;
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
};

/// Opens the ledger for writing, or, with AccessShareLock, for looking only; its snapshot is taken after that.
enum class BatchSize { one_line, many_lines };
Ledger open_ledger(DateADT first_open_day, BatchSize size, LOCKMODE mode = RowExclusiveLock);
void close_ledger(Ledger& ledger);

/// Empties the memory of the row just written.
void forget_row(Ledger& ledger);

/// Finds the account or makes a new one.
Account open_account(Ledger& ledger, std::string_view customer, const CreditType* type);

/// Writes the lots and the account, and returns it as it is now.
void close_account(Ledger& ledger, Account& account);

/// Returns credits of a recorded consumption to the lots they came from, last draw first (rule 15). What a return has given back
/// before is taken from it, and looks for another draw.
void give_back(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits);

/// Changes the lot of a recorded sale to `sale` (zeros empty it). Refused when some of it is consumed (rule 14).
void change_lot(Ledger& ledger, Account& account, DocumentLine& line, const core::Effect& sale);

/// Opens a new lot (rule 10).
void open_lot(Ledger& ledger, Account& account, DocumentLine& line);

/// Draws credits from the oldest lots (rule 11). Refused when there are not enough (rule 12).
void draw(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits);

/// Takes credits out of the lot that the credit note refers to, else out of the newest, or changes the value of that lot (rule
/// 17). Refused when less is open.
void credit(Ledger& ledger, Account& account, DocumentLine& line, const core::NoteStep& step);

/// Gives back what a recorded credit note took, last draw first; of a change of value what the lot still allows.
void undo_credit(Ledger& ledger, Account& account, DocumentLine& line, const core::NoteStep& step);

/// Books the amount alone by which a credit note changes.
void correct_amount(Ledger& ledger, Account& account, DocumentLine& line, core::Amount amount);

/// The lot of the sale that the line refers to, as the ledger has it recorded for the line's customer and type; 0: none.
int64 find_lot_referred_to(const DocumentLine& line);

/// Gives credits back to the lots last drawn (rule 17); what finds no draw yet is left pending.
void give_return(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits);

/// Leaves it pending at once: for a return whose own draws are not free yet.
void give_return_later(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits);

/// A return that shrinks first gives up what it lost to its draws that went.
void absorb_lost_return(Account& account, DocumentLine& line);

/// Lets returns that find no draw have those of a return that shrinks in the same save: no credits move.
void hand_over_draws(Ledger& ledger, Account& account, DocumentLine& line);

/// Takes what a recorded return gave back again, the last given first; from the oldest lots where others have it by now.
void take_return_again(Ledger& ledger, Account& account, DocumentLine& line, core::Amount credits);

/// Ties the pending returns to draws, as far as there are any.
void tie_pending(Ledger& ledger, Account& account);

/// The end of a save: refused while a return has given back more than is consumed.
void end_save(Ledger& ledger, Account& account);

/// The line key of a registration by hand: its account and the number of its first entry.
std::string_view registration_key(std::string_view customer, int32 type_id, int64 entry_no);

/// Reads what is recorded for a line; null when nothing ever was. Needs no lock of a customer: whoever settles a line holds the
/// line's own row or its header's.
Recorded* read_recorded(pg::Table& entries, Oid line_table, std::string_view key, const pg::DatedSnapshot& snapshot);

/// What is recorded for a line that was a return, of that alone: the line may have been booked as something else since. Which
/// draws it undoes changes with other saves of its customer: read under his lock.
Recorded* read_recorded_return(pg::Table& entries, const DocumentLine& line, const pg::DatedSnapshot& snapshot);

} // namespace credits
