// At a counter: documents that several clerks use at the same time, without opening them.
//
// Each transaction is one statement, so that the ERP by itself cannot deadlock; two have more, and must not deadlock either:
// lines for two documents of one customer in any order, and a line followed by the header's total. Below the key order of
// customers only a wandering document is exempt: one statement takes its old and its new customer together.
#include "clerk.hpp"

namespace concurrency
{

void Clerk::serve_counter()
{
    const Register::Counter& counter = documents.counters[roll(documents.counters.size())];
    chance(65) ? add_to_counter(counter) : edit_at_counter(counter);
}

/// Lines only; needs no other row of the ERP for itself, so nobody waits.
void Clerk::add_to_counter(const Register::Counter& counter)
{
    const size_t first = roll(counter.steady.size());
    const bool two = chance(25);
    const Document& wandering = counter.wandering[roll(counter.wandering.size())];
    const bool wanders = !two && chance(40);
    save(5, [&](pqxx::work& erp) {
        const Document& document = wanders ? wandering : counter.steady[first];
        add_lines(erp, document, any_lines(random, *document.source, Place::counter, 3));
        did("line added at a counter");
        if (!two)
            return;
        const Document& other = counter.steady[(first + 1) % counter.steady.size()];
        add_lines(erp, other, any_lines(random, *other.source, Place::counter, 2));
        did("lines added at two counters");
    });
}

/// Changes rows that others change too: where snapshots last longer than a statement, the ERP has to make one wait for the other.
void Clerk::edit_at_counter(const Register::Counter& counter)
{
    const bool wandering = chance(50);
    const std::vector<Document>& these = wandering ? counter.wandering : counter.steady;
    const Document& document = these[roll(these.size())];
    Register::Opened opened;
    if (!custom.counters_unlocked)
        opened = documents.open({document});
    save(5, [&](pqxx::work& erp) {
        if (chance(30)) {
            add_lines(erp, document, any_lines(random, *document.source, Place::counter, 1));
            write_total(erp, document);
            return did("line, then total");
        }
        if (chance(40))
            return change_header_at_counter(erp, document, wandering);
        const std::vector<std::string> lines = line_numbers(erp, document);
        if (lines.empty())
            return;
        const std::string& line_no = lines[roll(lines.size())];
        if (chance(30)) {
            delete_line(erp, document, line_no);
            return did("line deleted at a counter");
        }
        rewrite_line(erp, document, line_no, any_lines(random, *document.source, Place::counter, 1).front());
        did("line rewritten at a counter");
    });
}

void Clerk::change_header_at_counter(pqxx::work& erp, const Document& document, bool wandering)
{
    if (wandering && chance(50)) {
        change_customer(erp, document, chance(20) ? "" : any_customer());
        return did("customer changed at a counter");
    }
    if (chance(30)) {
        change_day(erp, document, any_day());
        return did("day changed at a counter");
    }
    change_state(erp, document, chance(60) ? "posted" : "cancelled");
    did("state changed at a counter");
}

} // namespace concurrency
