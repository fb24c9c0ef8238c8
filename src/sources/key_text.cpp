// Reads the text of a key.
#include "sources/key_text.hpp"

#include <algorithm>
#include <charconv>

#include "pg/text.hpp"

namespace credits
{

namespace
{

constexpr size_t longest_numeric = 1000; // digits: far more than a key has, far less than numeric_in refuses

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One part of the text, without its escapes. The text behind it, and its `/`, are cut off from `text`; false when malformed.
bool take_part(std::string_view& text, std::string_view& part)
{
    auto* const plain = static_cast<char*>(palloc(text.size() + 1));
    size_t length = 0;
    size_t i = 0;
    for (; i < text.size() && text[i] != '/'; i++) {
        if (text[i] == '\\' && (++i == text.size() || (text[i] != '/' && text[i] != '\\')))
            return false;
        plain[length++] = text[i];
    }
    part = {plain, length};
    text.remove_prefix(i);
    return true;
}

template <class Integer>
bool read_integer(std::string_view text, Integer& value)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool has_leading_zero = text.starts_with("0") && text.size() > 1;
    return error == std::errc() && end == text.data() + text.size() && !has_leading_zero && !text.starts_with("-0");
}

bool is_numeric(std::string_view text)
{
    if (text.starts_with('-'))
        text.remove_prefix(1);
    const auto* const point = std::find(text.begin(), text.end(), '.');
    const auto is_number = [](const char* first, const char* last) {
        return first != last && std::all_of(first, last, is_digit);
    };
    return text.size() <= longest_numeric && is_number(text.begin(), point) &&
           (point == text.end() || is_number(point + 1, text.end()));
}

/// 00000000-0000-0000-0000-000000000000, in lower case
bool is_uuid(std::string_view text)
{
    constexpr std::string_view form = "00000000-0000-0000-0000-000000000000";
    const auto fits = [](char c, char f) { return f == '-' ? c == '-' : is_digit(c) || (c >= 'a' && c <= 'f'); };
    return std::equal(text.begin(), text.end(), form.begin(), form.end(), fits);
}

/// 2026-01-10; a year of the common era, without zeros before it.
bool read_date(std::string_view text, Datum* value)
{
    const size_t year_length = text.size() < 7 ? 0 : text.size() - 6;
    int year = 0;
    int month = 0;
    int day = 0;
    const auto read = [&](size_t start, size_t length, int& number) {
        const char* const first = text.data() + start;
        const auto [end, error] = std::from_chars(first, first + length, number);
        return error == std::errc() && end == first + length && is_digit(*first);
    };
    if (year_length == 0 || text[year_length] != '-' || text[year_length + 3] != '-' || text.front() == '0' ||
        !read(0, year_length, year) || !read(year_length + 1, 2, month) || !read(year_length + 4, 2, day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > day_tab[isleap(year)][month - 1] || !IS_VALID_JULIAN(year, month, day))
        return false;
    *value = DateADTGetDatum(date2j(year, month, day) - POSTGRES_EPOCH_JDATE);
    return true;
}

char* to_c_string(std::string_view text) { return pnstrdup(text.data(), text.size()); }

bool read_text(Oid type, std::string_view text, Datum* value)
{
    if (type != NAMEOID)
        *value = pg::to_text(text);
    else if (text.size() < NAMEDATALEN)
        *value = DirectFunctionCall1(namein, CStringGetDatum(to_c_string(text)));
    else
        return false;
    return true;
}

bool read_number(Oid type, std::string_view text, Datum* value)
{
    int64 number = 0;
    if (type == NUMERICOID) {
        if (!is_numeric(text))
            return false;
        *value = DirectFunctionCall3(numeric_in, CStringGetDatum(to_c_string(text)), ObjectIdGetDatum(0), Int32GetDatum(-1));
        return true;
    }
    if (!read_integer(text, number))
        return false;
    *value = type == INT8OID ? Int64GetDatum(number) : type == INT4OID ? Int32GetDatum(number) : Int16GetDatum(number);
    return type == INT8OID || (type == INT4OID ? number == static_cast<int32>(number) : number == static_cast<int16>(number));
}

bool read_value(Oid type, std::string_view text, Datum* value)
{
    switch (type) {
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID:
    case NAMEOID:
        return read_text(type, text, value);
    case UUIDOID:
        if (!is_uuid(text))
            return false;
        *value = DirectFunctionCall1(uuid_in, CStringGetDatum(to_c_string(text)));
        return true;
    case DATEOID:
        return read_date(text, value);
    case BOOLOID:
        *value = BoolGetDatum(text == "true");
        return text == "true" || text == "false";
    default:
        return read_number(type, text, value);
    }
}

} // namespace

bool is_key_readable(std::span<const KeyColumn> key)
{
    constexpr Oid readable[]{INT2OID,   INT4OID, INT8OID, NUMERICOID, TEXTOID, VARCHAROID,
                             BPCHAROID, NAMEOID, UUIDOID, BOOLOID,    DATEOID};
    return std::ranges::all_of(
        key, [&](const KeyColumn& column) { return std::ranges::find(readable, column.base_type) != std::end(readable); });
}

bool parse_key(std::span<const KeyColumn> key, std::string_view text, Datum* values)
{
    for (size_t part_no = 0; part_no < key.size(); part_no++) {
        if (part_no > 0 && !text.starts_with('/'))
            return false;
        text.remove_prefix(part_no > 0 ? 1 : 0);
        std::string_view part;
        const auto column = std::ranges::find(key, static_cast<int>(part_no), &KeyColumn::part);
        if (!take_part(text, part) || !read_value(column->base_type, part, &values[column - key.begin()]))
            return false;
    }
    return text.empty();
}

} // namespace credits
