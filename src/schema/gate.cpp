// Locks the gate.
#include "schema/gate.hpp"

#include "pg/identity.hpp"
#include "schema/catalog.hpp"

namespace credits
{

void pass_gate()
{
    pg::refuse_if_reading();
    PreventCommandIfReadOnly("a booking of credits"); // PostgreSQL asks of SQL alone
    LockRelationOid(catalog().closing, RowExclusiveLock);
    LockRelationOid(catalog().customer, RowShareLock); // whoever saves looks at customers, and at entries only after them
}

void come_to_gate() { LockRelationOid(catalog().closing, AccessShareLock); }

} // namespace credits
