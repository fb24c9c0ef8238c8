// A savepoint that is rolled back unless released.
// Between the two, statements go by `exec_params` or `exec_prepared`: libpqxx 6 gives up the whole transaction when an `exec`
// fails, and its own subtransaction is opened by the first `exec` only.
#pragma once

#include <pqxx/pqxx>

namespace concurrency
{

class Savepoint
{
public:
    explicit Savepoint(pqxx::transaction_base& transaction_) : transaction{transaction_} { transaction.exec("SAVEPOINT edit"); }
    Savepoint(const Savepoint&) = delete;
    Savepoint& operator=(const Savepoint&) = delete;

    /// Rolls back what was done since; after an error this is what lets the transaction go on.
    ~Savepoint()
    {
        if (released)
            return;
        try {
            transaction.exec("ROLLBACK TO SAVEPOINT edit");
            transaction.exec("RELEASE SAVEPOINT edit");
        } catch (const std::exception&) {
            // The connection is lost, and the transaction with it: its next statement says so.
        }
    }

    void release()
    {
        transaction.exec("RELEASE SAVEPOINT edit");
        released = true;
    }

private:
    pqxx::transaction_base& transaction;
    bool released = false;
};

} // namespace concurrency
