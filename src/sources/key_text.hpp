// The text of a key: its columns as text joined by `/`, with `/` and `\` escaped by `\`. The ledger knows lines by it, `origin`
// and `refers_to` name them by it, `settle` a document.
#pragma once

#include <span>
#include <string_view>

#include "sources/source.hpp"

namespace credits
{

/// Can all columns be read from text? Integers, numeric, text, uuid, boolean and date can, and domains over them.
bool is_key_readable(std::span<const KeyColumn> key);

/// Reads the text of a key into one value per column, of the column's base type, in the order of `key`, in the current memory
/// context. False: no row has such a key, since there are too many or too few parts, or one is not as its type writes it.
/// Raises nothing.
bool parse_key(std::span<const KeyColumn> key, std::string_view text, Datum* values);

} // namespace credits
