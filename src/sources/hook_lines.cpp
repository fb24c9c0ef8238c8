// Knows whether a closing's hook runs, and its lines.
#include "sources/hook_lines.hpp"

#include <utility>

#include "pg/key.hpp"
#include "pg/snapshot.hpp"
#include "pg/table.hpp"
#include "schema/catalog.hpp"
#include "schema/gate.hpp"

namespace credits
{

namespace
{

/// The closing whose hook runs; 0: none does. An error in a hook sets back what it was before.
constinit int32 running = 0;

template <class Key>
bool is_there(const Key& key, Snapshot at)
{
    come_to_gate();
    pg::Table table = pg::open_table(catalog().closing_hook_line, AccessShareLock);
    const bool found = pg::in_snapshot(at, table.relation, [&](const pg::DatedSnapshot& snapshot) {
        return pg::find(table, catalog().closing_hook_line_pkey, key, snapshot);
    });
    pg::close_table(table);
    return found;
}

} // namespace

int32 closing_of_running_hook() { return running; }

int32 exchange_running_hook(int32 closing_id) { return std::exchange(running, closing_id); }

bool is_hook_line(int32 source_no, std::string_view key, Snapshot snapshot)
{
    return is_there(pg::make_key(source_no, key), snapshot);
}

bool has_hook_lines(int32 source_no) { return is_there(pg::make_key(source_no), nullptr); }

} // namespace credits
