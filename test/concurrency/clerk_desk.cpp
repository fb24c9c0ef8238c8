// At a desk: documents are opened, edited, written, several in one transaction, with savepoints.
// Several customers are taken in key order, and a document changes customer only as the first act of a transaction of its own,
// so that every transaction locks the customers in one order. Lines of a fickle customer may be on accounts of others: his
// documents have one edit per transaction. Documents of a chain are locked by whoever edits the others, so they have a
// transaction of their own.
#include "clerk.hpp"
#include "savepoint.hpp"

namespace concurrency
{

static constexpr const Source& report = sources[2];

static constexpr std::array<std::string_view, 3> states{"draft", "posted", "cancelled"};

void Clerk::serve_desk()
{
    if (custom.check != Check::statement && chance(20))
        return serve_whole_saves();
    const size_t fresh = roll(3);
    const std::vector<Document> existing = documents.pick(random, fresh == 0 ? 1 + roll(2) : roll(2));
    const bool several = chance(25) && custom.check != Check::both;
    const Register::Opened opened = documents.open(existing);
    save(10, [&](pqxx::work& erp) {
        const std::vector<Paper> papers = papers_in_order(erp, existing, fresh, several);
        for (const Paper& paper : papers)
            handle(erp, papers, paper);
    });
}

/// What is to be done, in order of customer; of one customer alone unless `several`.
std::vector<Clerk::Paper> Clerk::papers_in_order(pqxx::work& erp, const std::vector<Document>& existing, size_t fresh,
                                                 bool several)
{
    std::vector<Paper> papers;
    for (const Document& document : existing)
        if (const std::optional<Header> header = read_header(erp, document))
            papers.push_back({document, header->customer});
    const std::string one_customer = papers.empty() ? any_customer() : papers.front().customer;
    if (!several)
        std::erase_if(papers, [&](const Paper& paper) { return paper.customer != one_customer; });
    for (size_t i = 0; i < fresh; ++i)
        papers.insert(papers.begin(), {std::nullopt, several ? any_customer() : one_customer});
    if (papers.size() > 1 && is_orderly())
        std::erase_if(papers, [&](const Paper& paper) {
            return is_fickle(paper.customer) || (paper.existing && is_chained(erp, *paper.existing));
        });
    if (is_orderly())
        std::ranges::stable_sort(papers, {}, &Paper::customer);
    has_several_customers = std::ranges::any_of(papers, [&](const Paper& paper) { return paper.customer != one_customer; });
    if (papers.size() > 1)
        did(has_several_customers ? "several customers" : "several documents");
    return papers;
}

void Clerk::handle(pqxx::work& erp, const std::vector<Paper>& papers, const Paper& paper)
{
    if (!paper.existing)
        return write_new(erp, paper.customer);
    if (papers.size() == 1 && paper.existing->source == &report && may_cross_documents() && chance(40))
        return invoice(erp, *paper.existing, paper.customer);
    if (papers.size() == 1 && paper.existing->source == &sources[0] && chance(20))
        return refund(erp, *paper.existing, paper.customer);
    if (papers.size() == 1 && chance(15) && !is_chained(erp, *paper.existing)) {
        const std::string customer = chance(10) ? "" : any_customer();
        change_customer(erp, *paper.existing, customer);
        did("customer changed");
        if (is_fickle(customer) || is_fickle(paper.customer))
            return;
    }
    if (papers.size() > 1 && chance(30))
        move_line_within(erp, papers, paper);
    for (size_t edits = is_fickle(paper.customer) ? 1 : 1 + roll(3); edits > 0 && !is_deleted(*paper.existing); --edits)
        chance(25) ? edit_in_savepoint(erp, *paper.existing) : edit(erp, *paper.existing);
}

/// Header first, then the lines, as a draft that is posted afterwards or posted at once.
void Clerk::write_new(pqxx::work& erp, const std::string& customer)
{
    const Source& source = sources[roll(sources.size())];
    const bool draft_first = chance(50);
    const Document document = open_document(erp, source, chance(5) ? "" : customer, any_day(), draft_first ? "draft" : "posted");
    const std::vector<NewLine> lines = any_lines(random, source, EnteredAt::desk, 4);
    if (chance(50)) {
        add_lines(erp, document, lines);
        did("lines in one statement");
    } else {
        for (const NewLine& line : lines)
            add_lines(erp, document, {line});
        did("lines one by one");
    }
    if (draft_first && chance(80)) {
        change_state(erp, document, "posted");
        did("posted");
    }
    written.push_back(document);
}

/// An invoice for a service report.
void Clerk::invoice(pqxx::work& erp, const Document& done, const std::string& customer)
{
    const std::vector<NewLine> lines = lines_to_invoice(erp, done);
    if (lines.empty())
        return;
    const Document document = open_document(erp, sources[0], customer, any_day(), "posted");
    add_lines(erp, document, lines);
    written.push_back(document);
    did("report invoiced");
}

/// A credit note for an invoice.
void Clerk::refund(pqxx::work& erp, const Document& invoice, const std::string& customer)
{
    const std::vector<NewLine> lines = lines_to_refund(erp, invoice);
    if (lines.empty())
        return;
    const Document document = open_document(erp, sources[0], customer, any_day(), "posted");
    add_lines(erp, document, lines);
    written.push_back(document);
    did("sale refunded");
}

/// An edit that is refused in its savepoint, or rolled back to it, leaves the transaction as it was.
void Clerk::edit_in_savepoint(pqxx::work& erp, const Document& document)
{
    const std::vector<std::string> acts_before = acts;
    const std::vector<Document> deleted_before = deleted;
    const auto undo = [&](const char* act) {
        acts = acts_before;
        deleted = deleted_before;
        did(act);
    };
    try {
        Savepoint savepoint{erp};
        edit(erp, document);
        if (custom.check != Check::statement && !has_several_customers && chance(50))
            check_early(erp); // of several customers, more would be locked at commit, out of order
        if (chance(40))
            return undo("savepoint rolled back");
        savepoint.release();
    } catch (const std::exception& error) {
        if (sqlstate_of(error) != "23514")
            throw;
        count_failure(error);
        undo("refused in a savepoint");
    }
}

void Clerk::edit(pqxx::work& erp, const Document& document)
{
    if (chance(30))
        return edit_header(erp, document);
    const std::vector<std::string> lines = line_numbers(erp, document);
    if (lines.empty() || chance(25)) {
        add_lines(erp, document, chance(10) ? std::vector{NewLine{}} : any_lines(random, *document.source, EnteredAt::desk, 3));
        return did("lines added");
    }
    edit_line(erp, document, lines[roll(lines.size())]);
}

void Clerk::edit_header(pqxx::work& erp, const Document& document)
{
    switch (roll(10)) {
    case 0:
        delete_document(erp, document);
        deleted.push_back(document);
        return did("document deleted");
    case 1:
    case 2:
        change_day(erp, document, any_day());
        return did("day changed");
    case 3:
        touch(erp, document);
        return did("touched");
    default:
        const std::string_view state = states[roll(states.size())];
        change_state(erp, document, state);
        return did(state.data());
    }
}

void Clerk::edit_line(pqxx::work& erp, const Document& document, const std::string& line_no)
{
    const NewLine line = any_lines(random, *document.source, EnteredAt::desk, 1).front();
    switch (roll(7)) {
    case 6:
        if (document.source->tills > 0) {
            change_till(erp, document, line_no);
            return did("till changed");
        }
        if (document.source->origins.empty())
            return;
        forget_origin(erp, document, line_no);
        return did("origin forgotten");
    case 0:
        delete_line(erp, document, line_no);
        return did("line deleted");
    case 1:
        if (document.source->has_amounts)
            change_amount(erp, document, line_no, line.amount);
        return did("amount changed");
    case 2:
    case 3:
        rewrite_line(erp, document, line_no, line);
        return did("line rewritten");
    default:
        change_quantity(erp, document, line_no, line.quantity);
        return did("quantity changed");
    }
}

/// A line goes to another document of the same source and customer: where the document is in the key, the key changes too.
void Clerk::move_line_within(pqxx::work& erp, const std::vector<Paper>& papers, const Paper& paper)
{
    std::vector<Document> others;
    for (const Paper& other : papers)
        if (other.existing && other.existing != paper.existing && other.customer == paper.customer &&
            !is_deleted(*other.existing))
            others.push_back(*other.existing);
    if (papers.front().customer == papers.back().customer)
        others.insert(others.end(), written.begin(), written.end());
    std::erase_if(others, [&](const Document& other) { return other.source != paper.existing->source; });
    const std::vector<std::string> lines = line_numbers(erp, *paper.existing);
    if (others.empty() || lines.empty())
        return;
    move_line(erp, *paper.existing, lines[roll(lines.size())], others[roll(others.size())]);
    did("line moved");
}

} // namespace concurrency
