// The seven steps of a save, once. Lock order (invariant 4): the gate, headers that tell no customer, the turns of the customers
// in the order of their keys, the other headers, the customers' rows. What is waited for before the rows is waited for with none
// of them in our hands. A busy header that is guarded by a customer whom an earlier save has locked is passed.
#include "save/settle.hpp"

#include <algorithm>

#include "errors/saving.hpp"
#include "ledger/carry_out.hpp"
#include "ledger/line_in_hand.hpp"
#include "ledger/renumbering.hpp"
#include "lines/read_lines.hpp"
#include "pg/snapshot.hpp"
#include "save/chains.hpp"
#include "save/choose_record.hpp"
#include "save/decide.hpp"
#include "save/gone_lines.hpp"
#include "save/headerless.hpp"
#include "save/prices.hpp"
#include "save/record_claims.hpp"
#include "save/recorded_lines.hpp"
#include "save/resaved_lines.hpp"
#include "schema/gate.hpp"
#include "settings/customer.hpp"
#include "sources/known_sources.hpp"

namespace credits
{

namespace
{

/// A key must fit into the ledger's index; where nothing is booked it need not.
void require_short_key(const DocumentLine& line)
{
    if (line.key.size() > longest_line_key && !changes_nothing(line.settlement))
        errors::key_too_long(line.line_table, line.key.size());
}

void decide_all(const Configuration& settings, const Customers& customers, Batch& batch)
{
    for (DocumentLine& line : lines_of(batch)) {
        take_in_hand(&line);
        decide(settings, customers, batch.source->sells, line);
        require_short_key(line);
    }
    give_back_the_rest(settings, batch);
}

void begin_look(Save& save)
{
    end_look(save);
    for (Part* const part : pg::span_of(save.parts)) {
        part->batch.image_count = part->given_count;
        part->batch.known_header_count = part->given_known_count;
        if (!save.is_taken_in)
            find_gone_lines(part->batch);
        pg::append(save.batches, &part->batch);
    }
}

Batches batches_of(const Save& save) { return pg::span_of(save.batches); }

bool has_changed_headers(const Save& save)
{
    return std::ranges::any_of(pg::span_of(save.parts), [](const Part* part) { return part->headers.list.count > 0; });
}

/// Finds what the lines were made from.
void find_origins(Save& save)
{
    do {
        end_origins(save.origins);
        save.origins = look_for_origins(batches_of(save));
    } while (!save.is_taken_in && !lock_origins_without_customer(save.origins, save.turns));
}

/// Adds the lines of headers that were changed. Their customers come first, with those of all other lines.
void add_lines_of_changed_headers(Save& save)
{
    for (Part* const part : pg::span_of(save.parts))
        if (part->headers.list.count > 0)
            lock_changed_headers(part->batch, part->headers, save.checked_up_to);
    find_origins(save);
    pg::Array<std::string_view> customers = foresee_customers(batches_of(save), save.origins);
    for (Part* const part : pg::span_of(save.parts))
        for (const std::string_view customer : customers_of(part->batch, part->headers))
            pg::append(customers, customer);
    lock_accounts_in_order(customers_of(save.turns), pg::span_of(customers));
    for (Part* const part : pg::span_of(save.parts))
        add_lines_of(part->batch, part->headers);
}

/// Finds the headers of the lines that were put in, and adds the lines of those that were changed.
void look_at_headers(Save& save)
{
    find_headers(batches_of(save), save.headers);
    if (save.is_taken_in)
        return;
    lock_headers_without_customer(save.headers, save.turns);
    for (Part* const part : pg::span_of(save.parts)) {
        set_headerless_aside(part->batch, save.checked_up_to);
        part->given_count = part->batch.image_count;
        part->given_known_count = std::min(part->given_known_count, part->given_count);
    }
    if (has_changed_headers(save))
        add_lines_of_changed_headers(save);
}

/// Adds what was made from these lines, and finds what all of them were made from. False: a document was waited for meanwhile,
/// and turns were given back.
bool follow_chains(Save& save)
{
    find_origins(save);
    if (save.is_taken_in)
        return true;
    const Batches all = add_chains(batches_of(save), save.origins, save.turns);
    for (Batch* const batch : all.subspan(batches_of(save).size()))
        pg::append(save.batches, batch);
    if (std::ranges::all_of(all, [](const Batch* batch) { return batch->image_count == batch->known_header_count; }))
        return true;
    find_headers(batches_of(save), save.headers_of_chains);
    const int turn_count = save.turns.taken.count;
    find_origins(save);
    return save.turns.taken.count == turn_count;
}

/// A transaction may have deleted and saved a line again; so may whoever did it behind the triggers.
void join_lines(const Save& save, Batch& batch, int given_count)
{
    if (save.is_of_transaction && batch.repeats_lines)
        drop_repeated_lines(batch);
    if (save.is_of_transaction || (save.is_taken_in && std::ranges::any_of(lines_of(batch), &DocumentLine::is_gone)))
        join_resaved_lines(batch, given_count, save.is_of_transaction);
}

/// Reads the lines, and what is recorded for them.
void read(Save& save)
{
    for (Batch* const batch : batches_of(save)) {
        read_lines(*batch);
        for (DocumentLine& line : lines_of(*batch))
            line.recorded_by = is_null(save.recorded_by) ? line.recorded_by : save.recorded_by;
    }
    for (Part* const part : pg::span_of(save.parts))
        join_lines(save, part->batch, part->given_count);
    for (Batch* const batch : batches_of(save))
        assign_records(*batch);
    for (Batch* const batch : batches_of(save))
        read_all_recorded(*batch);
}

/// Locks the headers of lines and of their origins, in one order. Are all as they were found?
bool lock_all_headers(Save& save)
{
    if (save.origins == nullptr)
        return lock_headers(save.headers, save.customers, save.turns);
    References headers{};
    for (const References* const some : {&save.headers, &save.origins->headers})
        for (const Reference& header : pg::span_of(some->list))
            pg::append(headers.list, header);
    const bool all_stand = lock_headers(headers, save.customers, save.turns);
    end_references(headers);
    return all_stand;
}

/// Locks the documents: headers, then rows of origins.
bool lock_documents(Save& save) { return lock_all_headers(save) && lock_origins(save.origins, save.customers, save.turns); }

/// Does what was looked at still stand? What is recorded may have been booked anew by whoever settles a line with what it was
/// made from, or its document on demand.
bool stands(Save& save)
{
    return std::ranges::all_of(pg::span_of(save.parts), [](Part* part) { return do_gone_lines_stand(part->batch); }) &&
           do_headers_stand(save.headers) && do_headers_stand(save.headers_of_chains) &&
           do_origins_stand(batches_of(save), save.origins) && std::ranges::all_of(batches_of(save), do_records_stand);
}

DocumentCustomers customers_of_documents(const Save& save)
{
    return {.of_lines = pg::span_of(customers_of(save.headers)), .of_origins = pg::span_of(customers_of(save.origins))};
}

/// False: it is to be done again.
bool look(Save& save)
{
    begin_look(save);
    look_at_headers(save);
    if (!follow_chains(save))
        return false;
    read(save);
    return true;
}

/// Locks what is seen, and looks whether all is as it was.
bool lock_what_is_seen(Save& save, uint64 completed_before)
{
    save.customers = take_turns(batches_of(save), customers_of_documents(save), save.turns);
    if (save.turns.has_waited) {
        completed_before = pg::completed_transactions();
        if (!stands(save))
            return false;
    }
    if (!lock_documents(save))
        return false;
    lock_customers(save.customers, batches_of(save), customers_of_documents(save), save.turns);
    return pg::completed_transactions() == completed_before || stands(save);
}

/// Looks, locks what is seen in one order, and looks whether all is as it was; else begins again. doc/design/3-locks.md says why
/// nothing of it changes from then on, and why it ends.
void look_and_lock(Save& save)
{
    for (bool is_locked = false; !is_locked; give_back(save.turns)) {
        CHECK_FOR_INTERRUPTS();
        const uint64 completed_before = pg::completed_transactions();
        if (!look(save))
            continue;
        if (save.is_taken_in) {
            save.customers = find_customers(batches_of(save), customers_of_documents(save), save.turns);
            return;
        }
        is_locked = lock_what_is_seen(save, completed_before);
    }
}

void decide(Save& save, const Configuration& settings)
{
    for (Batch* const batch : batches_of(save))
        if (batch->source->archive_no != 0) // first: an archived line covers by its key, that of now
            follow_renumbering(batch->source->archive_no, lines_of(*batch), &DocumentLine::archived);
    cover_lines(batches_of(save), save.origins);
    for (Batch* const batch : batches_of(save)) {
        follow_renumbering(batch->source->number, lines_of(*batch), &DocumentLine::recorded);
        decide_all(settings, save.customers, *batch);
    }
}

void record(const Save& save, const Configuration& settings)
{
    auto* const lines = static_cast<std::span<DocumentLine>*>(palloc(sizeof(std::span<DocumentLine>) * save.batches.count));
    for (int i = 0; i < save.batches.count; i++)
        lines[i] = lines_of(*save.batches.items[i]);
    carry_out(settings, {lines, static_cast<size_t>(save.batches.count)}, save.order);
}

void follow_prices(Save& save, const Configuration& settings)
{
    for (Batch* const batch : batches_of(save))
        set_prices_to_zero(settings, save.customers, *batch);
    for (Part* const part : pg::span_of(save.parts))
        if (save.is_of_transaction || part->headers.list.count > 0)
            warn_of_zero_prices(part->batch);
}

/// While the gate was waited for, lines may have been archived, of which a new one may have the key; and a closing's hook may
/// have written the first lines of its own.
void follow_source(Batch& batch)
{
    batch.source = &get_source(batch.source->line_table);
    batch.states = nullptr; // of the source as it was
    batch.reads_ledger |= batch.source->archive_no != 0;
}

} // namespace

void settle(Save& save)
{
    pass_gate();
    take_in_hand(nullptr);
    for (Part* const part : pg::span_of(save.parts)) {
        follow_source(part->batch);
        part->given_count = part->batch.image_count;
        part->given_known_count = part->batch.known_header_count;
    }
    look_and_lock(save);
    const Configuration& settings = configuration();
    decide(save, settings);
    record(save, settings);
    if (!save.is_taken_in)
        follow_prices(save, settings);
}

} // namespace credits
