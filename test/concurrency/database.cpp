// Makes and drops the database of a run, and says what an error of the server was.
#include "database.hpp"

#include <fstream>
#include <ranges>
#include <sstream>
#include <unistd.h>

namespace concurrency
{

static std::string file_content(const char* path)
{
    std::ifstream file{path};
    if (!file)
        throw std::runtime_error(std::string{"cannot read "} + path);
    return (std::ostringstream{} << file.rdbuf()).str();
}

static const char* null_when_empty(std::string_view text) { return text.empty() ? nullptr : text.data(); }

static void create_shop(pqxx::work& owner, const std::string& clerk)
{
    static const std::string tables = file_content(ERP_SQL); // as it was when the first run began
    owner.exec(tables);
    owner.exec("GRANT USAGE ON SCHEMA shop TO " + clerk);
    owner.exec("GRANT ALL ON ALL TABLES IN SCHEMA shop TO " + clerk);
    owner.exec("GRANT ALL ON ALL SEQUENCES IN SCHEMA shop TO " + clerk);
}

static void set_up_credits(pqxx::work& owner, const std::vector<Customer>& customers)
{
    owner.exec("CREATE EXTENSION credits");
    owner.exec("CREATE EXTENSION amcheck"); // books.cpp
    for (const CreditType& type : credit_types)
        owner.exec_params("INSERT INTO credits.credit_type (code, valuation, unit_value, alarm_level)"
                          " VALUES ($1, CASE WHEN $2::numeric IS NULL THEN 'fifo' ELSE 'fixed' END, $2::numeric, $3::numeric)",
                          type.code.data(), null_when_empty(type.unit_value), null_when_empty(type.alarm_level));
    owner.exec("INSERT INTO credits.article (article, ledger_account) VALUES ('ACTIVATION', '460000'), ('RESULT', '700000');"
               "UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACTIVATION',"
               " result_account = '700000', result_article = 'RESULT';"
               "UPDATE credits.parameter SET fixed_relation = 'OWN'");
    for (const Article& article : articles)
        owner.exec_params("INSERT INTO credits.article (article, type_id, coefficient)"
                          " VALUES ($1, (SELECT type_id FROM credits.credit_type WHERE code = $2), $3::numeric)",
                          article.code.data(), article.type ? article.type->code.data() : nullptr,
                          null_when_empty(article.coefficient));
    for (const Customer& customer : customers)
        if (customer.known)
            owner.exec_params(
                "INSERT INTO credits.customer (customer, works_with_credits, account_of) VALUES ($1, $2::boolean, $3)",
                customer.key, customer.works_with_credits ? "true" : "false", null_when_empty(customer.account_of));
}

// SELECT credits.attach('shop.invoice_line', kind => 'invoice', article => 'article', …, counts_when => $$header.state =
// 'posted'$$)
static void attach(pqxx::work& owner, const Source& source, bool at_commit)
{
    owner.exec_params("SELECT credits.attach($1::text::regclass, kind => $2, article => 'article', quantity => 'quantity',"
                      " amount => $3, customer => 'header.customer', document_date => 'header.day',"
                      " document_number => 'header.number', header_table => $4::text::regclass,"
                      " counts_when => $$header.state = 'posted'$$, zero_columns => $5::name[],"
                      " origin => $6, origin_table => 'shop.' || $7, check_at => $8, refers_to => $9)",
                      "shop." + std::string{source.lines}, source.kind.data(), source.has_amounts ? "amount" : nullptr,
                      "shop." + std::string{source.kind}, source.has_amounts ? "{price,amount}" : "{price}",
                      source.origins.empty() ? nullptr : "made_of", null_when_empty(source.origins),
                      at_commit ? "commit" : "statement", source.origins.empty() ? nullptr : "refund_of");
}

Database::Database(const std::vector<Customer>& customers, Ledger ledger, Check check)
    : name{"credits_concurrency_" + std::to_string(getpid())}, clerk_{name + "_clerk"}, office_{name + "_office"}, address_{
                                                                                                                       "dbname=" +
                                                                                                                       name}
{
    pqxx::connection server{"dbname=postgres"};
    pqxx::nontransaction commands{server};
    commands.exec("CREATE ROLE " + clerk_ + " NOLOGIN");
    commands.exec("CREATE ROLE " + office_ + " NOLOGIN");
    commands.exec("CREATE DATABASE " + name);

    pqxx::connection connection{address_};
    pqxx::quiet_errorhandler quiet{connection};
    pqxx::work owner{connection};
    create_shop(owner, clerk_);
    if (ledger == Ledger::attached) {
        set_up_credits(owner, customers);
        for (const Source& source : sources | std::views::reverse) // origins first
            attach(owner, source, check == Check::commit || (check == Check::both && source.origins.empty()));
        owner.exec("GRANT credits_management TO " + office_);
    }
    owner.commit();
}

Database::~Database()
{
    try {
        pqxx::connection server{"dbname=postgres"};
        pqxx::nontransaction commands{server};
        commands.exec("DROP DATABASE " + name + " WITH (FORCE)");
        commands.exec("DROP ROLE " + clerk_ + ", " + office_);
    } catch (const std::exception& error) {
        fprintf(stderr, "%s is left behind: %s\n", name.c_str(), error.what());
    }
}

void Database::sign_in(pqxx::connection& connection, Level level, const std::string& role) const
{
#if PQXX_VERSION_MAJOR < 7
    connection.set_verbosity(pqxx::connection_base::verbose);
#else
    connection.set_verbosity(pqxx::error_verbosity::verbose);
#endif
    pqxx::nontransaction session{connection};
    session.exec("SET statement_timeout = '60s'"); // a clerk who waits for ever is a failure, not a pause
    session.exec("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL " + std::string{name_of(level)});
    session.exec("SET ROLE " + role);
}

std::string sqlstate_of(const std::exception& error)
{
    // Before libpqxx 7 these two are no sql_error.
    if (dynamic_cast<const pqxx::deadlock_detected*>(&error))
        return "40P01";
    if (dynamic_cast<const pqxx::serialization_failure*>(&error))
        return "40001";
    const auto* said = dynamic_cast<const pqxx::sql_error*>(&error);
    return said ? std::string(said->sqlstate()) : std::string(); // from 8 on a view
}

std::string constraint_of(const std::exception& error)
{
    static constexpr std::string_view field = "CONSTRAINT NAME:  ";
    const std::string message = error.what();
    const size_t found = message.find(field);
    if (found == std::string::npos)
        return "";
    const size_t start = found + field.size();
    return message.substr(start, message.find('\n', start) - start);
}

} // namespace concurrency
