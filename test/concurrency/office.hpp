// The office: one connection that changes settings of fickle customers, takes documents in, and closes and reopens months, while
// the clerks save.
#pragma once

#include "clerk.hpp"

namespace concurrency
{

/// What is changed of customers while documents are saved.
enum class Duty { flags, flags_and_contacts };

class Office
{
public:
    /// Has the fickle customers `number`, `number` + `offices`, … for itself, so that the settings' rows are changed by one
    /// alone.
    Office(const Database& database, const std::vector<Customer>& customers, Duty duty, Level level, Random random, int number);

    static constexpr int offices = 2;

    /// Does `count` random acts while the clerks do `operations`. Returns early when the connection is lost.
    Outcome work(int count, int operations, const Progress& progress);

private:
    void retire_one();
    void act();
    void take_in();
    void close_or_reopen();
    template <typename Act>
    bool save(const char* done, Act act);
    void change_flag(pqxx::work& settings, const std::string& customer);
    void change_account(pqxx::work& settings, const std::string& customer);
    void count_failure(const std::exception& error);

    size_t roll(size_t count) { return below(random, count); }

    const std::vector<Customer>& customers;
    std::vector<std::string> own; // fickle customers
    bool moves_contacts;
    Level level;
    Random random;
    bool keeps_books; // takes documents in, and closes months: one of the offices does
    int closed = 0;   // months
    pqxx::connection connection;
    pqxx::quiet_errorhandler quiet{connection};
    Outcome outcome;
};

} // namespace concurrency
