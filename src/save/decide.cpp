// What a line wants.
#include "save/decide.hpp"

#include <algorithm>

#include "errors/saving.hpp"
#include "ledger/credit_notes.hpp"
#include "pg/numeric.hpp"
#include "save/choose_record.hpp"
#include "sources/known_sources.hpp"

namespace credits
{

namespace
{

/// The terms on which a line is booked: type and coefficient.
struct Terms {
    const CreditType* type; // null: none
    core::Amount coefficient;
    std::string_view ledger_account;
};

bool sells_credits(const Terms& terms) { return terms.coefficient > core::zero; }

/// A line keeps the terms of its first booking until its article changes (rule 16).
Terms find_terms(const Configuration& configuration, const DocumentLine& line)
{
    const Article* const article = find_article(configuration, line.article);
    const std::string_view ledger_account = article == nullptr ? std::string_view() : article->ledger_account;
    const Recorded* const recorded = line.recorded;
    if (recorded != nullptr && recorded->document.coefficient != core::zero && recorded->document.article == line.article)
        return {find_type(configuration, recorded->type_id), recorded->document.coefficient, ledger_account};
    if (article == nullptr || article->type == nullptr)
        return {};
    return {article->type, article->coefficient, ledger_account};
}

/// New lines need the module, and a customer who works with credits; what is booked already settles on (rules 8 and 23).
bool may_touch_credits(const Configuration& configuration, const Customers& customers, const DocumentLine& line)
{
    const Recorded* const recorded = line.recorded;
    if (recorded != nullptr && !core::is_nothing(recorded->effect) && recorded->customer == line.customer)
        return true;
    return configuration.is_active && find_customer(customers, line.customer).works_with_credits;
}

/// For what a line is refused for by itself: the month's refusal comes before.
errors::Place place_in_open_month(const DocumentLine& line)
{
    require_open_month(line);
    return place_of(line);
}

core::Amount amount_in_range(const DocumentLine& line, const CreditType& type)
{
    const std::optional<core::Amount> amount = amount_of(line, type);
    if (!amount)
        errors::quantity_out_of_range(place_in_open_month(line), "amount");
    return *amount;
}

/// Quantity 0 with an amount and a reference changes the value of the sale referred to (rule 17).
bool changes_value(const DocumentLine& line, const CreditType& type)
{
    return !is_null(line.refers_to) && pg::is_zero(line.quantity) && amount_of(line, type) != core::zero;
}

/// Does a recorded credit note stand on the lot that it refers to now? Without a reference it may stand anywhere.
bool stands_on_sale_referred_to(const DocumentLine& line)
{
    if (is_null(line.refers_to))
        return true;
    const int64 lot_no = find_lot_referred_to(line);
    const RecordedDraw* const draws = line.recorded->draws;
    return std::all_of(draws, draws + line.recorded->draw_count,
                       [lot_no](const RecordedDraw& recorded) { return recorded.draw.lot_no == lot_no; });
}

/// Would the wanted effect stand where the recorded one does?
core::Target compare_targets(const DocumentLine& line)
{
    const bool same = is_target(*line.recorded, line);
    if (same && core::is_credit_note(line.recorded->effect) && core::is_credit_note(line.wanted) &&
        !stands_on_sale_referred_to(line))
        return core::Target::other;
    return same ? core::Target::same : core::Target::other;
}

/// What is left of an inactive type can still be taken back (rule 2).
void require_sellable(const DocumentLine& line, const CreditType& type, core::Act act)
{
    const bool stays = line.recorded != nullptr && core::is_sale(line.recorded->effect);
    if (act == core::Act::sale && !type.active && !stays)
        errors::type_not_active(place_in_open_month(line), line.customer, type.code);
    if (!is_null(line.currency) && line.currency != type.currency)
        errors::currency_differs(place_in_open_month(line), line.currency, type.code, type.currency);
}

void want_sale(DocumentLine& line, core::Amount credits)
{
    const CreditType& type = *line.type;
    line.wanted = make_sale(type, line, credits);
    if (has_several_records(line))
        choose_record(line);
    if (line.recorded == nullptr || !core::is_sale(line.recorded->effect) || compare_targets(line) == core::Target::other)
        return;
    if (core::keeps_value(type.worth, line.recorded->effect, line.wanted))
        line.wanted.value = line.recorded->effect.value;
}

void want_credit_note(DocumentLine& line, core::Amount credits)
{
    const core::Amount amount = amount_in_range(line, *line.type);
    if (credits < core::zero && amount > core::zero)
        errors::positive_amount(place_in_open_month(line), line.customer);
    line.wanted = {.act = core::Act::credit_note, .credits = credits, .amount = amount, .value = {}};
}

[[noreturn]] void refuse_quantity(const DocumentLine& line)
{
    if (line.is_duration && pg::is_nan(line.quantity))
        errors::quantity_has_months(place_in_open_month(line));
    errors::quantity_out_of_range(place_in_open_month(line), "quantity");
}

/// The refusals come in the order of doc/errors.md.
void want(const Configuration& configuration, const Customers& customers, bool sells, DocumentLine& line)
{
    if (line.is_gone || !line.counts || !may_touch_credits(configuration, customers, line))
        return;
    const Terms terms = find_terms(configuration, line);
    if (terms.type == nullptr || (sells_credits(terms) && !sells))
        return;
    const std::optional<core::Amount> credits = credits_of(line, terms.coefficient);
    const bool is_note = credits == core::zero && sells_credits(terms) && changes_value(line, *terms.type);
    const core::Act act = is_note ? core::Act::credit_note : core::act_of(terms.coefficient, credits.value_or(terms.coefficient));
    if (act == core::Act::none)
        return;
    if (sells_credits(terms))
        require_sellable(line, *terms.type, act);
    if (!credits)
        refuse_quantity(line);
    line.type = terms.type;
    line.coefficient = terms.coefficient;
    line.ledger_account = terms.ledger_account;
    if (act == core::Act::sale)
        want_sale(line, *credits);
    else if (act == core::Act::credit_note)
        want_credit_note(line, *credits);
    else if (!line.is_covered)
        line.wanted = {.act = act, .credits = *credits, .amount = {}, .value = {}};
    if (act != core::Act::sale && has_several_records(line))
        choose_record(line);
}

/// What is dated before what is archived, and is not archived itself, can neither be booked any more nor be given back.
void keep_archive(const Configuration& configuration, const Customers& customers, bool sells, DocumentLine& line)
{
    if (!line.is_past || line.archived != nullptr)
        return;
    DocumentLine counting = line;
    counting.counts = true;
    want(configuration, customers, sells, counting);
    if (core::is_nothing(counting.wanted) && (line.recorded == nullptr || core::is_nothing(line.recorded->effect)))
        return;
    require_open_month(counting);
    errors::day_archived(place_of(line), line.date, get_source(line.line_table).archived_before);
}

} // namespace

std::optional<core::Amount> credits_of(const DocumentLine& line, core::Amount coefficient)
{
    return line.is_duration ? pg::multiply_hours(line.quantity, coefficient) : pg::multiply_rounded(line.quantity, coefficient);
}

std::optional<core::Amount> amount_of(const DocumentLine& line, const CreditType& type)
{
    return line.has_amount ? pg::to_money_in_range(line.amount, type.worth.step) : core::zero;
}

core::Effect make_sale(const CreditType& type, const DocumentLine& line, core::Amount credits)
{
    const core::Amount amount = amount_in_range(line, type);
    if (amount < core::zero)
        errors::negative_amount(place_in_open_month(line), line.customer);
    const std::optional<core::Amount> value = core::value_of_sale(type.worth, credits, amount);
    if (!value)
        errors::quantity_out_of_range(place_in_open_month(line), "value");
    return {.act = core::Act::sale, .credits = credits, .amount = amount, .value = *value};
}

void keep_closed_months(const Configuration& configuration, DocumentLine& line)
{
    if (configuration.keeps_closed_months)
        line.open_from = configuration.first_open_day;
}

void require_open_month(const DocumentLine& line)
{
    const bool stood = line.recorded != nullptr && !core::is_nothing(line.recorded->effect);
    const DateADT day = stood ? std::min(line.recorded->document.date, line.counts ? line.date : DATEVAL_NOEND) : line.date;
    if (!line.open_from || day >= *line.open_from)
        return;
    const bool is_booked = stood && line.recorded->document.date < *line.open_from;
    const errors::Place place = OidIsValid(line.line_table) ? place_of(line) : errors::Place{};
    errors::month_not_open(place, is_booked ? errors::ClosedAs::booked : errors::ClosedAs::dated, day, *line.open_from);
}

void decide(const Configuration& configuration, const Customers& customers, bool sells, DocumentLine& line)
{
    keep_closed_months(configuration, line);
    keep_archive(configuration, customers, sells, line);
    want(configuration, customers, sells, line);
    if (line.recorded == nullptr)
        line.settlement = core::settle({}, line.wanted, core::Target::other);
    else if (!has_several_records(line) || !adds_up(line))
        line.settlement = core::settle(line.recorded->effect, line.wanted, compare_targets(line));
    if (!changes_nothing(line.settlement))
        require_open_month(line);
}

bool is_consumption_line(const Configuration& configuration, const Customer& customer, const DocumentLine& line)
{
    const bool is_booked = line.recorded != nullptr &&
                           (core::is_consumption(line.recorded->effect) || core::is_return(line.recorded->effect)) &&
                           line.recorded->customer == line.customer && line.recorded->document.article == line.article;
    if (is_booked) // it settles on, whatever its article or customer has become (rules 16 and 23)
        return true;
    if (line.is_past && line.archived == nullptr) // nobody books it: it is an ordinary line
        return false;
    if (!configuration.is_active || !customer.works_with_credits || is_null(line.article) || !line.has_quantity)
        return false;
    const Terms terms = find_terms(configuration, line);
    if (terms.type == nullptr || sells_credits(terms))
        return false;
    const std::optional<core::Amount> credits = credits_of(line, terms.coefficient);
    return credits && *credits != core::zero;
}

} // namespace credits
