// Messages of settling: of documents on demand, and of what was noted.
#include "errors/settling.hpp"

namespace credits::errors
{

void several_headers(Oid view)
{
    ereport(ERROR, errcode(ERRCODE_CARDINALITY_VIOLATION),
            errmsg("view \"%s\" has several headers for one document line", get_rel_name(view)),
            errhint("The columns of header_key must be unique in the view."));
}

void may_not_settle(Oid line_table)
{
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
            errmsg("permission denied to settle lines of table \"%s\"", get_rel_name(line_table)),
            errhint("Whoever may insert, update or delete its lines, or rows of its header table, may."));
}

void not_settled(Oid line_table)
{
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("lines of table \"%s\" were saved but not settled", get_rel_name(line_table)),
            errdetail("The triggers of table \"credits.pending\" have not fired."), errhint("Enable them."));
}

void note_of_nobody()
{
    ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("only the saves of lines write to table \"credits.pending\""),
            errdetail("A row of it belongs to no line that its transaction has saved."));
}

} // namespace credits::errors
