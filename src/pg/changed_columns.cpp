// Which columns of a row changed, and whose tables the transaction has changed.
#include "pg/changed_columns.hpp"

#include "pg/identity.hpp"

namespace credits
{

namespace
{

/// The owners of the tables that a transaction has changed by statements of the session's own; a rolled back savepoint's, too.
struct Written {
    FullTransactionId transaction;
    List* owners; // in its memory
};

constinit Written written{};

} // namespace

bool are_equal(const Bitmapset* columns, TupleTableSlot* a, TupleTableSlot* b)
{
    int member = -1;
    while ((member = bms_next_member(columns, member)) >= 0) {
        const int column = member + FirstLowInvalidHeapAttributeNumber;
        bool a_is_null = false;
        bool b_is_null = false;
        const Datum left = slot_getattr(a, column, &a_is_null);
        const Datum right = slot_getattr(b, column, &b_is_null);
        const Form_pg_attribute attribute = TupleDescAttr(a->tts_tupleDescriptor, column - 1);
        if (a_is_null != b_is_null)
            return false;
        if (!a_is_null && !datum_image_eq(left, right, attribute->attbyval, attribute->attlen))
            return false;
    }
    return true;
}

bool may_lack_values(Relation table, const Bitmapset* columns, TupleTableSlot* row)
{
    if (table->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
        return false;
    int member = -1;
    while ((member = bms_next_member(columns, member)) >= 0) {
        const int column = member + FirstLowInvalidHeapAttributeNumber;
        bool is_null = false;
        if (TupleDescAttr(row->tts_tupleDescriptor, column - 1)->attgenerated == ATTRIBUTE_GENERATED_STORED)
            slot_getattr(row, column, &is_null);
        if (is_null)
            return true;
    }
    return false;
}

void remember_written(Relation table)
{
    if (InSecurityRestrictedOperation() || pg::is_owner_in_charge())
        return;
    const FullTransactionId transaction = GetTopFullTransactionIdIfAny();
    if (!FullTransactionIdIsValid(transaction)) // no row of any table was changed
        return;
    if (!FullTransactionIdEquals(transaction, written.transaction))
        written = {.transaction = transaction, .owners = NIL};
    const MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);
    written.owners = list_append_unique_oid(written.owners, table->rd_rel->relowner);
    MemoryContextSwitchTo(caller);
}

bool may_fire_triggers(Oid owner)
{
    if (InSecurityRestrictedOperation() || pg::is_owner_in_charge())
        return false;
    return owner == GetUserId() || (FullTransactionIdEquals(GetTopFullTransactionIdIfAny(), written.transaction) &&
                                    list_member_oid(written.owners, owner));
}

} // namespace credits
