// Library and script of the extension, which come to a server by different ways: a package replaces the one, ALTER EXTENSION
// credits UPDATE the other. A function of the one version may have other arguments in the other: they serve only together.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// As credits.control said when the library was built.
const char* library_version();

/// Does a script of the extension run, at its installation or update? Then its tables are those of some version in between.
bool is_own_script_running();

/// Raises 55000 when the installed extension is of another version than the library.
void require_own_version();

} // namespace credits
