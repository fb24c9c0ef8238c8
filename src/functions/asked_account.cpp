// Views join lots and entries to whose they are. A customer that is asked for is known before: so the planner is told his
// accounts' numbers, and reads his rows by the index, in its order, and knows how many there are. A join alone gives neither.
#include "errors/internal.hpp"
#include "pg/array.hpp"
#include "pg/asked_value.hpp"
#include "pg/key.hpp"
#include "schema/columns.hpp"
#include "schema/own_tables.hpp"

extern "C" {
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
}

namespace credits
{

namespace
{

constexpr const char* index_name = "_account_key_customer_key";

/// A call of a function of ours. Its first argument, the mark, is what no query can write down.
Expr* call(const char* name, Oid result, List* arguments)
{
    const Oid function =
        LookupFuncName(list_make2(makeString(pstrdup("credits")), makeString(pstrdup(name))), -1, nullptr, false);
    Oid* types = nullptr;
    int count = 0;
    get_func_signature(function, &types, &count);
    Expr* const mark = reinterpret_cast<Expr*>(makeConst(types[0], -1, InvalidOid, sizeof(char), CharGetDatum('p'), false, true));
    return reinterpret_cast<Expr*>(
        makeFuncExpr(function, result, lcons(mark, arguments), InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

Oid plus_operator()
{
    return OpernameGetOprid(list_make2(makeString(pstrdup("pg_catalog")), makeString(pstrdup("+"))), INT4OID, INT4OID);
}

Expr* is_equal(Node* left, Node* right)
{
    return make_opclause(Int4EqualOperator, BOOLOID, false, reinterpret_cast<Expr*>(left), reinterpret_cast<Expr*>(right),
                         InvalidOid, InvalidOid);
}

/// Account and row, as the view joins them.
struct Join {
    Node* row_no;
    Node* account_no;
    Node* customer;
    Node* type;
};

/// That both numbers are equal follows.
Expr* is_account(const Join& join, Node* customer, Node* type)
{
    Expr* const number = call("_account_no_of", INT4OID, list_make2(copyObjectImpl(customer), copyObjectImpl(type)));
    return make_andclause(list_make2(is_equal(join.row_no, reinterpret_cast<Node*>(number)),
                                     is_equal(join.account_no, static_cast<Node*>(copyObjectImpl(join.row_no)))));
}

/// Beside the numbers, the join says nothing of how many rows there are: it is put so that no index of them is looked up by it.
Expr* is_one_of_accounts(const Join& join, Node* customer)
{
    auto* const any = makeNode(ScalarArrayOpExpr);
    any->opno = Int4EqualOperator;
    any->opfuncid = F_INT4EQ;
    any->useOr = true;
    any->args = list_make2(join.row_no, call("_account_nos_of", INT4ARRAYOID, list_make1(copyObjectImpl(customer))));
    any->location = -1;
    auto* const row_no = static_cast<Expr*>(copyObjectImpl(join.row_no));
    auto* const zero = reinterpret_cast<Expr*>(makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(0), false, true));
    Expr* const sum = make_opclause(plus_operator(), INT4OID, false, row_no, zero, InvalidOid, InvalidOid);
    return make_andclause(list_make2(any, is_equal(join.account_no, reinterpret_cast<Node*>(sum))));
}

Expr* simplify(const SupportRequestSimplify& request)
{
    const List* const arguments = request.fcall->args;
    const Join join{.row_no = static_cast<Node*>(linitial(arguments)),
                    .account_no = static_cast<Node*>(lsecond(arguments)),
                    .customer = static_cast<Node*>(lthird(arguments)),
                    .type = static_cast<Node*>(lfourth(arguments))};
    Node* const customer = pg::find_asked_value(request.root, join.customer, F_TEXTEQ);
    if (customer == nullptr || !IsA(join.row_no, Var))
        return is_equal(join.row_no, join.account_no);
    Node* const type = pg::find_asked_value(request.root, join.type, F_INT4EQ);
    return type == nullptr ? is_one_of_accounts(join, customer) : is_account(join, customer, type);
}

void require_mark(FunctionCallInfo fcinfo)
{
    if (PG_ARGISNULL(0))
        errors::for_plans_only();
}

struct Account {
    int32 account_no;
    int32 type_id;
};

/// What a call of the query was answered, for the next rows that are compared with it.
struct Answer {
    std::string_view customer;
    pg::Array<Account> accounts;
};

/// As the query sees them. Whatever the other tables are by now: who reads a view reads no other in this way.
pg::Array<Account> read_accounts(std::string_view customer)
{
    const Oid schema = get_namespace_oid("credits", false);
    const Oid table = get_relname_relid("_account_key", schema);
    require_own_table(table);
    require_own_index(schema, index_name);
    pg::Table keys = pg::open_table(table, AccessShareLock);
    pg::Array<Account> accounts{};
    pg::in_active_snapshot(keys.relation, [&](const pg::DatedSnapshot& seen) {
        pg::IndexCursor cursor = pg::begin_scan(keys, get_relname_relid(index_name, schema), pg::make_key(customer), seen);
        while (pg::next(cursor))
            pg::append(accounts, {.account_no = DatumGetInt32(pg::get_not_null(keys, account_key_column::account_no)),
                                  .type_id = DatumGetInt32(pg::get_not_null(keys, account_key_column::type_id))});
        pg::end_scan(cursor);
    });
    pg::close_table(keys);
    return accounts;
}

/// A query may compare each row with them: they are read once, as long as the customer is the same.
std::span<const Account> accounts_of(FmgrInfo& call, std::string_view customer)
{
    auto* answer = static_cast<Answer*>(call.fn_extra);
    if (answer == nullptr || answer->customer != customer) {
        const MemoryContext caller = MemoryContextSwitchTo(call.fn_mcxt);
        answer = static_cast<Answer*>(palloc(sizeof(Answer)));
        *answer = {.customer = pg::copy(customer), .accounts = read_accounts(customer)};
        call.fn_extra = answer;
        MemoryContextSwitchTo(caller);
    }
    return pg::span_of(answer->accounts);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_account_no_of);
PG_FUNCTION_INFO_V1(credits_account_nos_of);
PG_FUNCTION_INFO_V1(credits_account_support);
PG_FUNCTION_INFO_V1(credits_is_account);
PG_FUNCTION_INFO_V1(credits_plan_mark_in);
PG_FUNCTION_INFO_V1(credits_plan_mark_out);
}

/// _account_support(internal): plans _is_account().
Datum credits_account_support(PG_FUNCTION_ARGS)
{
    const auto* const request = reinterpret_cast<const Node*>(PG_GETARG_POINTER(0));
    if (!IsA(request, SupportRequestSimplify))
        PG_RETURN_POINTER(nullptr);
    PG_RETURN_POINTER(simplify(*reinterpret_cast<const SupportRequestSimplify*>(request)));
}

/// _is_account(row_no, account_no, customer, type_id): strict. No plan has it.
Datum credits_is_account(PG_FUNCTION_ARGS) { PG_RETURN_BOOL(PG_GETARG_INT32(0) == PG_GETARG_INT32(1)); }

/// _account_no_of(mark, customer, type_id)
Datum credits_account_no_of(PG_FUNCTION_ARGS)
{
    require_mark(fcinfo);
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
        PG_RETURN_NULL();
    const int32 type_id = PG_GETARG_INT32(2);
    for (const Account& account : accounts_of(*fcinfo->flinfo, pg::to_view(PG_GETARG_DATUM(1))))
        if (account.type_id == type_id)
            PG_RETURN_INT32(account.account_no);
    PG_RETURN_NULL();
}

/// _account_nos_of(mark, customer)
Datum credits_account_nos_of(PG_FUNCTION_ARGS)
{
    require_mark(fcinfo);
    if (PG_ARGISNULL(1))
        PG_RETURN_NULL();
    pg::Array<Datum> numbers{};
    for (const Account& account : accounts_of(*fcinfo->flinfo, pg::to_view(PG_GETARG_DATUM(1))))
        pg::append(numbers, Int32GetDatum(account.account_no));
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
