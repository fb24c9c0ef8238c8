// A batch: the lines of one source that a save changed, on their way from row images to document lines.
// It lives in a memory context of the save, deleted when the trigger returns. Several sources may take part in one save.
#pragma once

#include <optional>
#include <span>

#include "lines/line.hpp"
#include "pg/array.hpp"
#include "sources/source.hpp"

namespace credits
{

/// A line's header row as it is now, under lock. A null tuple: there is none.
struct Header {
    Datum key[INDEX_MAX_KEYS];
    bool is_missing; // the line names none
    HeapTuple tuple;
};

struct Note;

/// The row images of one changed line. A null image: it did not exist before, or does not exist any more.
/// Of a line whose row nobody has kept there is the key alone.
struct LineImage {
    MinimalTuple old_line;
    MinimalTuple new_line;
    Header* old_header;
    Header* new_header;
    std::string_view gone_key;
    const Note* note; // what tells of the change; null: the statement itself
};

struct Origins;

/// Which lines are read whole. What cannot be read may not stand in the way of a line that has nothing to do with credits (rule
/// 24), so a save reads the article first, and the rest where that matters.
enum class Reading {
    with_credits,   // a save: where the article has credits, or what is booked for the line has
    known_articles, // a check: what is booked is its to know
    all,            // a check of lines that others are made from: they count whatever their article
};

struct Batch {
    Source* source;
    MemoryContext memory;
    bool reads_ledger;  // a line may have entries: always, except for lines just inserted
    bool repeats_lines; // some images may speak of the same line

    LineImage* images;
    int image_count;
    int image_capacity;
    int known_header_count; // the first images, whose headers are locked already

    DocumentLine* lines;
    int line_count;
    Origins* origins; // what the lines of the save were made from; null: nothing (origin.hpp)

    TupleTableSlot* line_slot;   // for minimal tuples
    TupleTableSlot* header_slot; // for heap tuples; null without a header table
    bool shows_header;
    ExprContext* expressions;
    Reading reading;
    Snapshot snapshot;  // as of which headers are found without a lock; null: the latest
    ExprState** states; // of the facts that are the owner's code; null before the first
};

/// Makes a batch in the current memory context.
Batch begin_batch(Source& source, Relation line_table);
void end_batch(Batch& batch);

/// Adds a changed line whose images are already in the batch's memory.
void add_image(Batch& batch, MinimalTuple old_line, MinimalTuple new_line);

/// Adds a line that is gone, by its key.
void add_gone_line(Batch& batch, std::string_view key);

/// Makes room for a header to be shown, where the source has headers and it was not done before.
void open_header_slot(Batch& batch);

/// Shows a line image and its header, which may be null, to the next evaluations.
void show(Batch& batch, MinimalTuple line, const Header* header);

/// Shows a header alone: for facts that need no line.
void show_header(Batch& batch, const Header* header);

/// Evaluates one fact of the line that is shown. Without a header every fact that needs one is null.
Datum evaluate(Batch& batch, Fact fact, bool* is_null);
std::string_view evaluate_text(Batch& batch, Fact fact);
bool evaluate_bool(Batch& batch, Fact fact);

/// The same for what decides on locks, or belongs to the past, so that it is no reason to refuse a save. Nothing: it cannot be
/// read.
std::optional<std::string_view> try_evaluate_text(Batch& batch, Fact fact);

/// The customer whose lock is to be taken; null: none. One who cannot be read has no line that a save would accept.
std::string_view evaluate_customer_to_lock(Batch& batch);

/// The article of the line that is shown, or null where applies_to leaves the line out: an expression for the article need not be
/// readable there.
std::string_view evaluate_article(Batch& batch);

/// The sources that take part in one save, a batch each.
using Batches = std::span<Batch* const>;

/// What the lines of a save were made from; null: nothing.
inline Origins* origins_of(Batches batches) { return batches.empty() ? nullptr : batches.front()->origins; }

/// The same, while some are still found.
using BatchList = pg::Array<Batch*>;

/// The batch of a source in the list, which may be a new one in the current memory context.
Batch& find_or_begin_batch(BatchList& batches, Source& source);
void end_batches(Batches batches); // of one save, with what their lines were made from

/// Locks the headers that the images name, old and new, and those of the lines that these were made from, in the order of their
/// tables and keys, and hands them to the images.
void lock_headers(Batches batches);

/// Finds all of these as of the latest snapshot, without a lock.
void find_headers(Batches batches);

/// The same for the headers that the images name and that are not known yet, alone.
void lock_named_headers(Batches batches);
void find_named_headers(Batches batches);

/// Adds the lines that were made from lines of the save, in whatever source they are (rule 19), and finds their headers.
/// Returns the batches of the whole save; without chains the same ones. The caller has locked the headers.
Batches add_chains(Batches batches);

/// The customers of a save as far as they can be told before any is locked, sorted, each once: those whom its lines name and
/// named, are recorded for and were made from; where there are several, also those of what was made from its lines. They are
/// locked together, since whoever comes later comes out of order.
pg::Array<std::string_view> foresee_customers(Batches batches);

/// Has a save of this transaction settled lines as parts of a chain whose table is checked at commit? They may be noted as well.
bool has_settled_noted_lines();

/// Makes the document lines of the images, whose headers are locked by now.
void read_lines(Batch& batch);
void read_lines(Batches batches);

/// Reads the rest of a line that was read in part, since its article has no credits.
void read_rest(Batch& batch, DocumentLine& line);

/// Reads it where the entries of the line go by it. The caller knows what is recorded.
void read_rest_of_recorded(Batch& batch, DocumentLine& line);

/// Locks the customers, decides and records: the rest of the way, common to all triggers.
/// The caller has passed the gate, locked the headers and read the lines. All batches are one save (rule 13): over all its lines
/// what gives comes before what takes. Of lines that are taken in each day is a save; for them the caller holds the gate against
/// all savers, so that no customer is locked, and prices stay (rule 24).
void settle(Batches batches, Order order = Order::one_save);

inline std::span<DocumentLine> lines_of(const Batch& batch) { return {batch.lines, static_cast<size_t>(batch.line_count)}; }

inline std::span<const LineImage> images_of(const Batch& batch) { return {batch.images, static_cast<size_t>(batch.image_count)}; }

} // namespace credits
