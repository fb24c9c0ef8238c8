// Keys of lines and documents: columns, literals, and the text by which the ledger knows them. Lines and documents are
// numbered from 0; a statement names them by number, so that it makes sense whatever was saved before.
#pragma once

#include <string>
#include <vector>

namespace fuzz
{

enum class KeyKind { integer, bigint, uuid, text, composite };
inline constexpr int key_kinds = 5;

struct Key {
    KeyKind kind;
    std::string stem; // of its columns' names
};

std::vector<std::string> columns_of(const Key& key);
std::vector<std::string> types_of(const Key& key);
std::vector<std::string> literals_of(const Key& key, int number);

/// The key as the ledger writes it: columns joined by '/', '/' and '\' escaped.
std::string text_of(const Key& key, int number);

std::string join(const std::vector<std::string>& parts, const std::string& between = ", ");

/// A text as a literal of SQL.
std::string quoted(const std::string& text);

} // namespace fuzz
