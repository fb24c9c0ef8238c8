// The protection of what is attached: commands that would take a part of it are refused with 2BP01.
#pragma once

#include "pg/postgres.hpp"

namespace credits
{

/// Before a command: refuses by name what PostgreSQL would refuse with a hint to CASCADE or not as 2BP01, and what could not be
/// undone afterwards. Says nothing of tables that the role does not own: PostgreSQL does.
void check_command(const Node* command);

/// What is about to be done to what is attached ("drop table erp.line"), and the memory for its message.
struct Act {
    const char* name;
    MemoryContext memory;
};

/// An error context callback over an Act: says why it is refused, instead of what attach would say to such a table.
void explain_refusal(void* act);

/// Calls fn(), which asks of a source what attach asks; its refusals become those of the act.
template <class Fn>
void refuse_unless(const char* name, Fn fn)
{
    Act act{.name = name, .memory = CurrentMemoryContext};
    ErrorContextCallback callback{.previous = error_context_stack, .callback = explain_refusal, .arg = &act};
    error_context_stack = &callback; // an error unwinds it
    fn();
    error_context_stack = callback.previous;
}

} // namespace credits
