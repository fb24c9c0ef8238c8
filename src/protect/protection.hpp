// The protection of what is attached or bound: commands that would take a part of it are refused with 2BP01.
#pragma once

#include "errors/protecting.hpp"
#include "pg/postgres.hpp"

namespace credits
{

/// What is about to be done to a table ("drop table erp.line"), and which function sets the table free.
struct Command {
    const char* name;
    const char* way_out = "detach";
    MemoryContext memory = CurrentMemoryContext; // for its message
};

[[noreturn]] inline void refuse(const Command& command, const char* detail)
{
    errors::needed(command.name, detail, command.way_out);
}

/// An error context callback over a Command: says why it is refused, instead of what attach or bind would say to such a table.
void explain_refusal(void* command);

/// Calls fn(), which asks of a table what attach or bind asks; its refusals become those of the command.
template <class Fn>
void refuse_unless(const Command& command, Fn fn)
{
    ErrorContextCallback callback{
        .previous = error_context_stack, .callback = explain_refusal, .arg = const_cast<Command*>(&command)};
    error_context_stack = &callback; // an error unwinds it
    fn();
    error_context_stack = callback.previous;
}

} // namespace credits
