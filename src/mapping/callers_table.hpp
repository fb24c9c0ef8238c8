// Tables that their owner attaches or binds, and the commands that this takes.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Opens a table that its owner wants to attach, detach, bind or unbind (`act`), so that nobody writes to it meanwhile. These are
/// changes of settings (rule 5): he must have the privileges of credits_management, too. Raises 42501, 42P01.
Relation open_callers_table(const char* act, Oid oid);

/// Why a relation cannot be relied on: it is temporary or unlogged; null: it lasts.
const char* why_not_lasting(Relation table);

/// Is it PostgreSQL's own, which initdb made, or of the extension?
bool belongs_to_system(Relation table);

/// Runs a command as the extension's owner, so that the caller needs no right on its schema.
void execute_as_owner(const char* sql);

} // namespace credits
