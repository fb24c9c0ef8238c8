// What credits cost in bytes: of the log, of memory, of the ledger's files.
#include "desk.hpp"
#include "parts.hpp"

#include <atomic>
#include <fstream>
#include <thread>

namespace bench
{
namespace
{

constexpr int lines_at_once = 50000;

std::string bulk_insert(const std::string& erp, int lines)
{
    return "INSERT INTO " + erp +
           ".invoice_line (invoice_id, article, quantity, unit_price, amount)"
           " SELECT invoice_id, article, 2, 0, 0 FROM bench.scattered WHERE n < " +
           std::to_string(lines) + " ORDER BY n";
}

double number(pqxx::connection& connection, const std::string& query)
{
    return pqxx::nontransaction(connection).exec(query)[0][0].as<double>();
}

/// The bytes of the log that `work` writes. Pages that the log repeats whole after a checkpoint would drown the rest.
double logged(pqxx::connection& connection, const std::function<void()>& work)
{
    const std::string written = "SELECT pg_current_wal_insert_lsn() - '0/0'";
    const double before = number(connection, written);
    work();
    return number(connection, written) - before;
}

double logged_by_single_lines(const std::string& erp)
{
    constexpr int lines = 1000;
    pqxx::connection connection;
    const auto save = [&](int count) {
        pqxx::nontransaction session(connection);
        for (int c = 1; c <= count; ++c)
            session.exec("INSERT INTO " + erp + ".invoice_line (invoice_id, article, quantity, unit_price, amount) VALUES (" +
                         std::to_string((c * 7919 % 10000) * 16 + 1) + ", 'QUARTER', 2, 0, 0)");
    };
    save(1);
    return logged(connection, [&] { save(lines); }) / lines;
}

double logged_at_once(const std::string& erp)
{
    pqxx::connection connection;
    return logged(connection, [&] { pqxx::nontransaction(connection).exec(bulk_insert(erp, lines_at_once)); }) / lines_at_once;
}

/// The memory of its own that a process has now.
long memory_of(int process)
{
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string name; status >> name;)
        if (long kilobytes = 0; name == "RssAnon:" && status >> kilobytes)
            return kilobytes * 1024;
    return 0;
}

/// The most memory of its own that the server process has had, of a session that does nothing else.
double memory_at_once(const std::string& erp, int lines)
{
    pqxx::connection connection;
    const int process = connection.backendpid();
    std::atomic<bool> is_done = false;
    long most = 0;
    std::thread watch([&] {
        for (; !is_done; std::this_thread::sleep_for(std::chrono::milliseconds(1)))
            most = std::max(most, memory_of(process));
    });
    pqxx::nontransaction(connection).exec(bulk_insert(erp, lines));
    is_done = true;
    watch.join();
    return double(most);
}

double memory_per_line(const std::string& erp)
{
    return (memory_at_once(erp, lines_at_once) - memory_at_once(erp, lines_at_once / 2)) / (lines_at_once - lines_at_once / 2);
}

double size_of_entry(pqxx::connection& connection, const std::string& of)
{
    return number(connection, "SELECT " + of + "::numeric / (SELECT count(*) FROM credits._entry)");
}

void set_page_images(bool is_on)
{
    pqxx::connection connection;
    pqxx::nontransaction session(connection);
    session.exec(std::string("ALTER SYSTEM SET full_page_writes = ") + (is_on ? "on" : "off"));
    session.exec("SELECT pg_reload_conf()");
    session.exec("SELECT pg_sleep(0.2)");
}

} // namespace

void measure_bytes()
{
    set_page_images(false);
    print_heading("Bytes");
    print_figure("log of one line over bare", logged_by_single_lines("erp_credits") - logged_by_single_lines("erp_bare"), 0, "B",
                 {"700", "550"});
    print_figure("log of a line among 50 000 over bare", logged_at_once("erp_credits") - logged_at_once("erp_bare"), 0, "B",
                 {"380", "300"});
    set_page_images(true);
    print_figure("memory of a line among 50 000 over bare", memory_per_line("erp_credits") - memory_per_line("erp_bare"), 0, "B",
                 {"1200", "500"});
    pqxx::connection connection;
    print_figure("an entry, its row", size_of_entry(connection, "pg_relation_size('credits._entry')"), 0, "B");
    print_figure("an entry, its indexes", size_of_entry(connection, "pg_indexes_size('credits._entry')"), 0, "B");
    print_figure("an entry", size_of_entry(connection, "pg_total_relation_size('credits._entry')"), 0, "B", {"190", "150"});
}

} // namespace bench
