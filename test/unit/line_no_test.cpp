// The numbers of document lines, which are stored: they stay what they are.
#include <gtest/gtest.h>

#include <string>

#include "core/line_no.hpp"

namespace credits::core
{
namespace
{

constexpr std::int64_t source = std::int64_t{1} << 41;

TEST(LineNo, says_a_key_that_is_a_number)
{
    EXPECT_EQ(line_no(1, "0"), source);
    EXPECT_EQ(line_no(7, "123456"), 7 * source + 123456);
    EXPECT_EQ(line_no(7, "1099511627775"), 7 * source + key_mask);
    EXPECT_TRUE(is_whole_key(line_no(7, "1099511627775")));
}

TEST(LineNo, is_a_hash_of_any_other_key)
{
    for (const char* const key :
         {"", "007", "-1", "+1", " 1", "1 ", "1.0", "1099511627776", "99999999999999999999", "1/2", "é"}) {
        EXPECT_FALSE(is_whole_key(line_no(7, key))) << key;
        EXPECT_EQ(line_no(7, key) >> 41, 7) << key;
    }
    EXPECT_FALSE(is_whole_key(line_no(7, std::string(255, '1'))));
}

TEST(LineNo, is_the_same_on_every_machine)
{
    EXPECT_EQ(line_no(1, "L666110"), 3770355641796);
    EXPECT_EQ(line_no(1, "L700547"), 3770355641796); // two keys may have one number
    EXPECT_NE(line_no(2, "L666110"), line_no(1, "L666110"));
}

TEST(LineNo, of_a_source_beyond_what_it_has_bits_for_is_that_of_another)
{
    EXPECT_EQ(line_no((1 << 22) + 1, "5"), line_no(1, "5"));
    EXPECT_GE(line_no(2147483647, "x"), 0);
}

} // namespace
} // namespace credits::core
