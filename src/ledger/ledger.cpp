// Opens and closes the ledger.
#include "ledger/ledger.hpp"

#include "schema/catalog.hpp"

namespace credits
{

Ledger open_ledger(DateADT first_open_day, SaveSize size, LOCKMODE mode)
{
    return {
        .entries = pg::open_table(catalog().entry, mode), // first: a save may have looked into it before
        .accounts = pg::open_table(catalog().account, mode),
        .lots = pg::open_table(catalog().lot, mode),
        .snapshot = {}, // taken when all are open
        .memory = CurrentMemoryContext,
        .row_memory = size == SaveSize::one_line
                          ? CurrentMemoryContext
                          : AllocSetContextCreate(CurrentMemoryContext, "credits row", ALLOCSET_SMALL_SIZES),
        .first_open_day = first_open_day,
        .recorded_at = GetCurrentStatementStartTimestamp(),
        .recorded_by = GetUserNameFromId(GetUserId(), false),
        .provenance = {},
        .provenance_no = 0,
    };
}

void close_ledger(Ledger& ledger)
{
    pg::close_table(ledger.entries);
    pg::close_table(ledger.lots);
    pg::close_table(ledger.accounts);
    if (ledger.row_memory != ledger.memory)
        MemoryContextDelete(ledger.row_memory);
}

void forget_row(Ledger& ledger)
{
    if (ledger.row_memory != ledger.memory)
        MemoryContextReset(ledger.row_memory);
}

} // namespace credits
