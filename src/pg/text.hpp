// Text datums as string views and back. A view lives as long as the context that its datum was read in; one without data stands
// for SQL's null.
#pragma once

#include <string_view>

#include "pg/postgres.hpp"

namespace credits
{

inline bool is_null(std::string_view text) { return text.data() == nullptr; }

} // namespace credits

namespace credits::pg
{

/// Reads a text datum; it is detoasted into the current memory context when needed.
inline std::string_view to_view(Datum text_datum)
{
    struct varlena* value = pg_detoast_datum_packed(reinterpret_cast<struct varlena*>(DatumGetPointer(text_datum)));
    return {VARDATA_ANY(value), static_cast<size_t>(VARSIZE_ANY_EXHDR(value))};
}

/// Makes a text datum in the current memory context.
inline Datum to_text(std::string_view view)
{
    return PointerGetDatum(cstring_to_text_with_len(view.data(), static_cast<int>(view.size())));
}

/// Makes a C string in the current memory context.
inline char* to_cstring(std::string_view view) { return pnstrdup(view.data(), view.size()); }

/// Copies a view into the current memory context.
inline std::string_view copy(std::string_view view)
{
    char* copied = static_cast<char*>(palloc(view.size() + 1));
    memcpy(copied, view.data(), view.size());
    copied[view.size()] = '\0';
    return {copied, view.size()};
}

} // namespace credits::pg
