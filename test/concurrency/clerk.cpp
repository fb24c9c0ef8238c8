// What all clerks have in common: lines at random, and what came of each save.
#include "clerk.hpp"

namespace concurrency
{

/// Of a save; an amount and a quantity of different signs are out of range.
static constexpr std::string_view refusals[] = {"credits_balance_not_negative", "credits_lot_not_consumed",
                                                "credits_quantity_in_range", "credits_refund_within_open",
                                                "credits_return_within_consumed"};

void Outcome::add(const Outcome& other)
{
    for (const auto& [act, count] : other.saved)
        saved[act] += count;
    for (const auto& [constraint, count] : other.refused)
        refused[constraint] += count;
    retried += other.retried;
    deadlocks.insert(deadlocks.end(), other.deadlocks.begin(), other.deadlocks.end());
    lost_races.insert(lost_races.end(), other.lost_races.begin(), other.lost_races.end());
    unjust.insert(unjust.end(), other.unjust.begin(), other.unjust.end());
    unexpected.insert(unexpected.end(), other.unexpected.begin(), other.unexpected.end());
}

std::string any_quantity(Random& random, const Source& source, const Article& article)
{
    const Units whole = static_cast<Units>(1 + below(random, static_cast<size_t>(article.usual)));
    if (source.decimals_of_quantity == 0 || !chance(random, 40))
        return std::to_string(whole);
    return to_text(whole * one - static_cast<Units>(below(random, 1000)) * 10); // down to a thousandth
}

static const Article& any_article(Random& random, const Source& source)
{
    const bool sale = chance(random, source.has_amounts ? 30 : 5);
    for (;;) {
        const Article& article = articles[below(random, articles.size())];
        if (!article.type || article.sells() == sale)
            return article;
    }
}

static NewLine any_line(Random& random, const Source& source, EnteredAt where)
{
    const int till = source.tills == 0 ? 0 : 1 + static_cast<int>(below(random, static_cast<size_t>(source.tills)));
    const Article& article = any_article(random, source);
    const bool negative = article.type && chance(random, 8); // a credit note or a return
    const std::string quantity = (negative ? "-" : "") + any_quantity(random, source, article);
    if (article.consumes() && where == EnteredAt::counter)
        return {&article, quantity, 0, 0, till};
    const Units list_price = article.price * one;
    const Units full = proportion(list_price, to_units(quantity), one, cent);
    const Units discount = chance(random, 10) ? full : static_cast<Units>(below(random, 5000)) * cent;
    const Units amount = full > 5000 * cent || discount == full ? full - discount : full;
    return {&article, quantity, list_price, amount, till};
}

std::vector<NewLine> any_lines(Random& random, const Source& source, EnteredAt where, size_t most)
{
    std::vector<NewLine> lines;
    for (size_t count = 1 + below(random, most); count > 0; --count)
        lines.push_back(any_line(random, source, where));
    return lines;
}

Clerk::Clerk(const Database& database, Register& documents_, const std::vector<Customer>& customers_, Custom custom_,
             Random random_)
    : documents{documents_}, customers{customers_}, custom{custom_}, random{random_}, connection{database.address()}
{
    database.sign_in(connection, custom.level, database.clerk());
}

/// Fickle ones come often.
const std::string& Clerk::any_customer()
{
    const bool fickle = chance(10);
    for (;;) {
        const Customer& customer = customers[roll(customers.size())];
        if (customer.fickle || !fickle)
            return customer.key;
    }
}

Outcome Clerk::work(int count, Progress& progress)
{
    int done = 0;
    try {
        for (; done < count; ++done) {
            chance(50) ? serve_desk() : serve_counter();
            progress.add(1);
        }
    } catch (const std::exception& error) {
        outcome.unexpected.push_back(std::string{"a clerk went home: "} + error.what());
        progress.add(count - done); // nobody waits for him
    }
    return outcome;
}

void Clerk::remember()
{
    for (const std::string& act : acts)
        ++outcome.saved[act];
    documents.file(written);
    documents.forget(deleted);
}

bool Clerk::is_lost_race_to_retry(const std::exception& error)
{
    if (custom.level != Level::serializable || sqlstate_of(error) != "40001")
        return false;
    ++outcome.retried;
    return true;
}

void Clerk::count_failure(const std::exception& error)
{
    const std::string state = sqlstate_of(error);
    const std::string constraint = constraint_of(error);
    if (state.starts_with("23") && cannot_be_refused)
        outcome.unjust.emplace_back(error.what());
    else if (state == "23514" && std::ranges::find(refusals, constraint) != std::end(refusals))
        ++outcome.refused[constraint];
    else if (state == "40P01")
        outcome.deadlocks.emplace_back(error.what());
    else if (state == "40001")
        outcome.lost_races.emplace_back(error.what());
    else if (dynamic_cast<const pqxx::broken_connection*>(&error))
        throw pqxx::broken_connection{error.what()};
    else
        outcome.unexpected.emplace_back(error.what());
}

} // namespace concurrency
