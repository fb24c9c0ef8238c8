// Settles a save: read what is recorded, lock the customers, decide, record.
// Lock order (invariant 4): the gate and the headers were locked by the caller, in this order; the customers come last.
#include <algorithm>

#include "alarm.hpp"
#include "batch.hpp"
#include "catalog.hpp"
#include "customers.hpp"
#include "errors.hpp"
#include "ledger.hpp"
#include "line_lookup.hpp"
#include "origin.hpp"
#include "pg/snapshot.hpp"
#include "price.hpp"
#include "renumbering.hpp"
#include "wish.hpp"

namespace credits
{

namespace
{

/// The order in which the operations on one account are carried out (rule 13).
enum class Phase { give_back, change_lot, open_lot, draw };

struct Operation {
    std::string_view customer;
    int32 type_id;
    Phase phase;
    DocumentLine* line;
};

struct Operations {
    Operation* sorted;
    int count;
};

bool is_before(const Operation& a, const Operation& b, Order order)
{
    if (a.customer != b.customer)
        return a.customer < b.customer;
    if (a.type_id != b.type_id)
        return a.type_id < b.type_id;
    if (order == Order::by_day && a.line->date != b.line->date)
        return a.line->date < b.line->date;
    if (a.phase != b.phase)
        return a.phase < b.phase;
    const DocumentLine& left = *a.line;
    const DocumentLine& right = *b.line;
    if (left.date != right.date)
        return left.date < right.date;
    if (left.number != right.number)
        return left.number < right.number;
    if (left.key.size() != right.key.size()) // 9 comes before 10
        return left.key.size() < right.key.size();
    if (left.key != right.key)
        return left.key < right.key;
    return left.line_table < right.line_table;
}

void add_operations(Operations& operations, DocumentLine& line)
{
    const core::Settlement& settlement = line.settlement;
    const auto add_recorded = [&](Phase phase) {
        operations.sorted[operations.count++] = {line.recorded->customer, line.recorded->type_id, phase, &line};
    };
    const auto add_wanted = [&](Phase phase) {
        operations.sorted[operations.count++] = {line.customer, line.type->type_id, phase, &line};
    };
    if (settlement.give_back > core::zero)
        add_recorded(Phase::give_back);
    if (settlement.lot == core::LotChange::change || settlement.lot == core::LotChange::close ||
        settlement.lot == core::LotChange::replace)
        add_recorded(Phase::change_lot);
    if (settlement.lot == core::LotChange::open || settlement.lot == core::LotChange::replace)
        add_wanted(Phase::open_lot);
    if (settlement.draw > core::zero)
        add_wanted(Phase::draw);
}

Operations list_operations(std::span<const std::span<DocumentLine>> lines, Order order)
{
    Size most = 1;
    for (const std::span<DocumentLine> of_source : lines)
        most += 2 * of_source.size();
    Operations operations{
        .sorted = static_cast<Operation*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Operation) * most)), .count = 0};
    for (const std::span<DocumentLine> of_source : lines)
        for (DocumentLine& line : of_source)
            add_operations(operations, line);
    const auto before = [order](const Operation& a, const Operation& b) { return is_before(a, b, order); };
    if (!std::is_sorted(operations.sorted, operations.sorted + operations.count, before))
        std::sort(operations.sorted, operations.sorted + operations.count, before);
    return operations;
}

void carry_out(Ledger& ledger, Account& account, const Operation& operation)
{
    DocumentLine& line = *operation.line;
    switch (operation.phase) {
    case Phase::give_back:
        give_back(ledger, account, line, line.settlement.give_back);
        break;
    case Phase::change_lot:
        change_lot(ledger, account, line, line.settlement.lot == core::LotChange::change ? line.settlement.sale : core::Effect{});
        break;
    case Phase::open_lot:
        open_lot(ledger, account, line);
        break;
    case Phase::draw:
        draw(ledger, account, line, line.settlement.draw);
        break;
    }
}

const CreditType* type_of(const Configuration& configuration, int32 type_id)
{
    const CreditType* const type = find_type(configuration, type_id);
    if (type == nullptr)
        errors::missing_type(type_id);
    return type;
}

/// Carries out the operations on one account; returns the position after them.
int settle_account(const Configuration& configuration, Ledger& ledger, const Operations& operations, int position,
                   Crossings& crossings)
{
    const Operation& first = operations.sorted[position];
    Account account = open_account(ledger, first.customer, type_of(configuration, first.type_id));
    for (; position < operations.count; position++) {
        const Operation& operation = operations.sorted[position];
        if (operation.customer != first.customer || operation.type_id != first.type_id)
            break;
        carry_out(ledger, account, operation);
    }
    watch_level(crossings, account);
    close_account(ledger, account);
    return position;
}

void read_recorded_of(const Batch& batch, DocumentLine& line, pg::Table& entries, Snapshot snapshot)
{
    const Oid line_table = batch.source->line_table;
    if (batch.is_read_again && line.recorded_key != line.key) {
        line.recorded = read_recorded(entries, line_table, line.key, snapshot);
        if (line.recorded != nullptr) {
            line.recorded_key = line.key;
            return;
        }
    }
    line.recorded = read_recorded(entries, line_table, line.recorded_key, snapshot);
    if (line.is_gone && line.recorded != nullptr)
        line.date = line.recorded->document.date;
}

void read_all_recorded(Batch& batch)
{
    if (!batch.reads_ledger)
        return;
    pg::with_latest_snapshot([&](Snapshot snapshot) {
        pg::Table entries = pg::open_table(catalog().entry, AccessShareLock);
        for (DocumentLine& line : lines_of(batch))
            read_recorded_of(batch, line, entries, snapshot);
        pg::close_table(entries);
    });
    if (batch.is_read_again)
        drop_lines_with_same_record(batch);
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

} // namespace

void record(const Configuration& configuration, std::span<const std::span<DocumentLine>> lines, Order order)
{
    const Operations operations = list_operations(lines, order);
    if (operations.count == 0)
        return;
    Crossings crossings{};
    pg::with_latest_snapshot([&](Snapshot snapshot) {
        const bool is_one_line = lines.size() == 1 && lines.front().size() == 1;
        const BatchSize size = is_one_line ? BatchSize::one_line : BatchSize::many_lines;
        Ledger ledger = open_ledger(snapshot, configuration.first_open_day, size);
        for (int position = 0; position < operations.count;)
            position = settle_account(configuration, ledger, operations, position, crossings);
        close_ledger(ledger);
    });
    CommandCounterIncrement(); // what comes after sees the ledger as it is now
    raise_alarms(configuration, crossings);
}

namespace
{

/// Locks the customers. A line with an origin may have been settled by whoever changed that one (doc/design.md), so that is read
/// again, until the locks are those of what is there.
Customers lock_customers_of_chains(Batches batches)
{
    for (;;) {
        const Customers customers = lock_customers(batches);
        if (batches.front()->origins == nullptr)
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
        if (batch->repeats_lines)
            drop_repeated_lines(*batch);
    for (Batch* const batch : batches)
        read_all_recorded(*batch);
    const Customers customers = order == Order::one_save ? lock_customers_of_chains(batches) : find_customers(batches);
    cover_lines(batches);
    const Configuration& settings = configuration();
    auto* const lines = static_cast<std::span<DocumentLine>*>(palloc(sizeof(std::span<DocumentLine>) * batches.size()));
    for (size_t i = 0; i < batches.size(); i++) {
        follow_renumbering(*batches[i]);
        decide_all(settings, customers, *batches[i]);
        lines[i] = lines_of(*batches[i]);
    }
    record(settings, {lines, batches.size()}, order);
    if (order == Order::by_day)
        return;
    for (Batch* const batch : batches)
        set_prices_to_zero(settings, customers, *batch);
}

} // namespace credits
