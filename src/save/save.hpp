// One save (rule 13): what a statement, a document or a transaction has changed of document lines, in whatever sources. Over all
// of it what gives comes before what takes. Whoever settles one puts lines and changed headers in, and calls settle()
// (settle.hpp). A save lives in the memory context in which it was begun.
#pragma once

#include "ledger/carry_out.hpp"
#include "save/changed_headers.hpp"
#include "save/customers.hpp"
#include "save/origins.hpp"

namespace credits
{

/// What a save changes of one source.
struct Part {
    Relation lines; // open as long as the save
    bool is_open_elsewhere;
    Batch batch; // with the images that were put in, and those that are found for it
    ChangedHeaders headers;
    int given_count;       // of the images that were put in; whoever knows their headers says so (known_header_count)
    int given_known_count; // likewise, as it was given
};

struct Save {
    pg::Array<Part*> parts;
    Order order;
    bool is_taken_in; // lines that were there before (rule 24): the gate is held against all savers, so no customer is locked;
                      // prices stay
    bool is_of_transaction;       // what it has noted: a line may have been deleted and saved again
    std::string_view recorded_by; // the role that stands for it; null: the current one, or that of a note
    int64 checked_up_to;          // of a transaction: up to this statement a header must be there by now

    // What settle() finds:
    BatchList batches;  // of the parts, then of what was made from their lines
    References headers; // of the lines of its parts
    References headers_of_chains;
    Origins* origins; // null: nothing
    Customers customers;
    Turns turns; // of these, until their rows are locked
};

/// The part of a source, which may be a new one. The table of its lines is opened, unless the caller has it open as long.
Part& part_of(Save& save, Source& source, Relation lines = nullptr);

/// Forgets what was found.
void end_look(Save& save);

/// Drops the slots of its batches and closes its tables.
void end_save(Save& save);

} // namespace credits
