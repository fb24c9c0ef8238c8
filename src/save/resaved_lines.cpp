// Joins lines that were deleted and inserted again.
#include "save/resaved_lines.hpp"

#include <algorithm>
#include <compare>

#include "ledger/recorded.hpp"
#include "pg/snapshot.hpp"
#include "pg/view_table.hpp"
#include "save/decide.hpp"
#include "save/record_claims.hpp"
#include "schema/catalog.hpp"
#include "settings/contacts.hpp"

namespace credits
{

namespace
{

/// What a line was booked under (rule 16): the type tells the coin that its amount is rounded to.
struct Terms {
    int32 type_id;
    int64 coefficient;

    friend auto operator<=>(const Terms&, const Terms&) = default;
};

/// What makes two lines the same: the document, by its header's row, or by what the line says of it; the article; what it books.
struct Likeness {
    const void* header;
    std::string_view customer;
    std::string_view number;
    DateADT date;
    std::string_view article;
    Terms terms;
    int64 credits;
    int64 amount; // where the article sells

    friend auto operator<=>(const Likeness&, const Likeness&) = default;
};

/// A line that is gone, and what was recorded for it.
struct GoneLine {
    DocumentLine* line;
    Likeness likeness;
    bool is_joined;
    size_t seen; // of the first of several that are alike: how many of them were looked at
};

struct Resaved {
    GoneLine* gone;
    size_t gone_count;
    DocumentLine** fresh;
    size_t fresh_count;
    Terms* terms; // of what is gone, each once
    size_t terms_count;
    bool knows_headers; // of what is gone: then they tell the documents
};

bool is_key_before(const DocumentLine& a, const DocumentLine& b)
{
    return a.key.size() != b.key.size() ? a.key.size() < b.key.size() : a.key < b.key;
}

bool is_recorded(const GoneLine& gone)
{
    return gone.line->recorded != nullptr && gone.line->recorded->effect.credits != core::zero;
}

/// Where no header tells the document, a customer, a date and a number do.
Likeness likeness_of(const DocumentLine& gone, bool knows_header)
{
    if (gone.recorded == nullptr)
        return {};
    const Recorded& recorded = *gone.recorded;
    Likeness likeness{.article = recorded.document.article,
                      .terms = {.type_id = recorded.type_id, .coefficient = recorded.document.coefficient.units},
                      .credits = recorded.effect.credits.units,
                      .amount = recorded.document.coefficient > core::zero ? recorded.effect.amount.units : 0};
    if (knows_header) {
        likeness.header = gone.image->old_header == nullptr ? nullptr : gone.image->old_header->tuple;
        return likeness;
    }
    likeness.customer = recorded.customer;
    likeness.number = recorded.document.number;
    likeness.date = recorded.document.date;
    return likeness;
}

/// Nothing when the line would book nothing under these terms.
std::optional<Likeness> likeness_of(const DocumentLine& fresh, const Terms& terms, bool knows_header)
{
    const CreditType* const type = find_type(configuration(), terms.type_id);
    const std::optional<core::Amount> credits = credits_of(fresh, core::Amount{terms.coefficient});
    const std::optional<core::Amount> amount = type == nullptr ? std::nullopt : amount_of(fresh, *type);
    if (!credits || !amount)
        return std::nullopt;
    Likeness likeness{
        .article = fresh.article, .terms = terms, .credits = credits->units, .amount = terms.coefficient > 0 ? amount->units : 0};
    if (knows_header) {
        likeness.header = fresh.image->new_header->tuple;
        return likeness;
    }
    likeness.customer = account_of(fresh.customer);
    likeness.number = fresh.number;
    likeness.date = fresh.date;
    return likeness;
}

Resaved list_resaved(Batch& batch, int count)
{
    const Size most = static_cast<Size>(batch.line_count) + 1;
    Resaved resaved{.gone = static_cast<GoneLine*>(MemoryContextAllocHuge(batch.memory, sizeof(GoneLine) * most)),
                    .fresh = static_cast<DocumentLine**>(MemoryContextAllocHuge(batch.memory, sizeof(DocumentLine*) * most))};
    for (DocumentLine& line : lines_of(batch)) {
        if (line.is_gone)
            resaved.gone[resaved.gone_count++] = {.line = &line};
        else if (line.image->old_line == nullptr && line.image - batch.images < count)
            resaved.fresh[resaved.fresh_count++] = &line;
    }
    return resaved;
}

void read_gone(const Batch& batch, Resaved& resaved)
{
    pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        for (size_t i = 0; i < resaved.gone_count; i++) {
            GoneLine& gone = resaved.gone[i];
            gone.line->recorded = read_recorded(entries, batch.source->number, gone.line->recorded_key, snapshot);
            gone.likeness = likeness_of(*gone.line, resaved.knows_headers);
        }
    });
}

void list_terms(Resaved& resaved)
{
    resaved.terms = static_cast<Terms*>(palloc_extended(sizeof(Terms) * resaved.gone_count, MCXT_ALLOC_HUGE));
    for (size_t i = 0; i < resaved.gone_count; i++)
        resaved.terms[i] = resaved.gone[i].likeness.terms;
    std::sort(resaved.terms, resaved.terms + resaved.gone_count);
    resaved.terms_count = static_cast<size_t>(std::unique(resaved.terms, resaved.terms + resaved.gone_count) - resaved.terms);
}

void join(GoneLine& gone, DocumentLine*& fresh)
{
    fresh->recorded_key = gone.line->recorded_key;
    gone.is_joined = true;
    fresh = nullptr;
}

/// Joins what has the same key, first that which is alike, too; the rest once the others have had their turn.
template <class Condition>
void join_by_key(Resaved& resaved, Condition may_join)
{
    std::sort(resaved.gone, resaved.gone + resaved.gone_count,
              [](const GoneLine& a, const GoneLine& b) { return a.line->key < b.line->key; });
    for (size_t i = 0; i < resaved.fresh_count; i++) {
        DocumentLine*& fresh = resaved.fresh[i];
        if (fresh == nullptr)
            continue;
        GoneLine* const end = resaved.gone + resaved.gone_count;
        GoneLine* gone = std::lower_bound(resaved.gone, end, fresh->key,
                                          [](const GoneLine& a, std::string_view key) { return a.line->key < key; });
        for (; gone != end && fresh != nullptr && gone->line->key == fresh->key; gone++)
            if (!gone->is_joined && may_join(*gone, *fresh))
                join(*gone, fresh);
    }
}

/// The first line in order of keys that is alike and was not joined yet.
GoneLine* find_alike(const Resaved& resaved, const Likeness& likeness)
{
    GoneLine* const end = resaved.gone + resaved.gone_count;
    GoneLine* const first = std::lower_bound(resaved.gone, end, likeness,
                                             [](const GoneLine& a, const Likeness& wanted) { return a.likeness < wanted; });
    if (first == end)
        return nullptr;
    for (GoneLine* gone = first + first->seen; gone != end && gone->likeness == likeness; gone++) {
        first->seen++;
        if (!gone->is_joined && is_recorded(*gone))
            return gone;
    }
    return nullptr;
}

/// Equal ones join in the order of their keys.
void join_alike(Resaved& resaved)
{
    std::sort(resaved.gone, resaved.gone + resaved.gone_count, [](const GoneLine& a, const GoneLine& b) {
        return a.likeness != b.likeness ? a.likeness < b.likeness : is_key_before(*a.line, *b.line);
    });
    for (size_t i = 0; i < resaved.fresh_count; i++) {
        DocumentLine*& fresh = resaved.fresh[i];
        for (size_t t = 0; t < resaved.terms_count && fresh != nullptr && fresh->counts; t++) {
            const std::optional<Likeness> likeness = likeness_of(*fresh, resaved.terms[t], resaved.knows_headers);
            GoneLine* const gone = likeness ? find_alike(resaved, *likeness) : nullptr;
            if (gone != nullptr)
                join(*gone, fresh);
        }
    }
}

void drop_joined(Batch& batch, const Resaved& resaved)
{
    for (size_t i = 0; i < resaved.gone_count; i++)
        if (resaved.gone[i].is_joined || resaved.gone[i].line->image->is_left_out)
            resaved.gone[i].line->image = nullptr;
    DocumentLine* const end = batch.lines + batch.line_count;
    DocumentLine* const kept = std::remove_if(batch.lines, end, [](const DocumentLine& line) { return line.image == nullptr; });
    batch.line_count = static_cast<int>(kept - batch.lines);
}

void join_gone(Batch& batch, Resaved& resaved)
{
    read_gone(batch, resaved);
    list_terms(resaved);
    join_by_key(resaved, [&](const GoneLine& gone, const DocumentLine& fresh) {
        return is_recorded(gone) && fresh.counts &&
               likeness_of(fresh, gone.likeness.terms, resaved.knows_headers) == gone.likeness;
    });
    join_alike(resaved);
    join_by_key(resaved, [](const GoneLine&, const DocumentLine&) { return true; });
}

/// A new line may have the key of one that moved on. What is recorded under it is that one's.
void part_from_moved(const Batch& batch, const Resaved& resaved, int count)
{
    HTAB* const taken = pg::make_view_table("credits taken keys", batch.line_count, sizeof(std::string_view));
    for (const DocumentLine& line : lines_of(batch))
        if (line.image - batch.images < count && (line.image->old_line != nullptr || line.recorded_key != line.key))
            hash_search(taken, &line.recorded_key, HASH_ENTER, nullptr);
    for (size_t i = 0; i < resaved.fresh_count; i++) {
        DocumentLine* const fresh = resaved.fresh[i];
        if (fresh != nullptr && hash_search(taken, &fresh->key, HASH_FIND, nullptr) != nullptr)
            fresh->recorded_key = unused_key(fresh->key);
    }
}

} // namespace

void join_resaved_lines(Batch& batch, int count, bool knows_headers)
{
    Resaved resaved = list_resaved(batch, count);
    resaved.knows_headers = knows_headers && OidIsValid(batch.source->header_table);
    const bool are_all_new = resaved.fresh_count == static_cast<size_t>(batch.line_count);
    if (are_all_new)
        return;
    std::sort(resaved.fresh, resaved.fresh + resaved.fresh_count,
              [](const DocumentLine* a, const DocumentLine* b) { return is_key_before(*a, *b); });
    if (resaved.gone_count > 0 && resaved.fresh_count > 0)
        join_gone(batch, resaved);
    if (resaved.fresh_count > 0)
        part_from_moved(batch, resaved, count);
    drop_joined(batch, resaved);
}

} // namespace credits
