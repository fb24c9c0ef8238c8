// Views join lots and entries to whose they are. A customer that is asked for is known before: so the planner is told his
// accounts' numbers, and reads his rows by the index, in its order, and knows how many there are. A join alone gives neither.
#include "errors/internal.hpp"
#include "pg/array.hpp"
#include "pg/asked_value.hpp"
#include "pg/key.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

extern "C" {
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
}

namespace credits
{

namespace
{

/// A call of a function of ours. Its first argument, the mark, is what no query can write down.
Expr* call(const char* name, Oid result, List* arguments)
{
    const Oid function = LookupFuncName(list_make2(makeString(pstrdup("credits")), makeString(pstrdup(name))), -1, nullptr, false);
    Oid* types = nullptr;
    int count = 0;
    get_func_signature(function, &types, &count);
    Expr* const mark =
        reinterpret_cast<Expr*>(makeConst(types[0], -1, InvalidOid, sizeof(char), CharGetDatum('p'), false, true));
    return reinterpret_cast<Expr*>(
        makeFuncExpr(function, result, lcons(mark, arguments), InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

Expr* is_account(Expr* account_no, Node* customer, Node* type)
{
    Expr* const number = call("_account_no_of", INT4OID, list_make2(copyObjectImpl(customer), copyObjectImpl(type)));
    return make_opclause(Int4EqualOperator, BOOLOID, false, account_no, number, InvalidOid, InvalidOid);
}

Expr* is_one_of_accounts(Expr* account_no, Node* customer)
{
    auto* const any = makeNode(ScalarArrayOpExpr);
    any->opno = Int4EqualOperator;
    any->opfuncid = F_INT4EQ;
    any->useOr = true;
    any->args = list_make2(account_no, call("_account_nos_of", INT4ARRAYOID, list_make1(copyObjectImpl(customer))));
    any->location = -1;
    return reinterpret_cast<Expr*>(any);
}

Node* simplify(const SupportRequestSimplify& request)
{
    auto* const account_no = static_cast<Expr*>(linitial(request.fcall->args));
    const auto* const customer = static_cast<const Var*>(lsecond(request.fcall->args));
    const auto* const type = static_cast<const Var*>(lthird(request.fcall->args));
    if (request.root == nullptr || !IsA(account_no, Var) || !IsA(customer, Var) || !IsA(type, Var))
        return makeBoolConst(true, false);
    Node* const asked_customer = pg::find_asked_value(request.root, customer, F_TEXTEQ);
    if (asked_customer == nullptr)
        return makeBoolConst(true, false);
    Node* const asked_type = pg::find_asked_value(request.root, type, F_INT4EQ);
    return reinterpret_cast<Node*>(asked_type == nullptr ? is_one_of_accounts(account_no, asked_customer)
                                                         : is_account(account_no, asked_customer, asked_type));
}

void require_mark(FunctionCallInfo fcinfo)
{
    if (PG_ARGISNULL(0))
        errors::for_plans_only();
}

/// Calls fn(account_no, type_id) for each account of the customer that the query sees.
template <class Fn>
void for_each_account(std::string_view customer, Fn fn)
{
    pg::Table keys = pg::open_table(catalog().account_key, AccessShareLock);
    const Snapshot snapshot = ActiveSnapshotSet() ? GetActiveSnapshot() : nullptr;
    pg::in_snapshot(snapshot, keys.relation, [&](const pg::DatedSnapshot& seen) {
        pg::IndexCursor cursor = pg::begin_scan(keys, catalog().account_key_customer_key, pg::make_key(customer), seen);
        while (pg::next(cursor))
            fn(DatumGetInt32(pg::get_not_null(keys, account_key_column::account_no)),
               DatumGetInt32(pg::get_not_null(keys, account_key_column::type_id)));
        pg::end_scan(cursor);
    });
    pg::close_table(keys);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_account_no_of);
PG_FUNCTION_INFO_V1(credits_account_nos_of);
PG_FUNCTION_INFO_V1(credits_account_support);
PG_FUNCTION_INFO_V1(credits_is_account_of);
PG_FUNCTION_INFO_V1(credits_plan_mark_in);
PG_FUNCTION_INFO_V1(credits_plan_mark_out);
}

/// _account_support(internal): plans _is_account_of().
Datum credits_account_support(PG_FUNCTION_ARGS)
{
    const auto* const request = reinterpret_cast<const Node*>(PG_GETARG_POINTER(0));
    if (!IsA(request, SupportRequestSimplify))
        PG_RETURN_POINTER(nullptr);
    PG_RETURN_POINTER(simplify(*reinterpret_cast<const SupportRequestSimplify*>(request)));
}

/// _is_account_of(account_no, customer, type_id): strict. No plan has it.
Datum credits_is_account_of(PG_FUNCTION_ARGS)
{
    (void)fcinfo;
    PG_RETURN_BOOL(true);
}

/// _account_no_of(mark, customer, type_id)
Datum credits_account_no_of(PG_FUNCTION_ARGS)
{
    require_mark(fcinfo);
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
        PG_RETURN_NULL();
    const int32 type_id = PG_GETARG_INT32(2);
    int32 found = 0;
    for_each_account(pg::to_view(PG_GETARG_DATUM(1)), [&](int32 account_no, int32 of_type) {
        if (of_type == type_id)
            found = account_no;
    });
    if (found == 0)
        PG_RETURN_NULL();
    PG_RETURN_INT32(found);
}

/// _account_nos_of(mark, customer)
Datum credits_account_nos_of(PG_FUNCTION_ARGS)
{
    require_mark(fcinfo);
    if (PG_ARGISNULL(1))
        PG_RETURN_NULL();
    pg::Array<Datum> numbers{};
    for_each_account(pg::to_view(PG_GETARG_DATUM(1)),
                     [&](int32 account_no, int32) { pg::append(numbers, Int32GetDatum(account_no)); });
    PG_RETURN_ARRAYTYPE_P(construct_array(numbers.items, numbers.count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/// Nobody writes one down.
Datum credits_plan_mark_in(PG_FUNCTION_ARGS)
{
    (void)fcinfo;
    errors::for_plans_only();
}

Datum credits_plan_mark_out(PG_FUNCTION_ARGS)
{
    (void)fcinfo;
    PG_RETURN_CSTRING(pstrdup("plan"));
}

} // namespace credits
