// What kind of thing a relation is, as the catalog says.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

inline bool is_view(Oid relation) { return get_rel_relkind(relation) == RELKIND_VIEW; }

} // namespace credits
