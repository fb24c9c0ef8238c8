// Where the whole save is checked at commit: saves of which the statements one by one could not stand, and early checks.
// None of these saves needs more than there is, so none may be refused.
#include "clerk.hpp"

namespace concurrency
{

void Clerk::serve_whole_saves()
{
    const std::vector<Document> existing = documents.pick(random, 1);
    const Register::Opened opened = documents.open(existing);
    save(10, [&](pqxx::work& erp) {
        cannot_be_refused = true;
        if (chance(50) || existing.empty() || !is_checked_at_commit(*existing.front().source))
            use_before_selling(erp);
        else
            save_anew(erp, existing.front());
        if (chance(30))
            check_early(erp);
    });
}

/// Deletes all lines and inserts them again, as some ERPs do: sales of which some is consumed keep their lots.
void Clerk::save_anew(pqxx::work& erp, const Document& document)
{
    const std::optional<Header> header = read_header(erp, document);
    const Customer* const customer = header ? find_customer(customers, header->customer) : nullptr;
    if (!header || (customer && customer->fickle) || is_chained(erp, document))
        return; // its lines may want something else by now
    const std::vector<NewLine> lines = read_lines(erp, document);
    if (lines.empty())
        return;
    delete_lines(erp, document);
    add_lines(erp, document, lines);
    did("document saved anew");
}

/// A consumption, and afterwards the sale that it draws from.
void Clerk::use_before_selling(pqxx::work& erp)
{
    const Source& source = sources[custom.check == Check::both ? 1 : roll(2)];
    const Document document = open_document(erp, source, any_customer(), any_day(), "posted");
    add_lines(erp, document,
              {{article_of("COURSE"), "2", 110 * one, 220 * one}, {article_of("QUARTER"), "4", 25 * one, 100 * one}});
    add_lines(erp, document, {{article_of("SUPPORT-1"), "1", 100 * one, 100 * one}});
    add_lines(erp, document, {{article_of("TRAINING-1"), "2", 95 * one, 190 * one}});
    written.push_back(document);
    did("used before sold");
}

/// Checks what was saved so far, and goes on.
void Clerk::check_early(pqxx::work& erp)
{
    erp.exec_params("SET CONSTRAINTS ALL IMMEDIATE");
    erp.exec_params("SET CONSTRAINTS ALL DEFERRED");
    did("checked early");
}

} // namespace concurrency
