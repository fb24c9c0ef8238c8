// One clerk: a connection, a thread's worth of random saves, and what came of them.
#pragma once

#include <map>

#include "database.hpp"
#include "progress.hpp"
#include "register.hpp"

namespace concurrency
{

/// What came of the saves of one clerk, or of all.
struct Outcome {
    std::map<std::string, long> saved;   // acts that were committed
    std::map<std::string, long> refused; // by constraint
    long retried = 0;                    // lost races at SERIALIZABLE
    std::vector<std::string> deadlocks;  // 40P01
    std::vector<std::string> lost_races; // 40001 below SERIALIZABLE
    std::vector<std::string> unjust;     // refused though nothing is wrong with it
    std::vector<std::string> unexpected; // anything else

    void add(const Outcome& other);
};

/// How the clerks of a run behave.
struct Custom {
    Level level;
    bool counters_unlocked; // edits of counter documents do not wait for each other: only where all are at READ COMMITTED
    Check check;
};

/// Where a line is entered: at a counter the clerk himself writes 0 as the price of a consumption.
enum class EnteredAt { desk, counter };

/// Up to `most` random lines for a document of this source.
std::vector<NewLine> any_lines(Random& random, const Source& source, EnteredAt where, size_t most);

/// A random quantity of this article, as fine as the source allows.
std::string any_quantity(Random& random, const Source& source, const Article& article);

class Clerk
{
public:
    Clerk(const Database& database, Register& documents, const std::vector<Customer>& customers, Custom custom, Random random);

    /// Does `count` random operations. Returns early when the connection is lost.
    Outcome work(int count, Progress& progress);

private:
    /// One document of a save: an existing one, or one to be written.
    struct Paper {
        std::optional<Document> existing;
        std::string customer;
    };

    // At a desk: whole documents, one or several in a transaction (clerk_desk.cpp).
    void serve_desk();
    std::vector<Paper> papers_in_order(pqxx::work& erp, const std::vector<Document>& existing, size_t fresh, bool several);
    void handle(pqxx::work& erp, const std::vector<Paper>& papers, const Paper& paper);
    void invoice(pqxx::work& erp, const Document& done, const std::string& customer);
    void refund(pqxx::work& erp, const Document& invoice, const std::string& customer);
    void write_new(pqxx::work& erp, const std::string& customer);
    void edit_in_savepoint(pqxx::work& erp, const Document& document);
    void edit(pqxx::work& erp, const Document& document);
    void edit_header(pqxx::work& erp, const Document& document);
    void edit_line(pqxx::work& erp, const Document& document, const std::string& line_no);
    void move_line_within(pqxx::work& erp, const std::vector<Paper>& papers, const Paper& paper);

    // At a desk, where the whole save is checked at commit (clerk_commit.cpp).
    void serve_whole_saves();
    void save_anew(pqxx::work& erp, const Document& document);
    void use_before_selling(pqxx::work& erp);
    void check_early(pqxx::work& erp);

    // At a counter: documents that others use at the same time (clerk_counter.cpp).
    void serve_counter();
    void add_to_counter(const Register::Counter& counter);
    void edit_at_counter(const Register::Counter& counter);
    void add_at_counter(pqxx::work& erp, const Register::Counter& counter, const Document& document);
    std::vector<NewLine> invoiced_at_counter(pqxx::work& erp, const Document& report);
    void edit_line_at_counter(pqxx::work& erp, const Document& document);
    void change_header_at_counter(pqxx::work& erp, const Document& document, bool wanders);

    /// Runs a transaction and keeps what came of it; at SERIALIZABLE again and again until it is not a lost race.
    template <typename Act>
    void save(int percent_rolled_back, Act act);
    void remember();
    bool is_lost_race_to_retry(const std::exception& error);
    void count_failure(const std::exception& error);

    void did(const char* act) { acts.emplace_back(act); }
    bool is_deleted(const Document& document) const { return std::ranges::find(deleted, document) != deleted.end(); }
    size_t roll(size_t count) { return below(random, count); }
    bool chance(int percent) { return concurrency::chance(random, percent); }
    const std::string& any_customer();
    bool is_checked_at_commit(const Source& source) const
    {
        return custom.check == Check::commit || (custom.check == Check::both && source.origins.empty());
    }

    /// Checked at commit, the ledger locks in an order of its own, whatever the order of statements.
    bool is_orderly() const { return custom.check != Check::commit; }

    /// May a save change a header and settle lines of a document whose header another one changes? Where one table is checked at
    /// the statement and another at commit, both would wait.
    bool may_cross_documents() const { return custom.check != Check::both; }

    bool is_fickle(const std::string& key) const
    {
        const Customer* const customer = find_customer(customers, key);
        return is_orderly() && customer && customer->fickle;
    }
    int any_day() { return static_cast<int>(roll(60)) - 55; }

    Register& documents;
    const std::vector<Customer>& customers;
    Custom custom;
    Random random;
    pqxx::connection connection;
    pqxx::quiet_errorhandler quiet{connection};
    Outcome outcome;

    // Of the save under way; remembered when it commits.
    std::vector<std::string> acts;
    std::vector<Document> written;
    std::vector<Document> deleted;
    bool cannot_be_refused = false;
    bool has_several_customers = false;
};

template <typename Act>
void Clerk::save(int percent_rolled_back, Act act)
{
    const Random dice = random;
    for (;;) {
        random = dice;
        acts.clear();
        written.clear();
        deleted.clear();
        cannot_be_refused = false;
        try {
            pqxx::work erp{connection};
            act(erp);
            if (chance(percent_rolled_back)) {
                ++outcome.saved["rolled back"];
                return;
            }
            erp.commit();
            remember();
            return;
        } catch (const std::exception& error) {
            if (!is_lost_race_to_retry(error)) {
                count_failure(error);
                return;
            }
        }
    }
}

} // namespace concurrency
