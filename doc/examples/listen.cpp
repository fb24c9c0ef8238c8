// Waits for alarms of credits and prints a line for each, once: where it prints, mail.
//
//     g++ -std=c++17 -o listen listen.cpp -lpqxx -lpq
//     ./listen 'host=erp dbname=erp user=mailer keepalives_idle=60'
//
// Without an argument the variables PGHOST, PGDATABASE … say where. The role needs credits_reader.
// A notification only wakes it up: what to tell is read from credits.alarm, so that nothing is missed while it was away. What it
// has told it forgets when it ends; keep that in a table where alarms must not be mailed again after a restart.
#include <pqxx/pqxx>

#include <chrono>
#include <iostream>
#include <set>
#include <string>
#include <thread>

namespace
{

using Alarms = std::set<std::string>;

constexpr int longest_wait = 60; // seconds, after which it looks anyway
constexpr std::chrono::seconds before_next_attempt{5};

class WakeUp final : public pqxx::notification_receiver
{
public:
    using notification_receiver::notification_receiver;
    void operator()(const std::string&, int) override {} // await_notification() returns
};

Alarms alarms_under_way(pqxx::connection& database)
{
    pqxx::work transaction{database};
    Alarms alarms;
    for (const auto& row :
         transaction.exec("SELECT format('customer %s (%s) has %s credits of type %s left, alarm level %s, since %s',"
                          "              alarm.customer, customer.name, alarm.balance, type_code, alarm_level, raised_at)"
                          " FROM credits.alarm LEFT JOIN credits.customer USING (customer)"
                          " WHERE cleared_at IS NULL"))
        alarms.insert(row[0].as<std::string>());
    transaction.commit();
    return alarms;
}

void mail_new(const Alarms& alarms, const Alarms& told)
{
    for (const std::string& alarm : alarms)
        if (told.count(alarm) == 0)
            std::cout << "To: account manager; Subject: " << alarm << std::endl;
}

// Returns only by an exception: when the connection breaks.
void watch(const std::string& where, Alarms& told)
{
    pqxx::connection database{where};
    const WakeUp listener{database, "credits_alarm"}; // before the first look, so that nothing comes in between
    while (true) {
        const Alarms alarms = alarms_under_way(database);
        mail_new(alarms, told);
        told = alarms; // one that was cleared may come again
        database.await_notification(longest_wait, 0);
    }
}

} // namespace

int main(int argc, char** argv)
{
    const std::string where = argc > 1 ? argv[1] : "";
    Alarms told;
    while (true) {
        try {
            watch(where, told);
        } catch (const pqxx::failure& error) { // a restart of the server, or a right that is missing: said, and tried again
            std::cerr << error.what() << std::endl;
        }
        std::this_thread::sleep_for(before_next_attempt);
    }
}
