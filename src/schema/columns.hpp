// The columns of the ledger's tables by number, as sql/install/20-ledger.sql creates them.
#pragma once

namespace credits
{

namespace account_column
{
enum {
    customer = 1,
    type_id,
    last_lot_no,
    last_entry_no,
    below_alarm,
    balance,
    value,
    alarm_level,
    revalued_entry_no,
    revalued_on,
    count = revalued_on
};
}

namespace lot_column
{
enum {
    customer = 1,
    type_id,
    lot_no,
    last_entry_no,
    open,
    sold_on,
    booked_on,
    quantity,
    amount,
    value,
    remaining,
    remaining_value,
    credited,
    returned,
    returned_on,
    changed_on,
    unreturned_on,
    line_table,
    line_key,
    document_kind,
    document_number,
    article,
    coefficient,
    ledger_account,
    count = ledger_account
};
}

namespace entry_column
{
enum {
    customer = 1,
    type_id,
    entry_no,
    lot_no,
    reverses,
    booked_on,
    document_date,
    kind,
    quantity,
    value,
    amount,
    balance_after,
    line_table,
    line_key,
    document_kind,
    document_number,
    article,
    coefficient,
    description,
    recorded_at,
    recorded_by,
    entered_by,
    count = entered_by
};
}

} // namespace credits
