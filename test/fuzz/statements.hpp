// Random statements: text alone, made before anything runs. They name lines and documents by numbers of a small range, so that
// they meet, and go on to mean something when those before them are left out.
#pragma once

#include "schema.hpp"

namespace fuzz
{

/// What one connection sends in one go: a transaction, or a statement by itself.
struct Unit {
    int connection;
    std::vector<std::string> statements;
};

inline constexpr int clerks = 8;
inline constexpr int dba = clerks; // the numbers of connections: his, who is a superuser,
inline constexpr int opening = -1; // and of what comes before all others

inline constexpr int lines_in_use = 36;
inline constexpr int documents_in_use = 8;

/// Documents, and credits to use.
std::vector<Unit> opening_units(Chance& chance, const Schema& schema);

/// A transaction of a clerk.
Unit random_unit(Chance& chance, const Schema& schema, int connection);

/// What happens at the border: settings, maintenance, DDL, detach and attach, cancelled and ended sessions.
Unit random_event(Chance& chance, const Schema& schema, int connection);

} // namespace fuzz
