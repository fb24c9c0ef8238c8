// Compares the versions of library and script.
#include "schema/version.hpp"

#include <array>
#include <cstdio>
#include <cstring>

#include "schema/errors.hpp"

extern "C" {
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
}

namespace credits
{

namespace
{

using Parts = std::array<int, 3>;

Parts parts_of(const char* version)
{
    Parts parts{};
    std::sscanf(version, "%d.%d.%d", &parts[0], &parts[1], &parts[2]);
    return parts;
}

bool is_library_older(const char* extension) { return parts_of(library_version()) < parts_of(extension); }

/// The version that the script says, or will say when it has run; null without the extension.
const char* extension_version()
{
    const Relation extensions = table_open(ExtensionRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum("credits"));
    const SysScanDesc scan = systable_beginscan(extensions, ExtensionNameIndexId, true, nullptr, 1, &key);
    const HeapTuple row = systable_getnext(scan);
    const char* version = nullptr;
    if (HeapTupleIsValid(row)) {
        bool is_null = false;
        const Datum value = heap_getattr(row, Anum_pg_extension_extversion, RelationGetDescr(extensions), &is_null);
        version = TextDatumGetCString(value);
    }
    systable_endscan(scan);
    table_close(extensions, AccessShareLock);
    return version;
}

} // namespace

const char* library_version() { return CREDITS_VERSION; }

bool is_own_script_running() { return creating_extension && CurrentExtensionObject == get_extension_oid("credits", true); }

void require_own_version()
{
    const char* const extension = extension_version();
    if (extension == nullptr || std::strcmp(extension, library_version()) == 0)
        return;
    if (is_library_older(extension))
        errors::library_is_older(library_version(), extension);
    errors::library_is_newer(library_version(), extension);
}

extern "C" {
PG_FUNCTION_INFO_V1(credits_library_version);
PG_FUNCTION_INFO_V1(credits_meet_library);
}

/// _library_version()
Datum credits_library_version(FunctionCallInfo) { PG_RETURN_TEXT_P(cstring_to_text(library_version())); }

/// _meet_library(): the scripts of an older version than the library's may be on their way to it.
Datum credits_meet_library(FunctionCallInfo)
{
    const char* const extension = extension_version();
    if (extension != nullptr && is_library_older(extension))
        errors::library_is_older(library_version(), extension);
    const Oid schema = get_namespace_oid("credits", true);
    const Oid account = OidIsValid(schema) ? get_relname_relid("_account", schema) : InvalidOid;
    if (OidIsValid(account))
        CacheInvalidateRelcacheByRelid(account); // whoever has met an older script looks again
    PG_RETURN_VOID();
}

} // namespace credits
