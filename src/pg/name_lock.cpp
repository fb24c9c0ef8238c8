// Locks on names, as locks on objects of a class that is the table.
#include "pg/name_lock.hpp"

namespace credits::pg
{

namespace
{

constexpr uint32 claim_count = 64;

enum class LockOf : uint16 { claim, turn };

LOCKTAG tag_of(Oid table, uint32 number, LockOf of)
{
    LOCKTAG tag{};
    SET_LOCKTAG_OBJECT(tag, MyDatabaseId, table, number, static_cast<uint16>(of));
    return tag;
}

LOCKTAG claim_of(Oid table, std::string_view name) { return tag_of(table, turn_of(name) % claim_count, LockOf::claim); }

} // namespace

void claim_name(Oid table, std::string_view name)
{
    const LOCKTAG tag = claim_of(table, name);
    LockAcquire(&tag, RowExclusiveLock, false, false);
}

bool is_name_claimed(Oid table, std::string_view name)
{
    const LOCKTAG tag = claim_of(table, name);
    if (LockAcquire(&tag, ShareLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
        return true;
    LockRelease(&tag, ShareLock, false);
    return false;
}

Turn turn_of(std::string_view name)
{
    return DatumGetUInt32(hash_any(reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size())));
}

bool take_turn(Oid table, Turn turn)
{
    const LOCKTAG tag = tag_of(table, turn, LockOf::turn);
    if (LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL)
        return false;
    LockAcquire(&tag, ExclusiveLock, false, false);
    return true;
}

void give_turn_back(Oid table, Turn turn)
{
    const LOCKTAG tag = tag_of(table, turn, LockOf::turn);
    LockRelease(&tag, ExclusiveLock, false);
}

} // namespace credits::pg
