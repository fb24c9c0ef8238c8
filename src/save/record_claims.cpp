// A line claims the record of the key that it had before the save. That is right as long as the images tell the whole story.
// Where a statement within ours, or another part of ours, has settled the line meanwhile, it may have a record under its new key
// as well, and the old key may be another line's by now. Then:
//   - A record is claimed by one line: by the one that has its key, else by one that has left it, else by one that is gone.
//   - A line that has a record under its own key, which nobody else claims, takes that, and gives back what its old key had.
// So whatever was settled in between, each key comes to what its line wants at last.
#include "save/record_claims.hpp"

#include <algorithm>

#include "ledger/recorded.hpp"
#include "pg/snapshot.hpp"
#include "schema/catalog.hpp"

namespace credits
{

namespace
{

/// The lines that have no other claim than to what nobody claims stand behind `count`.
struct Claims {
    DocumentLine* lines;
    int count;
    int total;
};

enum class Claim { of_own_key, of_old_key, of_gone_line };

Claim claim_of(const DocumentLine& line)
{
    if (line.is_gone)
        return Claim::of_gone_line;
    return line.recorded_key == line.key ? Claim::of_own_key : Claim::of_old_key;
}

bool is_renumbered(const DocumentLine& line) { return claim_of(line) == Claim::of_old_key; }

/// Sorts the lines by what they claim, one of each record first. Who is gone, and claims in vain, has nothing to give back.
Claims sort_claims(const Batch& batch)
{
    DocumentLine* const end = batch.lines + batch.line_count;
    std::sort(batch.lines, end, [](const DocumentLine& a, const DocumentLine& b) {
        if (a.recorded_key != b.recorded_key)
            return a.recorded_key < b.recorded_key;
        return claim_of(a) != claim_of(b) ? claim_of(a) < claim_of(b) : a.image < b.image;
    });
    Claims claims{.lines = static_cast<DocumentLine*>(MemoryContextAllocHuge(
                      batch.memory, sizeof(DocumentLine) * (2 * static_cast<Size>(batch.line_count) + 1)))};
    const auto is_first = [&](const DocumentLine* line) {
        return line == batch.lines || line->recorded_key != line[-1].recorded_key;
    };
    for (const DocumentLine* line = batch.lines; line != end; line++)
        if (is_first(line))
            claims.lines[claims.count++] = *line;
    claims.total = claims.count;
    for (const DocumentLine* line = batch.lines; line != end; line++)
        if (!is_first(line) && !line->is_gone)
            claims.lines[claims.total++] = *line;
    return claims;
}

bool is_claimed(std::span<const std::string_view> keys, std::string_view key)
{
    return std::binary_search(keys.begin(), keys.end(), key);
}

std::span<const std::string_view> list_claimed(const Batch& batch, const Claims& claims)
{
    auto* const keys = static_cast<std::string_view*>(
        MemoryContextAllocHuge(batch.memory, sizeof(std::string_view) * (static_cast<Size>(claims.count) + 1)));
    for (int i = 0; i < claims.count; i++)
        keys[i] = claims.lines[i].recorded_key;
    return {keys, static_cast<size_t>(claims.count)};
}

/// Takes the record of the line's own key, where it has one that nobody claims.
template <class Stands>
void claim_record(Claims& claims, std::span<const std::string_view> claimed, int i, Stands stands)
{
    DocumentLine& line = claims.lines[i];
    const bool has_claim = i < claims.count;
    if (has_claim && !is_renumbered(line))
        return;
    const bool is_own_claimed = is_claimed(claimed, line.key);
    if (has_claim && (is_own_claimed || !stands(line.key)))
        return;
    if (has_claim)
        claims.lines[claims.total++] = gone_line(line);
    line.recorded_key = is_own_claimed ? unused_key(line.key) : line.key;
}

bool is_settled(const Recorded* recorded) { return recorded != nullptr && !core::is_nothing(recorded->effect); }

void claim_records(Batch& batch, Claims& claims)
{
    const std::span<const std::string_view> claimed = list_claimed(batch, claims);
    pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        const auto stands = [&](std::string_view key) {
            return is_settled(read_recorded(entries, batch.source->number, key, snapshot));
        };
        for (int i = 0, given = claims.total; i < given; i++)
            claim_record(claims, claimed, i, stands);
    });
}

} // namespace

void drop_repeated_lines(Batch& batch)
{
    DocumentLine* const end = batch.lines + batch.line_count;
    const auto is_same = [](const DocumentLine& a, const DocumentLine& b) { return a.key == b.key && a.is_gone == b.is_gone; };
    std::sort(batch.lines, end, [&](const DocumentLine& a, const DocumentLine& b) {
        if (!is_same(a, b))
            return a.key != b.key ? a.key < b.key : a.is_gone < b.is_gone;
        return claim_of(a) != claim_of(b) ? claim_of(a) > claim_of(b) : a.image < b.image;
    });
    batch.line_count = static_cast<int>(std::unique(batch.lines, end, is_same) - batch.lines);
}

void assign_records(Batch& batch)
{
    if (batch.repeats_lines)
        drop_repeated_lines(batch);
    if (!batch.repeats_lines && std::ranges::none_of(lines_of(batch), is_renumbered))
        return;
    Claims claims = sort_claims(batch);
    claim_records(batch, claims);
    batch.lines = claims.lines;
    batch.line_count = claims.total;
}

DocumentLine gone_line(const DocumentLine& line)
{
    DocumentLine gone{};
    gone.source_no = line.source_no;
    gone.line_table = line.line_table;
    gone.image = line.image;
    gone.key = gone.recorded_key = line.recorded_key;
    gone.recorded_by = line.recorded_by;
    gone.is_gone = gone.is_zeroed = true;
    gone.is_chained = line.is_chained;
    return gone;
}

std::string_view unused_key(std::string_view key)
{
    const char* const unused = psprintf("%.*s\\", static_cast<int>(key.size()), key.data());
    return {unused, key.size() + 1};
}

} // namespace credits
