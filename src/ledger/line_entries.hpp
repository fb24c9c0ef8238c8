// The entries of one document line, in all accounts in which it ever was booked. They live in the memory of the save.
#pragma once

#include <span>

#include "ledger/ledger.hpp"

namespace credits
{

struct LineEntry {
    int32 account_no;
    std::string_view customer;
    int32 type_id;
    int64 entry_no;
    int64 lot_no;
    int64 reverses;
    DateADT booked_on;
    core::Act act; // that it books, or undoes
    core::Amount quantity;
    core::Amount value;
    core::Amount amount;
    Document document;
    TimestampTz recorded_at;
    TimestampTz account_at; // the last time in its account
    bool is_opening;
};

/// In the order of booking.
using LineEntries = std::span<const LineEntry>;

bool is_same_account(const LineEntry& a, const LineEntry& b);

/// Reads them account by account; the account that was booked to last comes last.
LineEntries read_line_entries(pg::Table& entries, int32 source_no, std::string_view key, const pg::DatedSnapshot& snapshot);

} // namespace credits
