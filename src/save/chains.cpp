// Adds to a save the lines that were made from its lines (rule 19), in whatever source they are: what an origin does not consume
// any more they consume themselves, and the other way round. doc/design/4-chains.md says why none of them is missed.
#include "save/chains.hpp"

#include <algorithm>

#include "ledger/recorded.hpp"
#include "lines/find_lines.hpp"
#include "lines/made_from.hpp"
#include "lines/pending.hpp"
#include "pg/table.hpp"
#include "save/origins.hpp"
#include "schema/catalog.hpp"
#include "settings/customer.hpp"
#include "sources/known_sources.hpp"

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

void add_customer(Texts& customers, Batch& batch, MinimalTuple line, const Header* header)
{
    if (line == nullptr)
        return;
    show(batch, line, header);
    const std::string_view customer = evaluate_customer_to_lock(batch);
    if (!is_null(customer))
        pg::append(customers, customer);
}

void add_key(Texts& keys, Batch& batch, MinimalTuple line)
{
    if (line == nullptr)
        return;
    show(batch, line, nullptr);
    pg::append(keys, evaluate_text(batch, Fact::line_key));
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
        add_key(keys, batch, batch.images[i].old_line);
        add_key(keys, batch, batch.images[i].new_line);
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

bool is_new(const LineImage& image) { return image.old_line == nullptr && is_null(image.gone_key); }

/// Of an image that is no new line: what is recorded for its line.
const Recorded* recorded_of(Batch& batch, const LineImage& image, pg::Table& entries, const pg::DatedSnapshot& snapshot)
{
    const std::string_view key = image.old_line == nullptr ? image.gone_key : key_of(batch, image.old_line);
    return read_recorded(entries, batch.source->number, key, snapshot);
}

/// Adds the customers whom a line that is not new had and has. Of one that went with its document only the ledger may know him;
/// false: not even that does.
bool add_customers(Texts& customers, Batch& batch, const LineImage& image, pg::Table& entries, const pg::DatedSnapshot& snapshot)
{
    const int before = customers.count;
    add_customer(customers, batch, image.old_line, image.old_header);
    for (const Recorded* recorded = recorded_of(batch, image, entries, snapshot); recorded != nullptr; recorded = recorded->next)
        pg::append(customers, recorded->customer);
    const bool is_known = customers.count > before || image.old_line == nullptr;
    add_customer(customers, batch, image.new_line, image.new_header);
    return is_known;
}

/// Calls fn(batch, image) for the images of a save, of which `firsts` are the first of its batches.
template <class Fn>
void for_each_image(Batches batches, std::span<const int> firsts, Fn fn)
{
    for (size_t i = 0; i < batches.size(); i++)
        for (const LineImage& image : images_of(*batches[i]).subspan(i < firsts.size() ? firsts[i] : 0))
            fn(*batches[i], image);
}

/// Likewise, of these images. False: of some nobody knows them.
bool add_customers(Texts& customers, Batches batches, std::span<const int> firsts)
{
    bool are_all_new = true;
    for_each_image(batches, firsts, [&](Batch& batch, const LineImage& image) {
        are_all_new = are_all_new && is_new(image);
        if (is_new(image))
            add_customer(customers, batch, image.new_line, image.new_header);
    });
    if (are_all_new)
        return true;
    return pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        bool are_known = true;
        for_each_image(batches, firsts, [&](Batch& batch, const LineImage& image) {
            are_known &= is_new(image) || add_customers(customers, batch, image, entries, snapshot);
        });
        return are_known;
    });
}

/// Adds the customers of what was made from the lines, as it is now, and leaves the batches as they were.
void add_customers_below(Texts& customers, Batches batches)
{
    auto* const counts = static_cast<int*>(palloc(sizeof(int) * batches.size()));
    std::transform(batches.begin(), batches.end(), counts, [](const Batch* batch) { return batch->image_count; });
    const BatchList all = follow_chains(batches);
    const Batches save = pg::span_of(all).first(drop_empty(all, batches.size()));
    References headers{};
    find_headers(save, headers);
    end_references(headers);
    add_customers(customers, save, {counts, batches.size()});
    for (size_t i = 0; i < batches.size(); i++)
        batches[i]->image_count = batches[i]->known_header_count = counts[i];
    for (Batch* const batch : save.subspan(batches.size()))
        end_batch(*batch);
}

/// The last transaction in which lines were added that may be noted, too.
constinit TransactionId noted_transaction = InvalidTransactionId;

} // namespace

bool has_settled_noted_lines()
{
    return TransactionIdIsValid(noted_transaction) && noted_transaction == GetTopTransactionIdIfAny();
}

pg::Array<std::string_view> foresee_customers(Batches batches, const Origins* origins)
{
    Texts customers{};
    const bool are_all_known = add_customers(customers, batches, {});
    for (const std::string_view customer : pg::span_of(customers_of(origins)))
        pg::append(customers, customer);
    sort_and_merge(customers);
    if (has_origin_table(batches) && (!are_all_known || customers.count > 1))
        add_customers_below(customers, batches);
    sort_and_merge(customers);
    return customers;
}

Batches add_chains(Batches batches, const Origins* origins, Turns& turns)
{
    if (!has_origin_table(batches))
        return batches;
    // Before the lines made from these are looked for: whoever has saved one is done then.
    take_turns_of_accounts(turns, pg::span_of(foresee_customers(batches, origins)));
    const BatchList all = follow_chains(batches);
    const Batches save = pg::span_of(all).first(drop_empty(all, batches.size()));
    if (std::ranges::any_of(save.subspan(batches.size()), [](const Batch* batch) { return settles_at_commit(*batch->source); }))
        noted_transaction = GetTopTransactionId();
    return save;
}

} // namespace credits
