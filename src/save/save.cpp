// Settles a save: read what is recorded, lock the customers, decide, record.
// Lock order (invariant 4): the gate and the headers were locked by the caller, in this order; the customers come last.
#include <algorithm>

#include "lines/batch.hpp"
#include "schema/catalog.hpp"
#include "save/customers.hpp"
#include "errors/saving.hpp"
#include "ledger/carry_out.hpp"
#include "ledger/recorded.hpp"
#include "save/origins.hpp"
#include "pg/snapshot.hpp"
#include "save/prices.hpp"
#include "save/record_claims.hpp"
#include "ledger/renumbering.hpp"
#include "save/decide.hpp"

namespace credits
{

namespace
{

void find_recorded_of(const Batch& batch, DocumentLine& line, pg::Table& entries, const pg::DatedSnapshot& snapshot)
{
    line.recorded = read_recorded(entries, batch.source->line_table, line.recorded_key, snapshot);
    if (line.is_gone && line.recorded != nullptr)
        line.date = line.recorded->document.date;
}

void read_recorded_of(Batch& batch, DocumentLine& line, pg::Table& entries, const pg::DatedSnapshot& snapshot)
{
    find_recorded_of(batch, line, entries, snapshot);
    read_rest_of_recorded(batch, line);
}

void read_all_recorded(Batch& batch)
{
    if (!batch.reads_ledger)
        return;
    pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        for (DocumentLine& line : lines_of(batch))
            read_recorded_of(batch, line, entries, snapshot);
    });
}

/// A key must fit into the ledger's index; where nothing is booked it need not.
void require_short_key(const DocumentLine& line)
{
    if (line.key.size() > longest_line_key && !changes_nothing(line.settlement))
        errors::key_too_long(line.line_table, line.key.size());
}

void decide_all(const Configuration& settings, const Customers& customers, const Batch& batch)
{
    for (DocumentLine& line : lines_of(batch)) {
        decide(settings, customers, batch.source->sells, line);
        require_short_key(line);
    }
}

void read_recorded_of_chains(Batches batches)
{
    for (Batch* const batch : batches)
        if (std::ranges::any_of(lines_of(*batch), &DocumentLine::is_chained))
            read_all_recorded(*batch);
}

/// Locks the customers. A line with an origin may have been settled by whoever changed that one (doc/design.md), so that is read
/// again, until the locks are those of what is there.
Customers lock_customers_of_chains(Batches batches)
{
    for (;;) {
        const Customers customers = lock_customers(batches);
        if (origins_of(batches) == nullptr)
            return customers;
        const bool stand = do_origins_stand(batches);
        read_recorded_of_chains(batches);
        if (stand && are_recorded_locked(customers, batches))
            return customers;
    }
}

} // namespace

void settle(Batches batches, Order order)
{
    for (Batch* const batch : batches)
        assign_records(*batch);
    for (Batch* const batch : batches)
        read_all_recorded(*batch);
    const Customers customers = order == Order::one_save ? lock_customers_of_chains(batches) : find_customers(batches);
    cover_lines(batches);
    const Configuration& settings = configuration();
    auto* const lines = static_cast<std::span<DocumentLine>*>(palloc(sizeof(std::span<DocumentLine>) * batches.size()));
    for (size_t i = 0; i < batches.size(); i++) {
        follow_renumbering(batches[i]->source->line_table, lines_of(*batches[i]));
        decide_all(settings, customers, *batches[i]);
        lines[i] = lines_of(*batches[i]);
    }
    carry_out(settings, {lines, batches.size()}, order);
    if (order == Order::by_day)
        return;
    for (Batch* const batch : batches)
        set_prices_to_zero(settings, customers, *batch);
}

} // namespace credits
