// Adds to a save the lines that were made from its lines (rule 19), in whatever source they are: what an origin does not consume
// any more they consume themselves, and the other way round. doc/design.md says why none of them is missed.
#include <algorithm>

#include "batch.hpp"
#include "customers.hpp"
#include "made_from.hpp"
#include "origin.hpp"
#include "pending.hpp"

namespace credits
{

namespace
{

using Texts = pg::Array<std::string_view>;

bool has_origin_table(Batches batches)
{
    return std::ranges::any_of(batches, [](const Batch* batch) { return is_origin_table(batch->source->line_table); });
}

void sort_and_merge(Texts& texts)
{
    std::sort(texts.items, texts.items + texts.count);
    texts.count = static_cast<int>(std::unique(texts.items, texts.items + texts.count) - texts.items);
}

void add_fact(Texts& texts, Batch& batch, Fact fact, MinimalTuple line, const Header* header)
{
    if (line == nullptr)
        return;
    show(batch, line, header);
    const std::string_view text = evaluate_text(batch, fact);
    if (!is_null(text))
        pg::append(texts, text);
}

/// The customers whom the lines had and have.
void add_customers(Texts& customers, Batch& batch)
{
    for (int i = 0; i < batch.image_count; i++) {
        const LineImage& image = batch.images[i];
        add_fact(customers, batch, Fact::customer, image.old_line == nullptr ? image.new_line : image.old_line, image.old_header);
        add_fact(customers, batch, Fact::customer, image.new_line, image.new_header);
    }
}

/// Before the lines made from theirs are looked for: whoever saved one of those and did not wait for a header is done then.
void lock_customers_of_origins(Batches batches)
{
    Texts customers{};
    for (Batch* const batch : batches)
        if (is_origin_table(batch->source->line_table))
            add_customers(customers, *batch);
    sort_and_merge(customers);
    lock_accounts_in_order(pg::span_of(customers));
}

/// Adds what was made from the images from `first` on; returns how many images these have been.
int add_made_from(BatchList& save, Batch& batch, int first)
{
    const int count = batch.image_count;
    const std::span<Oid> line_tables = first < count ? line_tables_made_from(batch.source->line_table) : std::span<Oid>();
    if (line_tables.empty())
        return count;
    Texts keys{};
    for (int i = first; i < count; i++) {
        add_fact(keys, batch, Fact::line_key, batch.images[i].old_line, nullptr);
        add_fact(keys, batch, Fact::line_key, batch.images[i].new_line, nullptr);
    }
    sort_and_merge(keys);
    for (const Oid line_table : line_tables) {
        Batch& made = find_or_begin_batch(save, get_source(line_table));
        const int before = made.image_count;
        add_lines_made_from(made, pg::span_of(keys));
        made.repeats_lines |= made.image_count > before;
        made.reads_ledger |= made.image_count > before;
    }
    return count;
}

/// Adds what was made from the lines of the save, then what was made from these, as far as a chain goes.
BatchList follow_chains(Batches batches)
{
    BatchList save{};
    pg::Array<int> done{};
    for (Batch* const batch : batches)
        pg::append(save, batch);
    for (int step = 0; step < longest_chain; step++)
        for (int i = 0; i < save.count; i++) {
            if (i == done.count)
                pg::append(done, 0);
            done.items[i] = add_made_from(save, *save.items[i], done.items[i]);
        }
    return save;
}

/// Of the batches that were added, most often nothing was made; returns how many batches are kept.
size_t drop_empty(const BatchList& save, size_t given)
{
    size_t count = given;
    for (Batch* const batch : pg::span_of(save).subspan(given))
        if (batch->image_count > 0)
            save.items[count++] = batch;
        else
            end_batch(*batch);
    return count;
}

/// The last transaction in which lines were added that may be noted, too.
constinit TransactionId noted_transaction = InvalidTransactionId;

} // namespace

bool has_settled_noted_lines()
{
    return TransactionIdIsValid(noted_transaction) && noted_transaction == GetTopTransactionIdIfAny();
}

Batches add_chains(Batches batches)
{
    if (!has_origin_table(batches))
        return batches;
    lock_customers_of_origins(batches);
    const BatchList all = follow_chains(batches);
    const Batches save = pg::span_of(all).first(drop_empty(all, batches.size()));
    if (std::ranges::all_of(save, [](const Batch* batch) { return batch->image_count == batch->known_header_count; }))
        return batches;
    if (std::ranges::any_of(save.subspan(batches.size()), [](const Batch* batch) { return settles_at_commit(*batch->source); }))
        noted_transaction = GetTopTransactionId();
    find_named_headers(save);
    renew_origins(save);
    return save;
}

} // namespace credits
