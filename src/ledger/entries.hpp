// The entries of an open account: what each says, and how it is booked.
#pragma once

#include "core/entry_kind.hpp"
#include "ledger/ledger.hpp"
#include "pg/snapshot.hpp"

namespace credits
{

/// One entry about to be booked. Quantity and value carry their sign: > 0 adds to the balance.
struct Entry {
    core::EntryKind kind;
    Document document;
    core::Amount quantity;
    core::Amount value;
    bool has_amount;
    core::Amount amount;
    int64 reverses; // 0: none
    DateADT booked_on;
    DateADT undone_on = DATEVAL_NOEND; // when that was booked which it undoes, if it does
};

/// Books an entry for the line: the balance follows, the caller has moved the lot. What it undoes on a later day stays on the
/// days between.
void book(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, const Entry& entry);

/// The same for an entry that changes what the lot was worth or what was sold, not only what is left of it. On the days before it
/// the lot is what it was: nothing that follows is booked before (rule 28).
void book_change(Ledger& ledger, Account& account, DocumentLine& line, LoadedLot& lot, const Entry& entry);

/// An entry is booked on the latest of its document's date, what it follows, and the first open day (rule 28).
DateADT booking_date(const Ledger& ledger, const Document& document, DateADT follows);

/// The day from which on the credits of a lot can be taken: of its sale, of the last return to it, or of its last change. Some of
/// them may have been there earlier, but on no day are fewer there than are taken (rule 28).
DateADT available_on(const LoadedLot& lot);

/// The day from which on a draw that was booked on this day can be undone, or returned: on no day is a lot fuller than it was
/// sold.
DateADT undoable_on(const LoadedLot& lot, DateADT booked_on);

/// The kind of the entry in entries.found.
const core::EntryKindRow& read_kind(const pg::Table& entries);

/// What it says of its document and article.
Document read_document(const pg::Table& entries, const Provenance& provenance);

/// The key of its line.
std::string_view read_line_key(const pg::Table& entries);

/// Calls fn(snapshot) so that it sees what this batch has booked so far.
template <class Fn>
auto with_own_entries(Fn fn)
{
    CommandCounterIncrement();
    return pg::with_latest_snapshot(fn);
}

/// The line as it is now: what a new booking says.
Document present_document(const DocumentLine& line);

/// The line as it was booked: what an undoing entry says, so that the line keeps its terms while it does not count (rule 16).
/// Its number is the present one: the ledger has followed it by now.
Document recorded_document(const DocumentLine& line);

/// The line key of a registration by hand: its account and the number of its first entry.
std::string_view registration_key(int32 account_no, int64 entry_no);

} // namespace credits
