// A sequence as a counter. Its lock, held for this moment only, keeps two from counting the same.
#include "pg/sequence.hpp"

namespace credits::pg
{

int64 count_up(Oid sequence, Oid owner)
{
    Oid user;
    int context;
    GetUserIdAndSecContext(&user, &context); // an error gives them back with the transaction
    SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE);
    LockRelationOid(sequence, ShareUpdateExclusiveLock);
    const int64 next = DatumGetInt64(DirectFunctionCall1(pg_sequence_last_value, ObjectIdGetDatum(sequence))) + 1;
    DirectFunctionCall2(setval_oid, ObjectIdGetDatum(sequence), Int64GetDatum(next));
    UnlockRelationOid(sequence, ShareUpdateExclusiveLock);
    SetUserIdAndSecContext(user, context);
    return next;
}

} // namespace credits::pg
