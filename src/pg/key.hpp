// The conditions of a lookup in one of the extension's own indexes: text under collation "C", integers, oids.
#pragma once

#include <array>
#include <string_view>

#include "pg/table.hpp"
#include "pg/text.hpp"

extern "C" {
#include "catalog/pg_collation.h"
}

namespace credits::pg
{

inline KeyPart key_part(std::string_view value)
{
    return {.equals = F_TEXTEQ, .collation = C_COLLATION_OID, .value = to_text(value)};
}
inline KeyPart key_part(int32 value) { return {.equals = F_INT4EQ, .collation = InvalidOid, .value = Int32GetDatum(value)}; }
inline KeyPart key_part(int64 value) { return {.equals = F_INT8EQ, .collation = InvalidOid, .value = Int64GetDatum(value)}; }
inline KeyPart key_part(Oid value) { return {.equals = F_OIDEQ, .collation = InvalidOid, .value = ObjectIdGetDatum(value)}; }

inline KeyPart key_part(FullTransactionId value)
{
    return {.equals = F_XID8EQ, .collation = InvalidOid, .value = FullTransactionIdGetDatum(value)};
}

/// The rows from this number on.
inline KeyPart at_least(int64 value)
{
    return {.equals = F_INT8GE, .collation = InvalidOid, .value = Int64GetDatum(value), .strategy = BTGreaterEqualStrategyNumber};
}

inline KeyPart null_part() { return {.equals = InvalidOid, .collation = InvalidOid, .value = 0}; }

template <class... Values>
std::array<KeyPart, sizeof...(Values)> make_key(Values... values)
{
    return {key_part(values)...};
}

} // namespace credits::pg
