// The kinds of entries: one table says what each is to all who ask. SQL asks it by credits._entry_kind() and
// credits._movement_of(). A new one: a row here, its name in the comment of entry.kind (20-ledger.sql), words for statements in
// 81-page-text.sql, and in test/lint/run; test/pgtap/entry_kind.sql asks that it is booked.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "core/settlement.hpp"

namespace credits::core
{

enum class EntryKind {
    opening,
    sale,
    sale_change,
    credit_note,
    consumption,
    consumption_change,
    return_line,
    revaluation,
    correction,
};

/// Which way credits go.
enum class Direction { any, in, out, either, none };

struct EntryKindRow {
    EntryKind kind;
    char code;                 // in _entry.kind, for good
    std::string_view name;     // in credits.entry.kind
    Act act;                   // that it books, or undoes; none: nothing that its line did
    std::string_view movement; // in a closing: sold, consumed, changes, or opening, which moves nothing (rules 22 and 25)
    std::string_view label;    // in a statement, where a row `opening` is the balance that it begins with
    Direction sign;            // of its quantity
    bool has_value_of_sign;    // its value goes the same way
    Direction undoing;         // going this way it undoes another entry, and names it; none: it never does
};

inline constexpr std::array<EntryKindRow, 9> entry_kinds{{
    {EntryKind::opening, 'o', "opening", Act::sale, "opening", "opening_balance", Direction::either, true, Direction::out},
    {EntryKind::sale, 's', "sale", Act::sale, "sold", "sale", Direction::in, true, Direction::none},
    {EntryKind::sale_change, 'S', "sale_change", Act::sale, "sold", "sale_change", Direction::any, false, Direction::none},
    {EntryKind::credit_note, 'n', "credit_note", Act::credit_note, "sold", "credit_note", Direction::any, true, Direction::in},
    {EntryKind::consumption, 'c', "consumption", Act::consumption, "consumed", "consumption", Direction::out, true,
     Direction::none},
    {EntryKind::consumption_change, 'C', "consumption_change", Act::consumption, "consumed", "consumption_change",
     Direction::either, true, Direction::in},
    {EntryKind::return_line, 'r', "return", Act::return_line, "consumed", "return", Direction::either, true, Direction::in},
    {EntryKind::revaluation, 'v', "revaluation", Act::none, "changes", "revaluation", Direction::none, false, Direction::none},
    {EntryKind::correction, 'x', "correction", Act::none, "changes", "correction", Direction::none, false, Direction::none},
}};

constexpr const EntryKindRow& row_of(EntryKind kind) { return entry_kinds[static_cast<size_t>(kind)]; }

static_assert(std::ranges::all_of(entry_kinds, [](const EntryKindRow& row) { return &row == &row_of(row.kind); }),
              "the rows stand in the order of the enum");

/// Null: there is no kind of this name.
constexpr const EntryKindRow* find_entry_kind(std::string_view name)
{
    const auto* const row = std::ranges::find(entry_kinds, name, &EntryKindRow::name);
    return row == entry_kinds.end() ? nullptr : row;
}

/// Null: there is no kind of this code.
constexpr const EntryKindRow* find_entry_kind(char code)
{
    const auto* const row = std::ranges::find(entry_kinds, code, &EntryKindRow::code);
    return row == entry_kinds.end() ? nullptr : row;
}

} // namespace credits::core
