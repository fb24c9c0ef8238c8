// Reads row images under the mapping of their source.
#include "batch.hpp"

#include "closing_hook.hpp"
#include "errors.hpp"
#include "origin.hpp"
#include "pending.hpp"
#include "pg/identity.hpp"
#include "pg/numeric.hpp"
#include "pg/text.hpp"

namespace credits
{

namespace
{

FactReader& reader(Batch& batch, Fact fact) { return reader(*batch.source, fact); }

/// The state of a fact that is the owner's code. Preparing it is, too: the constraints of a domain are folded then.
ExprState* state_of(Batch& batch, Fact fact)
{
    if (batch.states == nullptr)
        batch.states = static_cast<ExprState**>(MemoryContextAllocZero(batch.memory, sizeof(ExprState*) * fact_count));
    ExprState*& state = batch.states[static_cast<int>(fact)];
    if (state == nullptr) {
        const MemoryContext caller = MemoryContextSwitchTo(batch.memory);
        state = ExecInitExpr(reader(batch, fact).expression, nullptr);
        MemoryContextSwitchTo(caller);
    }
    return state;
}

Datum evaluate_expression(Batch& batch, Fact fact, bool* is_null)
{
    const FactReader& fact_reader = reader(batch, fact);
    if (!fact_reader.is_owner_code)
        return ExecEvalExpr(fact_reader.state, batch.expressions, is_null);
    return pg::as_owner(batch.source->owner, [&] { return ExecEvalExpr(state_of(batch, fact), batch.expressions, is_null); });
}

Datum evaluate_number(Batch& batch, Fact fact, bool* is_null)
{
    const Datum number = evaluate(batch, fact, is_null);
    return reader(batch, fact).is_real && !*is_null ? pg::numeric_of_real(number) : number;
}

/// Reads what decides whether the line counts; an article of no interest has been dropped before.
void read_document(Batch& batch, DocumentLine& line, const Header* header)
{
    bool has_no_date = true;
    bool has_no_quantity = true;
    const Datum date = evaluate(batch, Fact::document_date, &has_no_date);
    has_no_date = has_no_date || DATE_NOT_FINITE(DatumGetDateADT(date));
    line.has_date = !has_no_date;
    line.date = has_no_date ? 0 : DatumGetDateADT(date);
    line.article = evaluate_text(batch, Fact::article);
    line.customer = line.named_customer = evaluate_text(batch, Fact::customer);
    line.number = evaluate_text(batch, Fact::document_number);
    line.kind = evaluate_text(batch, Fact::kind);
    const Datum quantity = evaluate_number(batch, Fact::quantity, &has_no_quantity);
    line.has_quantity = !has_no_quantity;
    line.is_duration = batch.source->measures_time;
    line.quantity = line.is_duration && line.has_quantity ? pg::seconds_of(quantity) : quantity;
    const bool has_header = !OidIsValid(batch.source->header_table) || (header != nullptr && header->tuple != nullptr);
    line.counts = has_header && !is_null(line.key) && !has_no_date && !has_no_quantity && !is_null(line.article) &&
                  !is_null(line.customer) && evaluate_bool(batch, Fact::counts);
}

/// What a sale and the record of an entry need besides.
void read_details(Batch& batch, DocumentLine& line)
{
    bool has_no_amount = true;
    line.amount = evaluate_number(batch, Fact::amount, &has_no_amount);
    line.has_amount = !has_no_amount;
    line.currency = evaluate_text(batch, Fact::currency);
    line.entered_by = evaluate_text(batch, Fact::entered_by);
    line.refers_to = evaluate_text(batch, Fact::refers_to);
    line.is_zeroed = batch.source->zero_columns == nullptr || evaluate_bool(batch, Fact::zeroed);
}

/// Did a closing write the line? Asked for those articles alone that would touch credits.
bool is_of_closing(Batch& batch, const DocumentLine& line)
{
    if (!batch.source->has_hook_lines)
        return false;
    const std::string_view article = evaluate_text(batch, Fact::article);
    return !is_null(article) && find_article(configuration(), article) != nullptr && is_hook_line(line.line_table, line.key);
}

/// A line that is gone, or none of the extension's business, keeps its key alone: there the ledger may have it recorded.
DocumentLine read_line(Batch& batch, const LineImage& image)
{
    DocumentLine line{};
    line.line_table = batch.source->line_table;
    line.image = &image;
    line.is_zeroed = true;
    if (image.note != nullptr)
        line.recorded_by = image.note->recorded_by;
    if (image.old_line != nullptr) {
        show(batch, image.old_line, image.old_header);
        line.key = line.recorded_key = evaluate_text(batch, Fact::line_key);
        line.is_chained = batch.source->has_origin && !is_null(evaluate_text(batch, Fact::origin));
    }
    if (!is_null(image.gone_key))
        line.key = line.recorded_key = image.gone_key;
    line.is_gone = image.new_line == nullptr;
    if (line.is_gone)
        return line;
    show(batch, image.new_line, image.new_header);
    line.key = evaluate_text(batch, Fact::line_key);
    if (batch.source->has_origin)
        line.origin = evaluate_text(batch, Fact::origin);
    line.is_chained |= !is_null(line.origin);
    if (image.old_line == nullptr)
        line.recorded_key = line.key;
    if (evaluate_bool(batch, Fact::applies) && !is_of_closing(batch, line)) {
        read_document(batch, line, image.new_header);
        read_details(batch, line);
    }
    return line;
}

} // namespace

Batch begin_batch(Source& source, Relation line_table)
{
    Batch batch{};
    batch.source = &source;
    batch.memory = CurrentMemoryContext;
    batch.reads_ledger = true;
    batch.line_slot = MakeSingleTupleTableSlot(RelationGetDescr(line_table), &TTSOpsMinimalTuple);
    batch.expressions = makeNode(ExprContext);
    batch.expressions->ecxt_per_query_memory = batch.memory;
    batch.expressions->ecxt_per_tuple_memory = batch.memory;
    return batch;
}

void end_batch(Batch& batch)
{
    ExecDropSingleTupleTableSlot(batch.line_slot);
    if (batch.header_slot != nullptr)
        ExecDropSingleTupleTableSlot(batch.header_slot);
}

Batch& find_or_begin_batch(BatchList& batches, Source& source)
{
    for (Batch* const batch : pg::span_of(batches))
        if (batch->source == &source)
            return *batch;
    auto* const batch = static_cast<Batch*>(palloc(sizeof(Batch)));
    const Relation line_table = table_open(source.line_table, AccessShareLock);
    *batch = begin_batch(source, line_table);
    table_close(line_table, NoLock);
    return *pg::append(batches, batch);
}

void end_batches(Batches batches)
{
    if (origins_of(batches) != nullptr)
        end_batches(pg::span_of(origins_of(batches)->batches));
    for (Batch* const batch : batches)
        end_batch(*batch);
}

namespace
{

LineImage& add_image(Batch& batch)
{
    if (batch.image_count == batch.image_capacity) {
        batch.image_capacity = batch.image_capacity == 0 ? 1 : batch.image_capacity * 4;
        const Size size = sizeof(LineImage) * static_cast<Size>(batch.image_capacity);
        batch.images = static_cast<LineImage*>(batch.images == nullptr ? MemoryContextAllocHuge(batch.memory, size)
                                                                       : repalloc_huge(batch.images, size));
    }
    LineImage& image = batch.images[batch.image_count++];
    image = {};
    return image;
}

} // namespace

void add_image(Batch& batch, MinimalTuple old_line, MinimalTuple new_line)
{
    LineImage& image = add_image(batch);
    image.old_line = old_line;
    image.new_line = new_line;
}

void add_gone_line(Batch& batch, std::string_view key) { add_image(batch).gone_key = key; }

void show(Batch& batch, MinimalTuple line, const Header* header)
{
    batch.expressions->ecxt_innertuple = ExecStoreMinimalTuple(line, batch.line_slot, false);
    show_header(batch, header);
}

void show_header(Batch& batch, const Header* header)
{
    batch.shows_header = header != nullptr && header->tuple != nullptr;
    if (batch.shows_header)
        batch.expressions->ecxt_outertuple = ExecStoreHeapTuple(header->tuple, batch.header_slot, false);
}

Datum evaluate(Batch& batch, Fact fact, bool* is_null)
{
    const FactReader& fact_reader = reader(batch, fact);
    if (fact_reader.needs_header && !batch.shows_header) {
        *is_null = true;
        return Datum(0);
    }
    if (fact_reader.line_column != 0)
        return slot_getattr(batch.line_slot, fact_reader.line_column, is_null);
    if (fact_reader.header_column != 0)
        return slot_getattr(batch.header_slot, fact_reader.header_column, is_null);
    return evaluate_expression(batch, fact, is_null);
}

std::string_view evaluate_text(Batch& batch, Fact fact)
{
    bool is_null = true;
    const Datum value = evaluate(batch, fact, &is_null);
    return is_null ? std::string_view() : pg::to_view(value);
}

bool evaluate_bool(Batch& batch, Fact fact)
{
    bool is_null = true;
    const Datum value = evaluate(batch, fact, &is_null);
    return !is_null && DatumGetBool(value);
}

void read_lines(Batch& batch)
{
    batch.lines = static_cast<DocumentLine*>(
        MemoryContextAllocHuge(batch.memory, sizeof(DocumentLine) * static_cast<Size>(batch.image_count + 1)));
    for (int i = 0; i < batch.image_count; i++)
        batch.lines[batch.line_count++] = read_line(batch, batch.images[i]);
}

void read_lines(Batches batches)
{
    for (Batch* const batch : batches)
        read_lines(*batch);
}

} // namespace credits
