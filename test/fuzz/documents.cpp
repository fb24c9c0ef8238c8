// Rules 7 to 11 and 16 to 19 over the documents of a random ERP, with an arithmetic of its own.
#include "documents.hpp"

#include <ranges>

namespace fuzz
{

using namespace concurrency;

namespace
{

std::string escaped_key(const std::vector<std::string>& columns)
{
    std::vector<std::string> parts;
    for (const std::string& column : columns)
        parts.push_back("replace(replace(line." + column + R"(::text, '\', '\\'), '/', '\/'))");
    return join(parts, " || '/' || ");
}

std::string header_join(const Source& source)
{
    if (source.heading == Heading::none)
        return "";
    std::vector<std::string> same;
    for (const std::string& column : columns_of(source.document))
        same.push_back("header." + column + " = line." + column);
    const std::string header = source.heading == Heading::view ? "s.v" + std::to_string(source.number) : header_of(source);
    return " LEFT JOIN " + header + " AS header ON " + join(same, " AND ");
}

// SELECT key, customer, day, article, flavour, state, has header, quantity, price, amount, made_of, refund_of
// FROM s.l0 AS line …
std::string query_of(const Source& source)
{
    const std::string owner = source.heading == Heading::none ? "line." : "header.";
    const std::string customer = source.customer_in_header ? "header.customer" : "line.customer";
    const std::string day = source.day_in_header ? "header.day" : "line.day";
    const std::string amount =
        source.amounts == Amounts::product ? "round(line.quantity::numeric * line.price, 2)" : "line.amount";
    return "SELECT " + escaped_key(key_columns_of(source)) + ", coalesce(" + customer + ", ''), coalesce(" + day +
           "::date::text, ''), coalesce(line.article, ''), coalesce(" + owner + "flavour, ''), coalesce(" + owner +
           "state, ''), " +
           (source.heading == Heading::none ? "true" : "header." + columns_of(source.document)[0] + " IS NOT NULL") +
           ", line.quantity::numeric, coalesce(line.price, 0), coalesce(" + amount +
           ", 0), coalesce(line.made_of, ''), coalesce(line.refund_of, '') FROM " + lines_of(source) + " AS line" +
           header_join(source);
}

Line read_line(const Source& source, const auto& row, const std::string& archived_before)
{
    Line line{.source = &source,
              .key = row[0].c_str(),
              .customer = row[1].c_str(),
              .day = row[2].c_str(),
              .article = row[3].c_str(),
              .flavour = row[4].c_str(),
              .quantity = row[7].is_null() ? std::nullopt : std::optional{to_units(row[7].c_str())},
              .price = to_units(row[8].c_str()),
              .amount = to_units(row[9].c_str()),
              .made_of = row[10].c_str(),
              .refund_of = row[11].c_str(),
              .counts = false,
              .covers = false,
              .is_of_interest = false,
              .is_past = false};
    const bool is_turned = source.turns && line.flavour == "B";
    if (line.quantity)
        *line.quantity *= (source.doubles ? 2 : 1) * (is_turned ? -1 : 1);
    line.amount *= is_turned ? -1 : 1;
    line.is_of_interest = *row[6].c_str() == 't' && (!source.applies || line.flavour == "A" || line.flavour == "B");
    line.is_past = !line.day.empty() && line.day < archived_before;
    const bool is_posted = !source.has_states || std::string{row[5].c_str()} == "posted";
    line.covers = line.is_of_interest && is_posted && !line.customer.empty() && !line.day.empty() && !line.article.empty() &&
                  line.quantity.has_value();
    line.counts = line.covers && !line.is_past;
    return line;
}

using Standing = std::map<AccountId, Sums>;

std::map<LineKey, Standing> standings_of(const Books& books)
{
    std::map<LineKey, Standing> all;
    for (const Entry& entry : books.entries) {
        Sums& sums = all[{entry.table, entry.key}][{entry.customer, entry.type}];
        sums.credits += entry.quantity;
        sums.value += is_sold(entry) ? entry.value : 0;
        sums.amount += is_sold(entry) || is_refund(entry) ? entry.amount : 0;
    }
    for (auto& [line, standing] : all)
        std::erase_if(standing, [](const auto& account) { return account.second == Sums{}; });
    return all;
}

/// Of one line, without values; what comes to nothing is left out.
struct Act {
    Sums sums;
    std::map<std::string, Sums> by_day; // of the documents as they were when it was booked
};
using Acts = std::map<std::pair<AccountId, std::string>, Act>;

std::string act_of(const Entry& entry)
{
    if (is_sold(entry))
        return "sale";
    return is_refund(entry) || entry.kind == "return" ? entry.kind : "consumption";
}

std::map<LineKey, Acts> acts_by_line(const Books& books)
{
    std::map<LineKey, Acts> all;
    for (const Entry& entry : books.entries) {
        Act& act = all[{entry.table, entry.key}][{{entry.customer, entry.type}, act_of(entry)}];
        for (Sums* const sums : {&act.sums, &act.by_day[entry.day]}) {
            sums->credits += entry.quantity;
            sums->amount += is_sold(entry) || is_refund(entry) ? entry.amount : 0;
        }
    }
    for (auto& [line, acts] : all)
        std::erase_if(acts, [](const auto& act) { return act.second.sums == Sums{}; });
    return all;
}

/// Returns go from draw to draw, and keep the days of these.
bool is_of_another_day(const std::string& name, const Act& act, const std::string& day)
{
    return name != "return" &&
           std::ranges::any_of(act.by_day, [&](const auto& part) { return part.first != day && part.second != Sums{}; });
}

bool is_in_archive(const LineKey& key) { return std::get<0>(key).starts_with(archive_of); }

LineKey in_archive(const LineKey& key) { return {archive_of + std::get<0>(key), std::get<1>(key)}; }

/// Counts the acts of which there is more or less than wanted, or which are booked on another day.
std::map<AccountId, Units> faults_of(const Acts& wanted, const Acts& booked, const std::string& day)
{
    std::map<AccountId, Units> faults;
    for (const auto& [act, want] : wanted)
        if (const auto found = booked.find(act);
            found == booked.end() || found->second.sums != want.sums || is_of_another_day(act.second, found->second, day))
            faults[act.first]++;
    for (const auto& [act, has] : booked)
        if (!wanted.contains(act))
            faults[act.first]++;
    return faults;
}

bool sells(const Article& article) { return article.coefficient[0] != '-'; }

std::string act_of(const Article& article, Units credits)
{
    if (sells(article))
        return credits > 0 ? "sale" : "credit_note";
    return credits > 0 ? "return" : "consumption";
}

Acts acts_wanted(const Standing& wanted, const Line* line)
{
    Acts acts;
    for (const auto& [account, sums] : wanted)
        acts[{account, act_of(*article_of(line->article), sums.credits)}] = {.sums = {sums.credits, 0, sums.amount},
                                                                             .by_day = {}};
    return acts;
}

Sums effect_of(const Line& line, const Article& article, const std::string& coefficient)
{
    const Units credits = proportion(*line.quantity, to_units(coefficient), one, 1);
    const bool is_fixed = article.type == std::string{"COURSES"};
    if (!sells(article))
        return {credits, 0, 0};
    if (credits == 0) // a credit note over the value alone, of the sale that it names
        return {0, 0, *line.quantity == 0 && line.source->refers && !line.refund_of.empty() && !is_fixed ? line.amount : 0};
    if (credits < 0)
        return {credits, 0, line.amount};
    return {credits, is_fixed && line.amount != 0 ? proportion(credits, to_units(unit_value), one, cent) : line.amount,
            line.amount};
}

class Reader
{
public:
    Reader(const Books& books, const std::vector<Line>& lines_, const Coefficients& coefficients_, bool is_loose_)
        : coefficients{coefficients_}, is_loose{is_loose_}, standing_of{standings_of(books)}, acts_of{acts_by_line(books)},
          taken_over{books.taken_over}
    {
        for (const Line& line : lines_)
            by_key[{lines_of(*line.source), line.key}] = &line;
        for (const Refusal& refusal : books.refusals)
            refused.insert({refusal.table, refusal.key});
    }

    /// A line of the documents, or one that is left in the ledger alone: once archived it keeps what it did.
    void read(const LineKey& key, const Line* line, const DocumentLine* document_line, Wanted& all) const
    {
        const auto found = standing_of.find(key);
        const Standing standing = found == standing_of.end() ? Standing{} : found->second;
        Standing wanted = line ? wanted_by(key, *line, standing) : Standing{};
        const bool stays = is_in_archive(key);
        const auto booked = acts_of.find(key);
        const std::map<AccountId, Units> faults =
            faults_of(acts_wanted(wanted, line), booked == acts_of.end() ? Acts{} : booked->second, line ? line->day : "");
        const bool waits = is_loose && !faults.empty() && refused.contains(key);
        if (!waits && keeps_out(key))
            wanted = {};
        if (waits)
            all.unsettled.push_back(
                {document_line, key, wanted.empty() ? std::nullopt : std::optional{*wanted.begin()}, standing, faults});
        for (const auto& [account, sums] : waits || stays ? standing : wanted) {
            all.effects[std::tuple_cat(account, key)] = sums;
            const Sums sold = waits || stays ? sold_of(key, account, sums) : sells(*article_of(line->article)) ? sums : Sums{};
            if (sold != Sums{})
                all.sales[std::tuple_cat(account, key)] = sold;
        }
    }

    const std::map<LineKey, Standing>& standings() const { return standing_of; }

private:
    Standing wanted_by(const LineKey& key, const Line& line, const Standing& standing) const
    {
        const Article* const article = article_of(line.article);
        if (!line.counts || !article || !article->type || !works_with_credits(line.customer) ||
            (sells(*article) && line.source->amounts == Amounts::none) || (!sells(*article) && is_covered(key, line)))
            return {};
        const std::string customer = line.customer == "child of ann" ? "ann" : line.customer;
        const AccountId account{customer, article->type};
        Sums wanted;
        for (const std::string& coefficient : coefficients.at(line.article)) {
            wanted = effect_of(line, *article, coefficient);
            if (const auto booked = standing.find(account); booked != standing.end() && booked->second.credits == wanted.credits)
                break;
        }
        return wanted == Sums{} ? Standing{} : Standing{{account, wanted}};
    }

    /// The part of sales and credit notes in what is booked: what was archived under one key may be more than one line's.
    Sums sold_of(const LineKey& key, const AccountId& account, const Sums& booked) const
    {
        Sums sold{0, booked.value, booked.amount};
        const auto found = acts_of.find(key);
        for (const char* const act : {"sale", "credit_note"})
            if (found != acts_of.end() && found->second.contains({account, act}))
                sold.credits += found->second.at({account, act}).sums.credits;
        return sold;
    }

    /// What is archived must not be booked once more, whatever its date has become. What had come to nothing may be, and so may
    /// another line that was booked, and was given its key. One that got the key while nobody watched is named, and refused.
    bool keeps_out(const LineKey& key) const
    {
        const auto archived = acts_of.find(in_archive(key));
        return archived != acts_of.end() && !archived->second.empty() && !taken_over.contains(key);
    }

    /// What is archived covers as long as it stands booked, whatever has become of its row.
    bool is_covered_by_archive(const LineKey& above, const Line& line) const
    {
        const auto found = acts_of.find(in_archive(above));
        return found != acts_of.end() && std::ranges::any_of(found->second, [&](const auto& act) {
                   return act.first.second == (*line.quantity < 0 ? "return" : "consumption") && act.second.sums.credits != 0;
               });
    }

    /// Climbs to what the line was made from: a consumption is covered by one, a return by one.
    bool is_covered(const LineKey& self, const Line& line) const
    {
        if (line.source->origins == Origins::unknown)
            return !line.made_of.empty();
        bool is_covered = false;
        const Line* below = &line;
        for (int step = 0; step < 16; ++step) {
            if (below->source->origins != Origins::looked_up || below->made_of.empty())
                break;
            const LineKey above{"s.l" + std::to_string(below->source->origin_source), below->made_of};
            if (above == self)
                return false;
            is_covered |= is_covered_by_archive(above, line);
            const auto found = by_key.find(above);
            if (found == by_key.end())
                break;
            below = found->second;
            is_covered |= below->covers && (*below->quantity < 0) == (*line.quantity < 0);
        }
        return is_covered;
    }

    const Coefficients& coefficients;
    bool is_loose;
    std::map<LineKey, Standing> standing_of;
    std::map<LineKey, Acts> acts_of;
    std::set<LineKey> taken_over;
    std::map<LineKey, const Line*> by_key;
    std::set<LineKey> refused;
};

} // namespace

bool works_with_credits(const std::string& customer)
{
    return customer == "ann" || customer == "bob" || customer == "cy's" || customer == "child of ann";
}

Coefficients coefficients_of(pqxx::work& owner)
{
    Coefficients all;
    for (const auto& row :
         owner.exec("SELECT article, trim_scale(coefficient) FROM credits.article WHERE coefficient IS NOT NULL"
                    " UNION SELECT article, trim_scale(coefficient) FROM credits.entry WHERE coefficient IS NOT NULL"))
        all[row[0].as<std::string>()].insert(row[1].as<std::string>());
    return all;
}

std::vector<Line> read_documents(pqxx::work& owner, const Schema& schema)
{
    std::vector<Line> lines;
    for (const Source& source : schema.sources | std::views::filter([](const Source& one) { return !one.is_left_out; })) {
        const pqxx::result archive =
            owner.exec("SELECT archived_before FROM credits.source WHERE line_table = '" + lines_of(source) + "'::regclass");
        const std::string archived_before = archive.empty() || archive[0][0].is_null() ? "" : archive[0][0].c_str();
        for (const auto& row : owner.exec(query_of(source)))
            lines.push_back(read_line(source, row, archived_before));
    }
    return lines;
}

std::vector<DocumentLine> document_lines_of(const std::vector<Line>& lines)
{
    std::vector<DocumentLine> all;
    for (const Line& line : lines)
        all.push_back({.table = lines_of(*line.source),
                       .key = line.key,
                       .customer = line.customer,
                       .state = line.counts ? "posted" : "",
                       .day = line.day,
                       .article = line.article,
                       .quantity = line.quantity,
                       .price = line.price,
                       .amount = line.amount,
                       .written = line.amount,
                       .has_amount = line.source->amounts != Amounts::none,
                       .made_of = line.made_of,
                       .refund_of = line.source->refers ? line.refund_of : ""});
    return all;
}

Wanted wanted_of(const Books& books, const std::vector<Line>& lines, const Coefficients& coefficients, bool is_loose)
{
    const Reader reader{books, lines, coefficients, is_loose};
    Wanted wanted;
    std::set<LineKey> there;
    for (size_t i = 0; i < lines.size(); ++i) {
        const LineKey key{lines_of(*lines[i].source), lines[i].key};
        there.insert(key);
        reader.read(key, &lines[i], &books.lines[i], wanted);
    }
    for (const auto& [key, standing] : reader.standings())
        if (!there.contains(key))
            reader.read(key, nullptr, nullptr, wanted);
    return wanted;
}

} // namespace fuzz
