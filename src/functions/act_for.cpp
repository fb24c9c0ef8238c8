// act_for(customer): whose own views the transaction sees (sql/install/75-own-account.sql). It is kept here, in the backend, and
// no longer than the transaction: a setting could be made for the session, which a pooler hands on to somebody else.
#include <utility>

#include "errors/registering.hpp"

namespace credits
{

namespace
{

/// Whom the transaction acts for, and the subtransaction that said so: rolled back, it takes that along.
struct Acting {
    Acting* before; // what a subtransaction further out has said; null for none
    SubTransactionId subtransaction;
    text* customer; // null: nobody
};

constinit Acting* acting = nullptr; // in TopTransactionContext
constinit bool listens = false;

void on_transaction_event(XactEvent event, void*)
{
    switch (event) {
    case XACT_EVENT_PRE_COMMIT:
    case XACT_EVENT_PARALLEL_PRE_COMMIT:
    case XACT_EVENT_PRE_PREPARE:
        return; // deferred triggers may still ask
    default:
        acting = nullptr;
    }
}

/// Gives back what was said last.
void forget_last()
{
    Acting* const last = acting;
    acting = last->before;
    if (last->customer != nullptr)
        pfree(last->customer);
    pfree(last);
}

/// What a subtransaction has said and not taken back is from then on its parent's, in place of what that had said before.
void hand_to_parent(SubTransactionId parent)
{
    acting->subtransaction = parent;
    if (acting->before == nullptr || acting->before->subtransaction != parent)
        return;
    std::swap(acting->customer, acting->before->customer);
    forget_last();
}

void on_subtransaction_event(SubXactEvent event, SubTransactionId ended, SubTransactionId parent, void*)
{
    if (acting == nullptr || acting->subtransaction != ended)
        return;
    if (event == SUBXACT_EVENT_ABORT_SUB)
        forget_last();
    else if (event == SUBXACT_EVENT_COMMIT_SUB)
        hand_to_parent(parent);
}

void listen()
{
    if (listens)
        return;
    RegisterXactCallback(on_transaction_event, nullptr);
    RegisterSubXactCallback(on_subtransaction_event, nullptr);
    listens = true;
}

void act_for(text* customer)
{
    listen();
    const SubTransactionId now = GetCurrentSubTransactionId();
    if (acting != nullptr && acting->subtransaction == now)
        forget_last();
    auto* const said = static_cast<Acting*>(MemoryContextAlloc(TopTransactionContext, sizeof(Acting)));
    *said = {.before = acting, .subtransaction = now, .customer = customer};
    acting = said;
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_act_for);
PG_FUNCTION_INFO_V1(credits_acted_for);
}

/// act_for(customer text): see the COMMENT on the SQL function.
Datum credits_act_for(PG_FUNCTION_ARGS)
{
    if (InSecurityRestrictedOperation())
        errors::acting_is_restricted();
    const MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);
    text* const customer = PG_ARGISNULL(0) ? nullptr : PG_GETARG_TEXT_P_COPY(0);
    MemoryContextSwitchTo(caller);
    act_for(customer);
    PG_RETURN_VOID();
}

/// _acted_for(): the customer; null for none. A copy: what the statement says next by act_for() frees ours.
Datum credits_acted_for(PG_FUNCTION_ARGS)
{
    if (acting == nullptr || acting->customer == nullptr)
        PG_RETURN_NULL();
    PG_RETURN_DATUM(datumCopy(PointerGetDatum(acting->customer), false, -1));
}

} // namespace credits
