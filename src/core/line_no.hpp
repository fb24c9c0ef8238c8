// The number of a document line, by which its entries are found: 22 bits of its source's number, a bit that says whether the rest
// is a hash, and 40 bits of the number that its key is, or of a hash of the key. So the lines of a source stand together, in the
// order of their keys where those are numbers.
// It is stored: what it is of a key never changes, on no machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace credits::core
{

inline constexpr int key_bits = 40;
inline constexpr std::int64_t is_hashed_bit = std::int64_t{1} << key_bits;
inline constexpr std::int64_t key_mask = is_hashed_bit - 1;
inline constexpr std::int64_t source_mask = (std::int64_t{1} << 22) - 1;

/// The number of which the key is the text, as it is printed; nothing for another key, or one that needs more bits.
constexpr std::optional<std::int64_t> number_of_key(std::string_view key)
{
    if (key.empty() || key.size() > 13 || (key.size() > 1 && key.front() == '0'))
        return std::nullopt;
    std::int64_t number = 0;
    for (const char digit : key) {
        if (digit < '0' || digit > '9')
            return std::nullopt;
        number = number * 10 + (digit - '0');
    }
    return number <= key_mask ? std::optional(number) : std::nullopt;
}

/// FNV-1a, whose bits MurmurHash3's last step mixes: keys in a row differ in their last byte alone.
constexpr std::int64_t hash_of_key(std::string_view key)
{
    std::uint64_t hash = 14695981039346656037U;
    for (const char byte : key)
        hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
    hash = (hash ^ (hash >> 33)) * 18397679294719823053U;
    hash = (hash ^ (hash >> 33)) * 14181476777654086739U;
    return static_cast<std::int64_t>(hash >> (64 - key_bits));
}

/// Numbers of hashed keys may be those of others, too; so may those of sources beyond four million.
constexpr std::int64_t line_no(std::int32_t source_no, std::string_view key)
{
    const std::int64_t source = (source_no & source_mask) << (key_bits + 1);
    const std::optional<std::int64_t> number = number_of_key(key);
    return source | (number ? *number : is_hashed_bit | hash_of_key(key));
}

/// Does the number say the key?
constexpr bool is_whole_key(std::int64_t line_no) { return (line_no & is_hashed_bit) == 0; }

static_assert(line_no(1, "5") == (std::int64_t{1} << 41) + 5);
static_assert(number_of_key("1099511627775") == key_mask && !number_of_key("1099511627776"));
static_assert(!number_of_key("05") && !number_of_key("") && !number_of_key("-5") && number_of_key("0") == 0);
static_assert(line_no(3, "L5") == line_no(3, "L5") && line_no(3, "L5") != line_no(4, "L5") && !is_whole_key(line_no(3, "L5")));

} // namespace credits::core
