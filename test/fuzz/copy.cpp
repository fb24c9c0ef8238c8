// Makes and drops the databases.
#include "copy.hpp"

#include <chrono>
#include <cstdlib>
#include <thread>
#include <unistd.h>

#include "keys.hpp"
#include "schema.hpp"

namespace fuzz
{

static std::vector<std::string> make_prelude()
{
    std::vector<std::string> all{
        "DO $$BEGIN CREATE ROLE " + std::string{clerk} + "; EXCEPTION WHEN duplicate_object THEN NULL; END$$",
        "CREATE EXTENSION credits",
        "INSERT INTO credits.credit_type (code, valuation, unit_value, alarm_level) VALUES ('HOURS', 'fifo', NULL, 2),"
        " ('COURSES', 'fixed', " +
            std::string{unit_value} + ", NULL)"};
    std::vector<std::string> rows;
    for (const Article& article : articles)
        rows.push_back(std::string{"('"} + article.code + "', " +
                       (article.type ? "(SELECT type_id FROM credits.credit_type WHERE code = '" + std::string{article.type} +
                                           "'), " + article.coefficient
                                     : "NULL, NULL") +
                       ")");
    all.push_back("INSERT INTO credits.article (article, type_id, coefficient) VALUES " + join(rows, ",\n    "));
    all.push_back("INSERT INTO credits.article (article, ledger_account) VALUES ('ACTIVATION', '460000'), ('RESULT', '700000')");
    all.push_back("UPDATE credits.credit_type SET balance_account = '460000', activation_article = 'ACTIVATION',"
                  " result_account = '700000', result_article = 'RESULT'");
    all.push_back("UPDATE credits.parameter SET fixed_relation = 'OWN'");
    all.push_back("INSERT INTO credits.customer (customer, works_with_credits) VALUES ('ann', true), ('bob', true),"
                  " ('cy''s', true), ('dora', false)");
    all.push_back("INSERT INTO credits.customer (customer, account_of) VALUES ('child of ann', 'ann')");
    return all;
}

const std::vector<std::string>& prelude()
{
    static const std::vector<std::string> all = make_prelude();
    return all;
}

pqxx::result say(pqxx::connection& connection, const std::string& sql)
{
    pqxx::nontransaction session{connection};
    return session.exec(sql);
}

/// A command to the server as a whole; one that is coming up again after a crash is waited for.
static void command(const std::string& sql)
{
    for (int attempt = 0;; ++attempt) {
        try {
            pqxx::connection server{"dbname=postgres"};
            say(server, sql);
            return;
        } catch (const pqxx::broken_connection&) {
            if (attempt == 100)
                throw;
            std::this_thread::sleep_for(std::chrono::milliseconds{300});
        }
    }
}

Model::Model() : name{"credits_fuzz_" + std::to_string(getpid())}
{
    command("CREATE DATABASE " + name);
    pqxx::connection owner{"dbname=" + name};
    for (const std::string& sql : prelude())
        say(owner, sql);
}

static void drop(const std::string& name)
{
    try {
        command("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    } catch (const std::exception& error) {
        fprintf(stderr, "%s is left behind: %s\n", name.c_str(), error.what());
    }
}

Model::~Model() { drop(name); }

Copy::Copy(const Model& model) : name{model.name + "_copy"}
{
    command("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    command("CREATE DATABASE " + name + " TEMPLATE " + model.name);
}

Copy::~Copy() { drop(name); }

Restored::Restored(const Copy& copy) : name{copy.name + "_restored"}
{
    command("CREATE DATABASE " + name);
    const std::string dump = "pg_dump " + copy.name + " | psql -X -q -v ON_ERROR_STOP=1 -d " + name + " >/dev/null";
    if (std::system(("bash -o pipefail -c '" + dump + "'").c_str()) != 0) {
        drop(name);
        throw std::runtime_error("its dump cannot be restored");
    }
}

Restored::~Restored() { drop(name); }

} // namespace fuzz
