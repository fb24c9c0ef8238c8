// What a line wants.
#include "wish.hpp"

#include "errors.hpp"
#include "pg/numeric.hpp"

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
    if (recorded != nullptr && recorded->effect.credits != core::zero && recorded->customer == line.customer)
        return true;
    return configuration.is_active && find_customer(customers, line.customer).works_with_credits;
}

/// Rule 9: nothing when out of range.
std::optional<core::Amount> credits_of(const DocumentLine& line, core::Amount coefficient)
{
    return line.is_duration ? pg::multiply_hours(line.quantity, coefficient) : pg::multiply_rounded(line.quantity, coefficient);
}

/// Would the wanted effect stand where the recorded one does?
core::Place compare_places(const DocumentLine& line)
{
    const Recorded& recorded = *line.recorded;
    const bool same = line.type != nullptr && recorded.customer == line.customer && recorded.type_id == line.type->type_id &&
                      recorded.document.article == line.article && recorded.document.date == line.date;
    return same ? core::Place::same : core::Place::moved;
}

void require_sellable(const DocumentLine& line, const CreditType& type)
{
    const bool stays = line.recorded != nullptr && core::is_sale(line.recorded->effect);
    if (!type.active && !stays)
        errors::type_not_active(line, type.code);
    if (!is_null(line.currency) && line.currency != type.currency)
        errors::currency_differs(line, type);
}

void want_sale(DocumentLine& line, core::Amount credits)
{
    const CreditType& type = *line.type;
    line.wanted = make_sale(type, line, credits);
    if (line.recorded == nullptr || !core::is_sale(line.recorded->effect) || compare_places(line) == core::Place::moved)
        return;
    // Under `fixed` a sale keeps its value, also when the unit value has changed since.
    const core::Effect& recorded = line.recorded->effect;
    if (type.unit_value && recorded.credits == credits && (recorded.amount == core::zero) == (line.wanted.amount == core::zero))
        line.wanted.value = recorded.value;
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
    if (credits == core::zero)
        return;
    if (sells_credits(terms))
        require_sellable(line, *terms.type);
    if (!credits)
        errors::quantity_out_of_range(line, "quantity");
    if (sells_credits(terms) != (*credits > core::zero))
        errors::negative_quantity(line, sells_credits(terms));
    line.type = terms.type;
    line.coefficient = terms.coefficient;
    line.ledger_account = terms.ledger_account;
    if (*credits > core::zero)
        want_sale(line, *credits);
    else if (!line.is_covered)
        line.wanted.credits = *credits;
}

} // namespace

core::Effect make_sale(const CreditType& type, const DocumentLine& line, core::Amount credits)
{
    const std::optional<core::Amount> amount = line.has_amount ? pg::to_amount_in_range(line.amount) : core::zero;
    if (!amount)
        errors::quantity_out_of_range(line, "amount");
    if (*amount < core::zero)
        errors::negative_amount(line);
    const std::optional<core::Amount> value = !type.unit_value ? core::round_to(*amount, type.money_step)
                                              : *amount == core::zero
                                                  ? core::zero
                                                  : core::multiply(credits, *type.unit_value, type.money_step);
    if (!value || !value->in_range())
        errors::quantity_out_of_range(line, "value");
    return {.credits = credits, .amount = *amount, .value = *value};
}

void decide(const Configuration& configuration, const Customers& customers, bool sells, DocumentLine& line)
{
    want(configuration, customers, sells, line);
    if (line.recorded == nullptr)
        line.settlement = core::settle({}, line.wanted, core::Place::moved);
    else
        line.settlement = core::settle(line.recorded->effect, line.wanted, compare_places(line));
}

bool is_consumption_line(const Configuration& configuration, const Customer& customer, const DocumentLine& line)
{
    const bool is_booked = line.recorded != nullptr && core::is_consumption(line.recorded->effect) &&
                           line.recorded->customer == line.customer && line.recorded->document.article == line.article;
    if (is_booked) // it settles on, whatever its article or customer has become (rules 16 and 23)
        return true;
    if (!configuration.is_active || !customer.works_with_credits || is_null(line.article) || !line.has_quantity)
        return false;
    const Terms terms = find_terms(configuration, line);
    if (terms.type == nullptr || sells_credits(terms))
        return false;
    const std::optional<core::Amount> credits = credits_of(line, terms.coefficient);
    return credits && *credits != core::zero;
}

} // namespace credits
