// Locks on names, as locks on objects of a class that is the table.
#include "pg/name_lock.hpp"

namespace credits::pg
{

namespace
{

constexpr uint32 lock_count = 64;

LOCKTAG tag_of(Oid table, std::string_view name)
{
    const uint32 hash =
        DatumGetUInt32(hash_any(reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size())));
    LOCKTAG tag{};
    SET_LOCKTAG_OBJECT(tag, MyDatabaseId, table, hash % lock_count, 0);
    return tag;
}

} // namespace

void lock_name(Oid table, std::string_view name)
{
    const LOCKTAG tag = tag_of(table, name);
    LockAcquire(&tag, RowExclusiveLock, false, false);
}

bool is_name_locked(Oid table, std::string_view name)
{
    const LOCKTAG tag = tag_of(table, name);
    if (LockAcquire(&tag, ShareLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
        return true;
    LockRelease(&tag, ShareLock, false);
    return false;
}

} // namespace credits::pg
