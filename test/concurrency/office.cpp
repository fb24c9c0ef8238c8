// Each act is a transaction of its own, as somebody does it at a screen. Lost races at SERIALIZABLE are not repeated: another act
// does as well.
#include "office.hpp"

namespace concurrency
{

Office::Office(const Database& database, const std::vector<Customer>& customers_, Duty duty, Level level_, Random random_,
               int number)
    : customers{customers_}, moves_contacts{duty == Duty::flags_and_contacts}, level{level_}, random{random_},
      keeps_books{number == 0}, connection{database.address()}
{
    int count = 0;
    for (const Customer& customer : customers)
        if (customer.fickle && count++ % offices == number)
            own.push_back(customer.key);
    database.sign_in(connection, level, database.office());
}

template <typename Act>
bool Office::save(const char* done, Act act)
{
    try {
        pqxx::work settings{connection};
        act(settings);
        settings.commit();
        ++outcome.saved[done];
        return true;
    } catch (const std::exception& error) {
        count_failure(error);
        return false;
    }
}

Outcome Office::work(int count, int operations, const Progress& progress)
{
    try {
        for (int i = 0; i < count; ++i) {
            progress.wait_for(operations / count * i);
            if (i == count * 3 / 4)
                retire_one();
            if (keeps_books && i % 20 == 19)
                take_in();
            else if (keeps_books && i % 5 == 4)
                close_or_reopen();
            else
                act();
        }
    } catch (const std::exception& error) {
        outcome.unexpected.push_back(std::string{"the office was left: "} + error.what());
    }
    return outcome;
}

/// Takes the flag of a customer for good, so that lines are left that wait for it.
void Office::retire_one()
{
    if (own.size() < 2)
        return;
    const long before = outcome.retried;
    save("flag changed", [&](pqxx::work& settings) {
        settings.exec_params("UPDATE credits.customer SET works_with_credits = false WHERE customer = $1", own.front());
    });
    if (outcome.retried > before)
        return retire_one();
    own.erase(own.begin());
}

void Office::act()
{
    const std::string& customer = own[roll(own.size())];
    if (!moves_contacts || chance(random, 50))
        save("flag changed", [&](pqxx::work& settings) { change_flag(settings, customer); });
    else
        save("account_of changed", [&](pqxx::work& settings) { change_account(settings, customer); });
}

void Office::take_in()
{
    save("taken in", [](pqxx::work& settings) { settings.exec("SELECT credits.take_in(on_refusal => 'report')"); });
}

/// Of the documents that are saved meanwhile some are dated in the months that are closed.
void Office::close_or_reopen()
{
    const bool closes = closed == 0 || chance(random, 60);
    const bool is_done = save(closes ? "month closed" : "month reopened", [&](pqxx::work& books) {
        books.exec(closes ? "SELECT credits.close_month(coalesce("
                            "(SELECT max(month) + interval '1 month' FROM credits.closing WHERE reopened_at IS NULL), "
                            "(SELECT min(booked_on) FROM credits.entry))::date)"
                          : "SELECT credits.reopen_month((SELECT max(month) FROM credits.closing WHERE reopened_at IS NULL))");
    });
    if (is_done)
        closed += closes ? 1 : -1;
}

void Office::change_flag(pqxx::work& settings, const std::string& customer)
{
    settings.exec_params("UPDATE credits.customer SET works_with_credits = $2::boolean WHERE customer = $1", customer,
                         chance(random, 60) ? "true" : "false");
}

void Office::change_account(pqxx::work& settings, const std::string& customer)
{
    const Customer& account = customers[roll(customers.size())];
    const bool is_own = chance(random, 50) || !account.known || account.key == customer;
    settings.exec_params("UPDATE credits.customer SET account_of = $2 WHERE customer = $1", customer,
                         is_own ? nullptr : account.key.c_str());
}

void Office::count_failure(const std::exception& error)
{
    const std::string state = sqlstate_of(error);
    if (constraint_of(error) == "credits_account_of_one_level")
        ++outcome.refused["credits_account_of_one_level"];
    else if (constraint_of(error) == "credits_month_open")
        ++outcome.refused["credits_month_open"];
    else if (state == "55P03")
        ++outcome.refused["saves under way"];
    else if (state == "40P01")
        outcome.deadlocks.emplace_back(error.what());
    else if (state == "40001" && level == Level::serializable)
        ++outcome.retried;
    else if (state == "40001")
        outcome.lost_races.emplace_back(error.what());
    else if (dynamic_cast<const pqxx::broken_connection*>(&error))
        throw pqxx::broken_connection{error.what()};
    else
        outcome.unexpected.emplace_back(error.what());
}

} // namespace concurrency
