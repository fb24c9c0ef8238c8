// Leaves out of a failing case what it fails without: units, then statements, others' triggers, tables, and arguments of attach.
#include "shrink.hpp"

#include <algorithm>
#include <chrono>

namespace fuzz
{

namespace
{

using Clock = std::chrono::steady_clock;

class Shrinker
{
public:
    Shrinker(const Model& model_, const std::set<std::string>& kinds_, int seconds)
        : model{model_}, kinds{kinds_}, until{Clock::now() + std::chrono::seconds{seconds}}
    {
    }

    bool fails(const Case& fuzzed) const
    {
        if (Clock::now() > until)
            return false;
        try {
            return std::ranges::any_of(findings_of(model, fuzzed),
                                       [&](const std::string& finding) { return kinds.contains(kind_of(finding)); });
        } catch (const std::exception&) {
            return false; // it cannot even be set up
        }
    }

    /// Leaves out as many of a case's items as it can, in pieces of half of them down to one.
    template <typename Items>
    void reduce(Case& fuzzed, Items items_of) const
    {
        for (size_t size = std::max<size_t>(1, items_of(fuzzed).size() / 2);; size = std::max<size_t>(1, size / 2)) {
            const size_t before = items_of(fuzzed).size();
            for (size_t at = 0; at < items_of(fuzzed).size();) {
                Case smaller = fuzzed;
                auto& items = items_of(smaller);
                const size_t end = std::min(items.size(), at + size);
                items.erase(items.begin() + static_cast<long>(at), items.begin() + static_cast<long>(end));
                if (fails(smaller))
                    fuzzed = smaller;
                else
                    at += size;
            }
            if (size == 1 && items_of(fuzzed).size() == before)
                return;
        }
    }

    /// Takes the change when the case fails as before.
    template <typename Change>
    void attempt(Case& fuzzed, Change change) const
    {
        Case smaller = fuzzed;
        change(smaller);
        if (fails(smaller))
            fuzzed = smaller;
    }

private:
    const Model& model;
    const std::set<std::string>& kinds;
    Clock::time_point until;
};

/// A transaction of one statement is the statement.
void unwrap(const Shrinker& shrinker, Case& fuzzed)
{
    for (size_t i = 0; i < fuzzed.units.size(); ++i)
        if (const auto& all = fuzzed.units[i].statements; all.size() > 2 && all.front().starts_with("BEGIN"))
            shrinker.attempt(fuzzed, [i](Case& smaller) {
                auto& statements = smaller.units[i].statements;
                statements.pop_back();
                statements.erase(statements.begin());
            });
}

void reduce_statements(const Shrinker& shrinker, Case& fuzzed)
{
    for (size_t i = 0; i < fuzzed.units.size(); ++i)
        if (fuzzed.units[i].statements.size() > 1)
            shrinker.reduce(
                fuzzed, [i](Case & smaller) -> auto& { return smaller.units[i].statements; });
    std::erase_if(fuzzed.units, [](const Unit& unit) { return unit.statements.empty(); });
}

/// Leaves rows out of what inserts several: each begins a line of its text.
void reduce_rows(const Shrinker& shrinker, Case& fuzzed)
{
    static const std::string between = ",\n    (";
    for (size_t unit = 0; unit < fuzzed.units.size(); ++unit)
        for (size_t i = 0; i < fuzzed.units[unit].statements.size(); ++i)
            for (size_t at = 0; (at = fuzzed.units[unit].statements[i].find(between, at + 1)) != std::string::npos;) {
                const std::string whole = fuzzed.units[unit].statements[i];
                const size_t next = std::min(whole.find(between, at + 1), whole.find_last_of(')') + 1);
                const size_t first = whole.find("VALUES (") + 7;
                const std::string without_it = whole.substr(0, at) + whole.substr(next);
                const std::string without_first = whole.substr(0, first) + whole.substr(at + between.size() - 1);
                for (const std::string& shorter : {without_it, without_first})
                    if (fuzzed.units[unit].statements[i] == whole)
                        shrinker.attempt(fuzzed, [&](Case& smaller) { smaller.units[unit].statements[i] = shorter; });
                if (fuzzed.units[unit].statements[i] != whole)
                    at = 0;
            }
}

/// The plainest form of each property of a source.
void simplify(const Shrinker& shrinker, Case& fuzzed, size_t number)
{
    const auto attempt = [&](auto change) {
        shrinker.attempt(fuzzed, [&](Case& smaller) { change(smaller.schema.sources[number]); });
    };
    attempt([](Source& source) { source.doubles = false; });
    attempt([](Source& source) { source.calls = false; });
    attempt([](Source& source) { source.turns = false; });
    attempt([](Source& source) { source.applies = false; });
    attempt([](Source& source) { source.has_states = false; });
    attempt([](Source& source) { source.zeroes = false; });
    attempt([](Source& source) { source.at_commit = false; });
    attempt([](Source& source) { source.refers = false; });
    attempt([](Source& source) { source.origins = Origins::none; });
    attempt([](Source& source) { source.foreign_key_ends = ""; });
    attempt([](Source& source) { source.shape = Shape::plain; });
    attempt([](Source& source) { source.heading = source.heading == Heading::view ? Heading::table : source.heading; });
    attempt([](Source& source) { source.customer_in_header = source.day_in_header = false; });
    attempt([](Source& source) { source.amounts = source.amounts == Amounts::product ? Amounts::column : source.amounts; });
    attempt([](Source& source) { source.quantity_type = "numeric"; });
    attempt([](Source& source) { source.day_type = "date"; });
}

void append(std::string& script, const std::vector<std::string>& statements)
{
    for (const std::string& sql : statements)
        script += sql + ";\n";
}

std::string comments(const std::vector<std::string>& findings)
{
    std::string text;
    for (const std::string& finding : findings) {
        std::string line = "-- " + finding + "\n";
        for (size_t at = line.find('\n'); at + 1 < line.size(); at = line.find('\n', at + 4))
            line.replace(at, 1, "\n--   ");
        text += line;
    }
    return text;
}

} // namespace

std::vector<std::string> findings_of(const Model& model, const Case& fuzzed)
{
    const Copy copy{model};
    open_shop(copy, fuzzed);
    Day day = run_one_by_one(copy, fuzzed);
    for (const std::string& finding : judge(copy, fuzzed))
        day.findings.push_back(finding);
    return day.findings;
}

Case shrink(const Model& model, Case fuzzed, const std::set<std::string>& kinds, int seconds)
{
    const Shrinker shrinker{model, kinds, seconds};
    shrinker.reduce(
        fuzzed, [](Case & smaller) -> auto& { return smaller.units; });
    shrinker.reduce(
        fuzzed, [](Case & smaller) -> auto& { return smaller.schema.neighbours; });
    for (size_t i = fuzzed.schema.sources.size(); i-- > 0;)
        shrinker.attempt(fuzzed, [i](Case& smaller) { smaller.schema.sources[i].is_left_out = true; });
    unwrap(shrinker, fuzzed);
    reduce_statements(shrinker, fuzzed);
    reduce_rows(shrinker, fuzzed);
    shrinker.attempt(fuzzed, [](Case& smaller) { smaller.is_dumped = false; });
    for (size_t i = 0; i < fuzzed.schema.sources.size(); ++i)
        simplify(shrinker, fuzzed, i);
    shrinker.reduce(
        fuzzed, [](Case & smaller) -> auto& { return smaller.units; });
    return fuzzed;
}

std::string script_of(const Case& fuzzed, const std::vector<std::string>& findings)
{
    std::string script = "-- In an empty database: psql -f this. What the fuzzer found after it:\n" + comments(findings) + "\n";
    append(script, prelude());
    append(script, setup_of(fuzzed.schema));
    bool is_dba = true;
    for (const Unit& unit : fuzzed.units) {
        if (is_dba != (unit.connection == dba))
            script += is_dba ? "SET ROLE " + std::string{clerk} + ";\n" : "RESET ROLE;\n";
        is_dba = unit.connection == dba;
        append(script, unit.statements);
    }
    script += is_dba ? "" : "RESET ROLE;\n";
    script += "UPDATE credits.parameter SET active = true, closed_month_policy = 'next_open_month';\n"
              "UPDATE credits.customer SET works_with_credits = true WHERE customer IN ('ann', 'bob', 'cy''s');\n";
    if (fuzzed.is_loose)
        script += "SELECT * FROM credits.take_in(on_refusal => 'report'); -- until it takes in none\n"
                  "SELECT line_table, line_key, message FROM credits.take_in_refusal;\n";
    for (const Source& source : fuzzed.schema.sources)
        script += source.is_left_out ? ""
                                     : "SELECT * FROM " + lines_of(source) + ";\n" +
                                           (source.heading == Heading::none ? "" : "SELECT * FROM " + header_of(source) + ";\n");
    return script + "SELECT customer, type_id, entry_no, kind, lot_no, quantity, value, amount, line_table, line_key"
                    " FROM credits.entry ORDER BY customer, type_id, entry_no;\nSELECT * FROM credits.verify();\n";
}

std::string record_of(const Case& fuzzed, const Day& day, const std::vector<std::string>& findings)
{
    std::string script = "-- It took several connections at once. What the fuzzer found:\n" + comments(findings) + "\n";
    append(script, prelude());
    append(script, setup_of(fuzzed.schema));
    std::vector<Sent> sent = day.sent;
    std::ranges::sort(sent, {}, &Sent::began);
    for (const Sent& one : sent)
        script += "/* connection " + std::to_string(one.connection) + ", from " + std::to_string(one.began) + " to " +
                  std::to_string(one.ended) + (one.refused.empty() ? "" : ", refused " + one.refused) + " */ " + one.statement +
                  ";\n";
    return script + "\n-- What it had left:\n" + comments({day.ledger});
}

} // namespace fuzz
