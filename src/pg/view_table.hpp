// Hash tables whose key is a text: equal texts at different addresses are one key.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits::pg
{

inline uint32 hash_view(const void* key, Size)
{
    const auto* view = static_cast<const std::string_view*>(key);
    return DatumGetUInt32(hash_any(reinterpret_cast<const unsigned char*>(view->data()), static_cast<int>(view->size())));
}

inline int compare_views(const void* a, const void* b, Size)
{
    return *static_cast<const std::string_view*>(a) == *static_cast<const std::string_view*>(b) ? 0 : 1;
}

/// Makes a hash table in the current memory context; its entries begin with their key, a view.
inline HTAB* make_view_table(const char* name, long expected_count, Size entry_size)
{
    HASHCTL control{};
    control.keysize = sizeof(std::string_view);
    control.entrysize = entry_size;
    control.hash = hash_view;
    control.match = compare_views;
    control.hcxt = CurrentMemoryContext;
    return hash_create(name, expected_count, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

} // namespace credits::pg
