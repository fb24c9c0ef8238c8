// The table of kinds of entries.
#include <gtest/gtest.h>

#include "core/entry_kind.hpp"

namespace credits::core
{
namespace
{

TEST(EntryKind, is_found_by_its_name_alone)
{
    for (const EntryKindRow& row : entry_kinds) {
        EXPECT_EQ(find_entry_kind(row.name), &row_of(row.kind)) << row.name;
        EXPECT_EQ(find_entry_kind(row.name.substr(1)), nullptr) << row.name;
    }
    for (const char* const other : {"", "Sale", "sales", "consumption_", "gift"})
        EXPECT_EQ(find_entry_kind(other), nullptr) << other;
}

TEST(EntryKind, has_a_label_of_its_own)
{
    for (const EntryKindRow& row : entry_kinds)
        EXPECT_EQ(std::ranges::count(entry_kinds, row.label, &EntryKindRow::label), 1) << row.name;
}

TEST(EntryKind, of_a_draw_goes_out_or_either_way_and_undoes_coming_in)
{
    for (const EntryKindRow& row : entry_kinds) {
        EXPECT_TRUE(row.act != Act::consumption || row.sign == Direction::out || row.undoing == Direction::in) << row.name;
        EXPECT_TRUE(row.act != Act::none || row.sign == Direction::none) << row.name; // what no line did moves no credits
    }
}

} // namespace
} // namespace credits::core
