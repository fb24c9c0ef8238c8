// Messages of an extension that is not the one that its library was made for.
#pragma once

#include "pg/postgres.hpp"

namespace credits::errors
{

/// `column` is null when it is about none.
[[noreturn]] void own_table_differs(const char* table, const char* column, const char* what);
[[noreturn]] void library_is_older(const char* library, const char* extension);
[[noreturn]] void library_is_newer(const char* library, const char* extension);

} // namespace credits::errors
