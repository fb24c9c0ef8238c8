// Sends statements, writes down what became of each, and says which refusals may not be.
#include "clients.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "database.hpp"
#include "refusal.hpp"

namespace fuzz
{

namespace
{

constexpr const char* hurried[] = {"57014", "57P01", "08006", ""}; // who was cancelled or ended, or whose connection is gone

template <size_t N>
bool is_one_of(const std::string& state, const char* const (&all)[N])
{
    return std::ranges::find(all, state) != std::end(all);
}

bool interrupts(const Case& fuzzed)
{
    return std::ranges::any_of(fuzzed.units, [](const Unit& unit) { // one that is made smaller may be empty
        return !unit.statements.empty() && unit.statements.front().find("_backend(") != std::string::npos;
    });
}

/// Of others' making: a key that is there, no such row, a row changed by a trigger of the same statement, a lost race.
bool may_be_refused(const Sent& sent, bool is_strict_level, bool is_interrupted, bool is_loose)
{
    static const char* const by_the_server[] = {"40P01", "21000", "27000", "25P02", "3B001"};
    static const char* const to_the_dba[] = {
        "2BP01", "55006", "42704", "42710", "40001",
        "0A000", "42703", "42P01", "55P03"}; // others' triggers do not know a column or table by its new name
    const std::string& state = sent.refused;
    const auto says = [&](const char* text) { return sent.message.find(text) != std::string::npos; };
    if (state.starts_with("23")) // by a constraint of ours or of the ERP's, and none of the ledger's tables
        return says("CONSTRAINT NAME:  credits_") ||
               (!says("SCHEMA NAME:  credits") && (state != "23514" || says("no partition")));
    if (state == "40001") // PostgreSQL's own at every level: a row went to another partition
        return is_strict_level || sent.connection == dba || says("to another partition due to concurrent update");
    if (is_interrupted && is_one_of(state, hurried)) // and neither by a crash nor by waiting for ever
        return state == "" ? !says("crash") : says("user request") || says("administrator command");
    if (state == "42501") // of the owner's, by a price that is set through settle(), a chain or a header
        return says("cannot fire deferred trigger within security-restricted operation");
    if (state == "42804") // PL/pgSQL of others', whose table was altered
        return says("when preparing the plan");
    if (is_loose && state == "42704") // a header that is a view says settle() while its table is detached
        return says("is not attached to credits");
    return is_one_of(state, by_the_server) || (sent.connection == dba && is_one_of(state, to_the_dba));
}

/// A connection whose errors name their constraints.
struct Session {
    explicit Session(const std::string& address) : connection{address}, quiet{connection}
    {
#if PQXX_VERSION_MAJOR < 7
        connection.set_verbosity(pqxx::connection_base::verbose);
#else
        connection.set_verbosity(pqxx::error_verbosity::verbose);
#endif
        say(connection, "SET statement_timeout = '60s'"); // who waits for ever is a failure
        say(connection, "SET deadlock_timeout = '30ms'"); // there are many, and a second would be lost by each
    }

    void become(const std::string& wanted)
    {
        if (wanted != role)
            say(connection, wanted == clerk ? "SET ROLE " + wanted : "RESET ROLE");
        role = wanted;
    }

    pqxx::connection connection;
    pqxx::quiet_errorhandler quiet;
    std::string role = "postgres";
};

std::string first_line(const std::string& message)
{
    std::string line = message.substr(0, message.find('\n'));
    std::ranges::replace(line, ':', ' '); // which ends the kind of a finding
    return line;
}

class Desk
{
public:
    Desk(const Copy& copy_, const Case& fuzzed_, bool is_alone_)
        : copy{copy_}, fuzzed{fuzzed_}, is_alone{is_alone_}, is_interrupted{interrupts(fuzzed_)}
    {
    }

    /// Sends the units of one connection, which is known to the server by this name.
    void work(const std::vector<const Unit*>& units, const std::string& name)
    {
        std::unique_ptr<Session> session;
        for (const Unit* const unit : units) {
            try {
                if (!session)
                    session = std::make_unique<Session>(copy.address() + " application_name=" + name);
                session->become(unit->connection == dba ? "postgres" : clerk);
                if (!send(session->connection, *unit))
                    session.reset();
            } catch (const std::exception& error) {
                session.reset();
                if (!is_interrupted)
                    find("a connection was lost: " + std::string{error.what()});
            }
        }
    }

    Day day;

private:
    /// Is the connection there afterwards? A transaction that is refused is ended by what the unit says next.
    bool send(pqxx::connection& connection, const Unit& unit)
    {
        bool is_strict_level = false;
        for (const std::string& statement : unit.statements) {
            is_strict_level = is_strict_level || statement.find("LEVEL REPEATABLE") != std::string::npos ||
                              statement.find("LEVEL SERIALIZABLE") != std::string::npos;
            Sent sent{unit.connection, ++clock, 0, statement, "", ""};
            bool is_lost = false;
            try {
                judge_answer(sent, say(connection, statement));
            } catch (const std::exception& error) {
                sent.refused = concurrency::sqlstate_of(error);
                sent.message = error.what();
                is_lost = sent.refused.empty() || !connection.is_open();
            }
            note(sent, is_strict_level);
            if (is_alone && can_be_told(fuzzed, unit, sent))
                if (const std::string why = why_wrong(copy, fuzzed, sent); !why.empty())
                    find("a refusal is right: " + why + ": " + statement + "\n" + sent.message);
            if (is_lost)
                break;
        }
        const std::lock_guard guard{mutex};
        day.in_order.push_back(unit);
        return connection.is_open();
    }

    void judge_answer(const Sent& sent, const pqxx::result& answer)
    {
        if (fuzzed.is_loose || sent.statement.find("credits.verify()") == std::string::npos)
            return;
        for (const auto& row : answer)
            find("verify() said meanwhile: " + std::string{row[0].c_str()} + " · " + row[1].c_str() + " " + row[3].c_str());
    }

    void note(Sent& sent, bool is_strict_level)
    {
        sent.ended = ++clock;
        if (!sent.message.empty() && !may_be_refused(sent, is_strict_level, is_interrupted, fuzzed.is_loose))
            find("refused with " + first_line(sent.message) + ": " + sent.statement + "\n" + sent.message);
        const std::lock_guard guard{mutex};
        day.sent.push_back(sent);
    }

    void find(const std::string& what)
    {
        const std::lock_guard guard{mutex};
        day.findings.push_back(what);
    }

    const Copy& copy;
    const Case& fuzzed;
    bool is_alone;
    bool is_interrupted;
    std::atomic<long> clock = 0;
    std::mutex mutex;
};

std::vector<const Unit*> units_of(const Case& fuzzed, int connection)
{
    std::vector<const Unit*> units;
    for (const Unit& unit : fuzzed.units)
        if (unit.connection == connection)
            units.push_back(&unit);
    return units;
}

} // namespace

void open_shop(const Copy& copy, const Case& fuzzed)
{
    pqxx::connection owner{copy.address()};
    const pqxx::quiet_errorhandler quiet{owner};
    for (const std::string& sql : setup_of(fuzzed.schema))
        say(owner, sql);
}

Day run_at_once(const Copy& copy, const Case& fuzzed)
{
    Desk desk{copy, fuzzed, false};
    std::vector<std::thread> threads;
    desk.work(units_of(fuzzed, opening), "opening");
    for (int connection = 0; connection <= dba; ++connection) {
        const std::vector<const Unit*> units = units_of(fuzzed, connection);
        threads.emplace_back([&desk, units, connection] { desk.work(units, connection == dba ? "dba" : "clerk"); });
    }
    for (std::thread& thread : threads)
        thread.join();
    return std::move(desk.day);
}

Day run_one_by_one(const Copy& copy, const Case& fuzzed)
{
    Desk desk{copy, fuzzed, true};
    std::vector<const Unit*> units;
    for (const Unit& unit : fuzzed.units)
        units.push_back(&unit);
    desk.work(units, "alone");
    return std::move(desk.day);
}

} // namespace fuzz
