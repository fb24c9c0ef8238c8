// Keys of lines and documents.
#include "keys.hpp"

namespace fuzz
{

std::vector<std::string> columns_of(const Key& key)
{
    if (key.kind == KeyKind::composite)
        return {key.stem + "1", key.stem + "2"};
    return {key.stem};
}

std::vector<std::string> types_of(const Key& key)
{
    switch (key.kind) {
    case KeyKind::integer:
        return {"integer"};
    case KeyKind::bigint:
        return {"bigint"};
    case KeyKind::uuid:
        return {"uuid"};
    case KeyKind::text:
        return {"text"};
    case KeyKind::composite:
        break;
    }
    return {"integer", "text"};
}

/// The values of the columns, not quoted.
static std::vector<std::string> values_of(const Key& key, int number)
{
    const std::string digits = std::to_string(number);
    switch (key.kind) {
    case KeyKind::integer:
        return {digits};
    case KeyKind::bigint:
        return {std::to_string(9'000'000'000 + number)};
    case KeyKind::uuid:
        return {std::string("00000000-0000-0000-0000-000000000000").substr(0, 36 - digits.size()) + digits};
    case KeyKind::text:
        return {"n/" + digits};
    case KeyKind::composite:
        break;
    }
    return {std::to_string(number / 4), "p/" + std::to_string(number % 4)};
}

std::vector<std::string> literals_of(const Key& key, int number)
{
    std::vector<std::string> literals = values_of(key, number);
    for (size_t i = 0; i < literals.size(); ++i)
        if (const std::string type = types_of(key)[i]; type == "text" || type == "uuid")
            literals[i] = quoted(literals[i]);
    return literals;
}

std::string text_of(const Key& key, int number)
{
    std::string text;
    for (const std::string& value : values_of(key, number)) {
        text += text.empty() ? "" : "/";
        for (const char c : value)
            text += (c == '/' || c == '\\') ? std::string{'\\', c} : std::string{c};
    }
    return text;
}

std::string join(const std::vector<std::string>& parts, const std::string& between)
{
    std::string all;
    for (const std::string& part : parts)
        all += (all.empty() ? "" : between) + part;
    return all;
}

std::string quoted(const std::string& text)
{
    std::string literal = "'";
    for (const char c : text)
        literal += c == '\'' ? "''" : std::string{c};
    return literal + "'";
}

} // namespace fuzz
