// Plans and memory: ten thousand statements of each kind, each in a transaction of its own, leave the backend as it was.
//
// pg_prepared_statements does not see what an extension prepares; the memory contexts do.
#include "scenarios.hpp"

#include "database.hpp"
#include "erp.hpp"
#include "savepoint.hpp"

namespace concurrency
{

namespace
{

constexpr int warm_up = 1'000;
constexpr int statements = 10'000;
constexpr long noise = 16'384; // bytes: the server's own caches breathe; a leak of two bytes per statement would show

struct Footprint {
    long plans; // contexts of cached plans
    long bytes; // in use, in all contexts of the backend
};

struct Kind {
    const char* name;
    const char* statement; // as saved by a clerk; $1 counts from 0
};

// Each line and each header has its turn, so that none gets a long history. Reports that are cancelled and posted have one line.
constexpr Kind kinds[] = {
    {"update", "UPDATE shop.service_report_line SET quantity = 1 + $1::integer % 3 WHERE line_no = 1 + $1::integer % 1000"},
    {"update of nothing that matters", "UPDATE shop.service_report_line SET memo = $1 WHERE line_no = 1 + $1::integer % 1000"},
    {"delete", "DELETE FROM shop.service_report_line WHERE line_no = 1 + $1::integer"},
    {"insert", "INSERT INTO shop.service_report_line (document, article, quantity, price)"
               " VALUES (1 + $1::integer % 200, 'QUARTER', 2, 25)"},
    {"multi-row insert", "INSERT INTO shop.service_report_line (document, article, quantity, price)"
                         " SELECT 1 + $1::integer % 200, article, 1, 25 FROM unnest('{QUARTER,EVENING,CABLE}'::text[]) article"},
    {"header change", "UPDATE shop.service_report SET state = CASE state WHEN 'posted' THEN 'cancelled' ELSE 'posted' END"
                      " WHERE id = 1001 + $1::integer % 200"},
    {"alarm raised and cleared",
     "UPDATE shop.service_report SET state = CASE state WHEN 'posted' THEN 'cancelled' ELSE 'posted' END"
     " WHERE id = 2001 + $1::integer / 2 % 200"},
};

constexpr const char* refused = "INSERT INTO shop.service_report_line (document, article, quantity, price)"
                                " VALUES (1 + $1::integer % 200, 'QUARTER', 99999999, 25)";

constexpr const char* some_line = "INSERT INTO shop.service_report_line (document, article, quantity, price)"
                                  " VALUES (1 + $1::integer % 200, 'EVENING', 1, 25)";

/// Reports 1 to 200 with 12 000 lines; 1001 to 1200 posted, with a line each; 2001 to 2200 cancelled, with a line each that would
/// take all there is of its type.
constexpr const char* reports =
    "INSERT INTO shop.service_report (id, customer, day, state)"
    " SELECT thousand + id, $1, current_date, CASE thousand WHEN 2000 THEN 'cancelled' ELSE 'posted' END"
    " FROM unnest('{0,1000,2000}'::integer[]) thousand, generate_series(1, 200) id";
constexpr const char* lines_of_reports =
    "INSERT INTO shop.service_report_line (document, article, quantity, price)"
    " SELECT 1 + line % 200, 'QUARTER', 1, 25 FROM generate_series(1, 12000) line"
    " UNION ALL SELECT id, CASE WHEN id > 2000 THEN 'COURSE' ELSE 'QUARTER' END, 1, 25 FROM shop.service_report WHERE id > 1000";

void prepare_documents(pqxx::connection& connection)
{
    const std::string customer = customers(1)[1].key;
    pqxx::work erp{connection};
    const Document invoice = open_document(erp, sources[0], customer, -1, "posted");
    add_lines(
        erp, invoice,
        {{article_of("SUPPORT-1"), "1000000", 100 * one, 1'000'000 * one}, {article_of("TRAINING-1"), "1", 95 * one, 95 * one}});
    erp.exec_params(reports, customer);
    erp.exec_params(lines_of_reports);
    erp.commit();
}

/// Looks at the backend's own contexts, which a clerk may not.
Footprint footprint(pqxx::connection& connection, const std::string& clerk)
{
    pqxx::nontransaction session{connection};
    session.exec("RESET ROLE");
    const pqxx::result seen =
        session.exec("SELECT count(*) FILTER (WHERE name IN ('CachedPlan', 'CachedPlanSource', 'CachedPlanQuery', 'SPI Plan')),"
                     " sum(used_bytes) FROM pg_backend_memory_contexts");
    session.exec("SET ROLE " + clerk);
    return {seen[0][0].as<long>(), seen[0][1].as<long>()};
}

/// Runs statements `from` to below `to`, and says what memory they kept; the measurement is part of the warm-up.
template <typename Save>
void check_flat(Tally& tally, pqxx::connection& connection, const std::string& clerk, const char* name, Save save)
{
    for (int i = 0; i < warm_up; ++i)
        save(i);
    footprint(connection, clerk);
    const Footprint before = footprint(connection, clerk);
    for (int i = warm_up; i < warm_up + statements; ++i)
        save(i);
    const Footprint after = footprint(connection, clerk);

    std::vector<std::string> grown;
    if (after.plans > before.plans)
        grown.push_back(std::to_string(before.plans) + " plans before, " + std::to_string(after.plans) + " after");
    if (after.bytes - before.bytes > noise)
        grown.push_back(std::to_string(before.bytes) + " bytes before, " + std::to_string(after.bytes) + " after");
    tally.check("memory", name + (" of " + std::to_string(statements) + " statements stays flat"), grown);
}

void save_refused(pqxx::connection& connection, int number)
{
    pqxx::work erp{connection};
    try {
        const Savepoint savepoint{erp};
        erp.exec_prepared("refused", number);
    } catch (const std::exception& error) {
        if (constraint_of(error) != "credits_balance_not_negative")
            throw;
        return erp.commit();
    }
    throw std::runtime_error("a line that takes too much was saved");
}

/// The saver has to read the settings again each time.
void save_after_new_setting(pqxx::connection& owner, pqxx::connection& connection, int number)
{
    pqxx::nontransaction{owner}.exec_params("UPDATE credits.article SET description = $1 WHERE article = 'EVENING'", number);
    pqxx::nontransaction{connection}.exec_prepared("some line", number);
}

/// The kind that raises alarms has measured nothing unless it did.
std::vector<std::string> missing_alarms(pqxx::connection& owner)
{
    pqxx::work ledger{owner};
    const long raised = ledger.exec("SELECT count(*) FROM credits.alarm_episode WHERE cleared_at IS NOT NULL")[0][0].as<long>();
    return raised >= statements / 2 ? std::vector<std::string>{} : std::vector{std::to_string(raised) + " alarms"};
}

} // namespace

void test_memory(Tally& tally)
{
    const Database database{customers(1), Ledger::attached};
    pqxx::connection owner{database.address()};
    pqxx::connection connection{database.address()};
    pqxx::quiet_errorhandler quiet{connection};
    database.sign_in(connection, Level::read_committed, database.clerk());
    prepare_documents(connection);

    for (const Kind& kind : kinds) {
        connection.prepare(kind.name, kind.statement);
        check_flat(tally, connection, database.clerk(), kind.name,
                   [&](int number) { pqxx::nontransaction{connection}.exec_prepared(kind.name, number); });
    }
    tally.check("memory", "alarms were raised and cleared", missing_alarms(owner));
    connection.prepare("refused", refused);
    check_flat(tally, connection, database.clerk(), "refused insert in a savepoint",
               [&](int number) { save_refused(connection, number); });
    connection.prepare("some line", some_line);
    check_flat(tally, connection, database.clerk(), "insert after a new setting",
               [&](int number) { save_after_new_setting(owner, connection, number); });
}

} // namespace concurrency
