// A document line on its way through a settlement: what its row says, what the ledger has recorded, what it wants.
// Everything here lives in the memory of one batch.
#pragma once

#include <string_view>

#include "core/lot.hpp"
#include "core/settlement.hpp"
#include "errors/saving.hpp"
#include "pg/postgres.hpp"
#include "pg/text.hpp"
#include "settings/configuration.hpp"

namespace credits
{

/// In bytes: a longer one is not booked.
inline constexpr size_t longest_line_key = 255;

/// What a line drew, or a return line gave back, as far as it still stands, and the date that it is booked on.
struct RecordedDraw {
    core::Draw draw;
    DateADT booked_on;
    int64 reverses; // the draw that a return undoes
    bool stands;
};

/// What an entry says of its document and article.
struct Document {
    std::string_view kind;
    std::string_view number;
    DateADT date;
    std::string_view article;
    core::Amount coefficient; // 0: a registration by hand has none
};

/// What the ledger has recorded for a line: the sum of its entries, and how it was booked last (rule 16). Mostly that is all.
/// Where a change of the line was missed, more may stand: in another account, as another act, in another lot.
struct Recorded {
    int32 account_no;
    std::string_view customer;
    int32 type_id;
    Document document;
    core::Effect effect;
    int64 lot_no;           // of a sale
    int64 opening_entry_no; // of a balance from before; 0: it is none
    RecordedDraw* draws;
    int draw_count;
    Recorded* next; // what else stands, the latest first; null: nothing
};

/// In which order lines settled together come: as one save, or, when they are taken in, each day as a save of its own (rule 24).
enum class Order { one_save, by_day };

struct LineImage;

struct DocumentLine {
    int32 source_no;               // 0: registered by hand
    int32 archive_no;              // of archived lines of its source; 0: there are none
    Oid line_table;                // InvalidOid: likewise, or known from the ledger alone
    const LineImage* image;        // its rows; null when registered by hand
    std::string_view key;          // null: registered by hand, until its first entry gives it one
    std::string_view recorded_key; // the key under which the ledger knows it; another one after a renumbering
    std::string_view kind;
    std::string_view number;
    std::string_view article;
    std::string_view named_customer; // by the document
    std::string_view customer;       // whose credits he uses: mostly himself (contacts.hpp)
    std::string_view entered_by;
    std::string_view origin;      // the key of the line that it was made from (rule 19)
    std::string_view recorded_by; // the role that saved it; null: the current one
    std::string_view description;
    std::string_view ledger_account;
    DateADT date;
    bool has_date;
    bool counts;                      // with article, customer, quantity, date and header all there
    bool is_past;                     // it would count, were it not dated before what is archived of its source
    bool is_gone;                     // deleted: `key` is all there is
    bool is_read_in_part;             // its article has no credits: besides that, `key` is all there is
    bool is_chained;                  // it has or had an origin: whoever changes that one settles this line, too
    bool is_covered;                  // made from a line that counts: it consumes nothing itself (rule 19)
    bool is_zeroed;                   // its price columns are 0, or there are none
    bool is_opening;                  // a balance from before: a lot whose value was given (rule 22)
    std::optional<DateADT> open_from; // documents dated before are kept as they are booked (rule 28); nothing: none are

    Datum quantity; // numeric; of a duration the seconds, NaN for one with months
    bool has_quantity;
    bool is_duration; // its source's quantity is an interval
    Datum amount;     // numeric
    bool has_amount;
    std::string_view currency;
    std::string_view refers_to; // of a credit note: the key of its sale line; null: none

    const CreditType* type;   // of what it wants; null when that is nothing
    core::Amount coefficient; // the one that it is booked with
    core::Effect wanted;

    Recorded* recorded;   // null: nothing was ever recorded
    Recorded* archived;   // what was, before it was archived; looked up where the key is a new one, or it counts; null: nothing
    int64 first_entry_no; // of those that this batch books; 0: none yet
    core::Settlement settlement;
};

/// What stands for it is more than one thing, since a change of it was missed.
inline bool has_several_records(const DocumentLine& line) { return line.recorded != nullptr && line.recorded->next != nullptr; }

/// Goes the document's number with it? Not to the customer whose document the line has left.
inline bool follows_number(const DocumentLine& line) { return line.counts && line.recorded->customer == line.customer; }

/// The key as the views show it: of a registration by hand with the customer's.
inline std::string_view shown_key(const DocumentLine& line)
{
    if (line.source_no != 0 || is_null(line.key))
        return line.key;
    const char* const first_entry = strchr(pg::to_cstring(line.key), '/') + 1;
    return psprintf("%s/%d/%s", pg::to_cstring(line.customer), line.type->type_id, first_entry);
}

/// Where a refusal finds the line: in its document, or, of one that is gone and has none any more, in the one that is recorded.
inline errors::Place place_of(const DocumentLine& line)
{
    if (is_null(line.kind) && line.recorded != nullptr)
        return {.kind = line.recorded->document.kind, .number = line.recorded->document.number, .key = shown_key(line)};
    return {.kind = line.kind, .number = line.number, .key = shown_key(line)};
}

} // namespace credits
