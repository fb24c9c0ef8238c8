// Whose statement fires an AFTER trigger. Up to 17 a trigger runs as he. From 18 on it runs as who acted when its event was
// queued, and what a foreign key cascades is queued as the owner of the table that refers: the statement's role is kept aside.
#pragma once

#include "pg/identity.hpp"

namespace credits::pg
{

/// Listens to the end of every statement, where that is needed; called once, when the library is loaded.
void watch_statements();

/// The role whose statement fires the trigger. A session's first statement may have begun before the library was loaded: then the
/// owner's work is taken for a cascade, by the session's role, unless it is plain that the owner acts himself.
Oid firing_role(const TriggerData& trigger);

/// Calls fn as that role.
template <class Fn>
void as_firing_role(const TriggerData& trigger, Fn fn)
{
    const Oid role = firing_role(trigger);
    role == GetUserId() ? fn() : as_saving_role(role, fn);
}

} // namespace credits::pg
