// What attach asks of tables, and what detach and the protection of attached tables ask again.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Opens a table that its owner wants to attach, detach, bind or unbind (`act`), so that nobody writes to it meanwhile. These are
/// changes of settings (rule 5): he must have the privileges of credits_management, too. Raises 42501, 42P01.
Relation open_own_table(const char* act, Oid oid);

/// Why a relation cannot be relied on: it is temporary or unlogged; null: it lasts.
const char* why_not_lasting(Relation table);

/// Is it PostgreSQL's own, which initdb made, or of the extension?
bool belongs_to_system(Relation table);

/// Raise 42809 or 0A000 when such a table cannot be attached.
void check_line_table(Relation table);
void check_header_table(Relation table);

/// Runs a command as the extension's owner, so that the caller needs no right on its schema.
void execute_as_owner(const char* sql);

} // namespace credits
