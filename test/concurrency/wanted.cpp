// Rules 7 to 11, 18, 19 and 23 over the documents as they are. What is booked is looked at only where the rules say so: a
// customer without the flag keeps what he has, and a change of settings books nothing by itself.
#include "wanted.hpp"

namespace concurrency
{

namespace
{

const std::string origin_table = "shop.service_report_line";

using Standing = std::map<AccountId, Sums>; // of one line; accounts without credits are left out

/// What a line does to its customer's account while its document counts.
Sums effect_of(const DocumentLine& line, const Article& article)
{
    const Units credits = proportion(*line.quantity, to_units(article.coefficient), one, 1);
    if (!article.sells())
        return {credits, 0, 0};
    if (credits < 0) // a credit note: what its credits are worth is for the lots to say
        return {credits, 0, line.amount};
    if (article.type->unit_value.empty() || line.amount == 0)
        return {credits, line.amount, line.amount};
    return {credits, proportion(credits, to_units(article.type->unit_value), one, cent), line.amount};
}

bool counts(const DocumentLine& line, const Article* article)
{
    return line.state == "posted" && !line.day.empty() && !line.customer.empty() && article && article->type && line.quantity &&
           (line.has_amount || !article->sells());
}

std::map<LineKey, Standing> standings(const Books& books)
{
    std::map<LineKey, Standing> all;
    for (const Entry& entry : books.entries) {
        Sums& sums = all[{entry.table, entry.key}][{entry.customer, entry.type}];
        sums.credits += entry.quantity;
        if (is_sold(entry))
            sums = {sums.credits, sums.value + entry.value, sums.amount + entry.amount};
        if (is_refund(entry))
            sums.amount += entry.amount;
    }
    for (auto& [line, standing] : all)
        std::erase_if(standing, [](const auto& account) { return account.second == Sums{}; });
    return all;
}

/// An article keeps its act here, so that an account has one fault at most.
std::map<AccountId, Units> faults_of(const Standing& wanted, const Standing& standing)
{
    std::map<AccountId, Units> faults;
    for (const Standing* const accounts : {&wanted, &standing})
        for (const auto& [account, sums] : *accounts)
            faults[account] = 1;
    return faults;
}

/// A line covers those made of it while it counts, whether or not it has to do with credits (rule 19).
bool covers(const DocumentLine& line)
{
    return line.state == "posted" && !line.day.empty() && !line.customer.empty() && !line.article.empty() && line.quantity;
}

class Reader
{
public:
    Reader(const Books& books_, const std::vector<Customer>& customers_, Moment moment_)
        : customers{customers_}, moment{moment_}, standing_of{standings(books_)}
    {
        for (const CustomerNow& customer : books_.customers)
            now[customer.customer] = &customer;
        for (const DocumentLine& line : books_.lines)
            if (line.table == origin_table && covers(line))
                covering.insert({line.key, *line.quantity < 0});
        for (const Refusal& refusal : books_.refusals)
            refused.insert({refusal.table, refusal.key});
    }

    void read(const DocumentLine& line, Wanted& all) const
    {
        const Article* const article = article_of(line.article);
        const bool is_counting = counts(line, article) && !is_covered(line, *article);
        const LineKey key{line.table, line.key};
        const auto found = standing_of.find(key);
        const Standing standing = found == standing_of.end() ? Standing{} : found->second;
        Standing wanted;
        if (is_counting) {
            const std::string account = account_of(line.customer);
            const AccountId id{account, std::string{article->type->code}};
            if (is_flagged(account) || standing.contains(id))
                wanted[id] = effect_of(line, *article);
        }
        const bool waits = wanted != standing && is_counting && may_wait(key, line) && is_whole(standing, line, *article);
        if (waits)
            all.unsettled.push_back({&line, key, wanted.empty() ? std::nullopt : std::optional{*wanted.begin()}, standing,
                                     faults_of(wanted, standing)});
        for (const auto& [account, sums] : waits ? standing : wanted) {
            all.effects[std::tuple_cat(account, key)] = sums;
            if (article->sells())
                all.sales[std::tuple_cat(account, key)] = sums;
        }
    }

private:
    /// A consumption is covered by a consumption, a return by a return.
    bool is_covered(const DocumentLine& line, const Article& article) const
    {
        return article.consumes() && covering.contains({line.made_of, *line.quantity < 0});
    }

    bool is_flagged(const std::string& customer) const
    {
        const auto found = now.find(customer);
        return found != now.end() && found->second->works_with_credits;
    }

    std::string account_of(const std::string& customer) const
    {
        const auto found = now.find(customer);
        return found == now.end() || found->second->account_of.empty() ? customer : found->second->account_of;
    }

    bool may_wait(const LineKey& key, const DocumentLine& line) const
    {
        if (moment == Moment::taken_in)
            return refused.contains(key);
        const Customer* const customer = find_customer(customers, line.customer);
        return customer && customer->fickle;
    }

    /// A line that waits is booked nowhere, or as a whole on one account.
    static bool is_whole(const Standing& standing, const DocumentLine& line, const Article& article)
    {
        return standing.empty() || (standing.size() == 1 && std::get<1>(standing.begin()->first) == article.type->code &&
                                    standing.begin()->second == effect_of(line, article));
    }

    const std::vector<Customer>& customers;
    Moment moment;
    std::map<LineKey, Standing> standing_of;
    std::map<std::string, const CustomerNow*> now;
    std::set<LineKey> refused;
    std::set<std::pair<std::string, bool>> covering; // lines that others may be made of, and whether they return
};

} // namespace

Wanted wanted_of(const Books& books, const std::vector<Customer>& customers, Moment moment)
{
    const Reader reader{books, customers, moment};
    Wanted wanted;
    for (const DocumentLine& line : books.lines)
        reader.read(line, wanted);
    return wanted;
}

} // namespace concurrency
