// Chooses among what is recorded for a line.
#include "save/choose_record.hpp"

#include <algorithm>

#include "ledger/line_in_hand.hpp"
#include "ledger/sales.hpp"
#include "save/decide.hpp"
#include "save/record_claims.hpp"

namespace credits
{

namespace
{

/// How well a record serves the line: best is one that it can keep as it is; of these, a lot of which something is used, since
/// that one cannot be given back.
enum class Use { none, to_change, as_it_is, as_it_is_used };

Use use_of(const Recorded& recorded, const DocumentLine& line)
{
    const core::Effect& effect = recorded.effect;
    if (effect.act != line.wanted.act || !is_target(recorded, line))
        return Use::none;
    if (effect.credits != line.wanted.credits || effect.amount != line.wanted.amount)
        return Use::to_change;
    return core::is_sale(effect) && is_used(recorded) ? Use::as_it_is_used : Use::as_it_is;
}

/// The line that gives back another record of this one.
DocumentLine line_of_rest(const Configuration& configuration, const DocumentLine& line, Recorded* recorded)
{
    DocumentLine rest = gone_line(line);
    rest.key = line.key; // the ledger has followed it by now
    rest.recorded = recorded;
    rest.date = recorded->document.date;
    rest.type = line.type;
    rest.coefficient = line.coefficient;
    rest.settlement = core::undo(recorded->effect);
    keep_closed_months(configuration, rest);
    require_open_month(rest);
    return rest;
}

} // namespace

bool is_target(const Recorded& recorded, const DocumentLine& line)
{
    return line.type != nullptr && recorded.customer == line.customer && recorded.type_id == line.type->type_id &&
           recorded.document.article == line.article && recorded.document.date == line.date;
}

bool adds_up(const DocumentLine& line)
{
    core::Effect left = line.wanted;
    for (const Recorded* recorded = line.recorded; recorded != nullptr; recorded = recorded->next) {
        if (recorded->effect.act != line.wanted.act || !is_target(*recorded, line))
            return false;
        left.credits.units -= recorded->effect.credits.units;
        left.amount.units -= recorded->effect.amount.units;
    }
    return left.credits == core::zero && left.amount == core::zero;
}

void choose_record(DocumentLine& line)
{
    Recorded** best = &line.recorded;
    Use best_use = Use::none;
    for (Recorded** link = &line.recorded; *link != nullptr; link = &(*link)->next) {
        const Use use = use_of(**link, line);
        if (use >= best_use && use != Use::none) { // of several the first booked
            best = link;
            best_use = use;
        }
    }
    Recorded* const chosen = *best;
    *best = chosen->next;
    chosen->next = line.recorded;
    line.recorded = chosen;
}

void give_back_the_rest(const Configuration& configuration, Batch& batch)
{
    if (std::ranges::none_of(lines_of(batch), has_several_records))
        return;
    pg::Array<DocumentLine> lines{};
    for (const DocumentLine& line : lines_of(batch)) {
        pg::append(lines, line);
        if (!has_several_records(line) || adds_up(line))
            continue;
        take_in_hand(&line);
        for (Recorded* rest = line.recorded->next; rest != nullptr; rest = rest->next)
            pg::append(lines, line_of_rest(configuration, line, rest));
    }
    batch.lines = lines.items;
    batch.line_count = lines.count;
}

} // namespace credits
