// A statement is told by the command number of the snapshot that it runs under, which is active as long as its triggers run. It
// is the number that its rows bear, or, of a cascade's, that of the statement which set it off; what begins later has a higher
// one.
#include "lines/settled_since.hpp"

namespace credits
{

constinit LastSettled last_settled_lines{};

namespace
{

CommandId running_statement() { return ActiveSnapshotSet() ? GetActiveSnapshot()->curcid : GetCurrentCommandId(false); }

bool is_of_this_transaction(const LastSettled& last)
{
    return TransactionIdIsValid(last.transaction) && last.transaction == GetTopTransactionIdIfAny();
}

/// A rolled back savepoint leaves the number too high, which costs no more than a look at the rows.
void remember(LastSettled& last, CommandId statement)
{
    if (!is_of_this_transaction(last) || last.statement < statement)
        last = {.transaction = GetTopTransactionIdIfAny(), .statement = statement};
}

} // namespace

void remember_settled(LastSettled& last) { remember(last, running_statement()); }

/// The number is taken, so that no later statement has it, too.
void remember_settled_ahead(LastSettled& last) { remember(last, GetCurrentCommandId(true)); }

bool is_settled_since(const LastSettled& last) { return is_of_this_transaction(last) && last.statement > running_statement(); }

bool is_settled_since_or_by(const LastSettled& last)
{
    return is_of_this_transaction(last) && last.statement >= running_statement();
}

} // namespace credits
