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

/// A line's header row as it was last looked at. A null tuple: there is none.
struct Header {
    Datum key[INDEX_MAX_KEYS];
    bool is_missing; // the line names none
    HeapTuple tuple;
    Oid member;          // the table that it lies in: a partition may do
    ItemPointerData tid; // where it lies there
    bool is_locked;      // by us: it stays as it is
};

struct Note;

/// The row images of one changed line. A null image: it did not exist before, or does not exist any more.
/// Of a line whose row nobody has kept there is the key alone; and its row, where it has one by now.
struct LineImage {
    MinimalTuple old_line;
    MinimalTuple new_line;
    Header* old_header;
    Header* new_header;
    std::string_view gone_key;
    bool is_left_out; // gone_key is none of the save's, which may find that what it has is another line's by now
    const Note* note; // what tells of the change; null: the statement itself
};

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
void add_gone_line(Batch& batch, std::string_view key, bool is_left_out = false);

/// Makes room for a header to be shown, where the source has headers and it was not done before.
void open_header_slot(Batch& batch);
void open_header_slot(Batch& batch, Relation headers);

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

/// The same, while some are still found.
using BatchList = pg::Array<Batch*>;

/// The batch of a source in the list, which may be a new one in the current memory context.
Batch& find_or_begin_batch(BatchList& batches, Source& source);

inline std::span<DocumentLine> lines_of(const Batch& batch) { return {batch.lines, static_cast<size_t>(batch.line_count)}; }

inline std::span<const LineImage> images_of(const Batch& batch) { return {batch.images, static_cast<size_t>(batch.image_count)}; }

} // namespace credits
