// The protection of what is attached or bound: commands that would take a part of it are refused with 2BP01.
#pragma once

#include "errors/protecting.hpp"
#include "pg/postgres.hpp"

namespace credits
{

/// What is about to be done to a table ("drop table erp.line"), and which function sets the table free.
struct Act {
    const char* name;
    const char* way_out = "detach";
    MemoryContext memory = CurrentMemoryContext; // for its message
};

[[noreturn]] inline void refuse(const Act& act, const char* detail) { errors::needed(act.name, detail, act.way_out); }

/// An error context callback over an Act: says why it is refused, instead of what attach or bind would say to such a table.
void explain_refusal(void* act);

/// Calls fn(), which asks of a table what attach or bind asks; its refusals become those of the act.
template <class Fn>
void refuse_unless(const Act& act, Fn fn)
{
    ErrorContextCallback callback{.previous = error_context_stack, .callback = explain_refusal, .arg = const_cast<Act*>(&act)};
    error_context_stack = &callback; // an error unwinds it
    fn();
    error_context_stack = callback.previous;
}

} // namespace credits
