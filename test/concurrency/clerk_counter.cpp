// At a counter: documents that several clerks use at the same time, without opening them.
//
// Of rows that others change too, a transaction changes one, by one statement, so that the ERP by itself cannot deadlock. Around
// it it adds lines, which must not deadlock either: to several documents of one customer in any order, before the header's total,
// after a header's change; to a fickle customer's one at a time. A wandering document has a transaction to itself: its old and
// new customers are taken by one statement.
#include "clerk.hpp"

namespace concurrency
{

void Clerk::serve_counter()
{
    const Register::Counter& counter = documents.counters[roll(documents.counters.size())];
    chance(60) ? add_to_counter(counter) : edit_at_counter(counter);
}

/// Adds lines, and reads the document back, as a form does: time for others to come in between.
void Clerk::add_at_counter(pqxx::work& erp, const Register::Counter& counter, const Document& document)
{
    std::vector<NewLine> lines;
    if (document == counter.steady.front() && may_cross_documents() && chance(40))
        lines = invoiced_at_counter(erp, counter.report());
    if (lines.empty())
        lines = any_lines(random, *document.source, EnteredAt::counter, 3);
    else
        did("report invoiced at a counter");
    add_lines(erp, document, lines);
    read_header(erp, document);
}

/// Up to three of the latest lines of a report, which others change meanwhile.
std::vector<NewLine> Clerk::invoiced_at_counter(pqxx::work& erp, const Document& report)
{
    std::vector<NewLine> lines = lines_to_invoice(erp, report);
    lines.erase(lines.begin(), lines.end() - static_cast<long>(std::min(lines.size(), 1 + roll(3))));
    for (NewLine& line : lines)
        if (line.article->consumes())
            line.price = line.amount = 0;
    return lines;
}

/// Lines only; needs no other row of the ERP for itself, so nobody waits for another but for the ledger.
void Clerk::add_to_counter(const Register::Counter& counter)
{
    const bool wanders = chance(40);
    save(5, [&](pqxx::work& erp) {
        if (wanders) {
            add_at_counter(erp, counter, counter.wandering);
            return did("lines added to a wandering document");
        }
        for (size_t count = counter.is_fickle ? 1 : 1 + roll(3); count > 0; --count)
            add_at_counter(erp, counter, counter.steady[roll(counter.steady.size())]);
        did("lines added at counters");
    });
}

/// Changes rows that others change too: where snapshots last longer than a statement, the ERP has to make one wait for the other.
void Clerk::edit_at_counter(const Register::Counter& counter)
{
    const bool wanders = chance(50);
    const Document& document = wanders ? counter.wandering : counter.steady[roll(counter.steady.size())];
    Register::Opened opened;
    if (!custom.counters_unlocked)
        opened = documents.open({document});
    save(5, [&](pqxx::work& erp) {
        if (chance(20)) {
            add_at_counter(erp, counter, document);
            write_total(erp, document);
            return did("lines, then total");
        }
        if (chance(30))
            return edit_line_at_counter(erp, document);
        if (wanders || counter.is_fickle || !may_cross_documents() || chance(40))
            return change_header_at_counter(erp, document, wanders);
        flip_state(erp, document);
        add_at_counter(erp, counter, counter.steady[roll(counter.steady.size())]);
        did("state changed, then lines");
    });
}

void Clerk::edit_line_at_counter(pqxx::work& erp, const Document& document)
{
    const std::vector<std::string> lines = line_numbers(erp, document);
    if (lines.empty())
        return;
    const std::string& line_no = lines[roll(lines.size())];
    if (chance(30)) {
        delete_line(erp, document, line_no);
        return did("line deleted at a counter");
    }
    rewrite_line(erp, document, line_no, any_lines(random, *document.source, EnteredAt::counter, 1).front());
    did("line rewritten at a counter");
}

void Clerk::change_header_at_counter(pqxx::work& erp, const Document& document, bool wanders)
{
    if (wanders && chance(50)) {
        change_customer(erp, document, chance(20) ? "" : any_customer());
        return did("customer changed at a counter");
    }
    if (chance(30)) {
        change_day(erp, document, any_day());
        return did("day changed at a counter");
    }
    flip_state(erp, document);
    did("state changed at a counter");
}

} // namespace concurrency
