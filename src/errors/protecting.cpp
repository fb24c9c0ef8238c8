// Messages of the protection of what is attached or bound.
#include "errors/protecting.hpp"

namespace credits::errors
{

void needed(const char* act, const char* detail, const char* way_out)
{
    ereport(ERROR, errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST), errmsg("cannot %s because credits depends on it", act),
            errdetail("%s", detail), errhint("Use credits.%s() first.", way_out));
}

void become_needed(const char* act, const char* reason, const char* way_out)
{
    errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST);
    errmsg("cannot %s because credits depends on it", act);
    errdetail("%s would now fail: %s", strcmp(way_out, "detach") == 0 ? "Attaching" : "Binding", reason);
    errhint("Use credits.%s() first.", way_out);
}

void name_needed(const char* act)
{
    ereport(ERROR, errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST), errmsg("cannot %s because credits depends on it", act),
            errdetail("The library finds what belongs to the extension by this name."));
}

} // namespace credits::errors
