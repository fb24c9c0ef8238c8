// Evaluates the mapping of a source over row images.
#include "lines/batch.hpp"

#include "errors/saving.hpp"
#include "pg/attempt.hpp"
#include "pg/identity.hpp"
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

[[noreturn]] void refuse_line(Batch& batch, Fact fact)
{
    MemoryContextSwitchTo(batch.memory);
    const ErrorData* const reason = CopyErrorData();
    if (!pg::is_own_fault(*reason))
        PG_RE_THROW();
    FlushErrorState();
    batch.states = nullptr; // what failed may have left something in them
    const std::string_view key = fact == Fact::line_key ? std::string_view() : evaluate_text(batch, Fact::line_key);
    errors::line_not_readable(batch.source->line_table, key, argument_of(fact).name, *reason);
}

/// An error of the expression's becomes a refusal that names the line; nothing is undone before the transaction is.
Datum evaluate_or_refuse(Batch& batch, Fact fact, bool* is_null)
{
    Datum value = Datum(0);
    PG_TRY();
    {
        value = evaluate_expression(batch, fact, is_null);
    }
    PG_CATCH();
    {
        refuse_line(batch, fact);
    }
    PG_END_TRY();
    return value;
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
        if (batch->source->line_table == source.line_table)
            return *batch;
    auto* const batch = static_cast<Batch*>(palloc(sizeof(Batch)));
    const Relation line_table = table_open(source.line_table, AccessShareLock);
    *batch = begin_batch(source, line_table);
    table_close(line_table, NoLock);
    return *pg::append(batches, batch);
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

void add_gone_line(Batch& batch, std::string_view key, bool is_left_out)
{
    LineImage& image = add_image(batch);
    image.gone_key = key;
    image.is_left_out = is_left_out;
}

void open_header_slot(Batch& batch)
{
    if (batch.header_slot != nullptr || !OidIsValid(batch.source->header_table))
        return;
    const Relation headers = relation_open(batch.source->header_table, AccessShareLock);
    open_header_slot(batch, headers);
    relation_close(headers, NoLock);
}

void open_header_slot(Batch& batch, Relation headers)
{
    if (batch.header_slot == nullptr)
        batch.header_slot = MakeSingleTupleTableSlot(RelationGetDescr(headers), &TTSOpsHeapTuple);
}

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
    if (IsA(fact_reader.expression, Const)) {
        const auto* const constant = reinterpret_cast<const Const*>(fact_reader.expression);
        *is_null = constant->constisnull;
        return constant->constvalue;
    }
    return fact_reader.may_fail ? evaluate_or_refuse(batch, fact, is_null) : evaluate_expression(batch, fact, is_null);
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

std::optional<std::string_view> try_evaluate_text(Batch& batch, Fact fact)
{
    const FactReader& fact_reader = reader(batch, fact);
    if (!fact_reader.may_fail || (fact_reader.needs_header && !batch.shows_header))
        return evaluate_text(batch, fact);
    Datum value = Datum(0);
    bool is_null = true;
    if (pg::attempt([&] { value = evaluate_expression(batch, fact, &is_null); }) != nullptr) {
        batch.states = nullptr;
        return std::nullopt;
    }
    return is_null ? std::string_view() : pg::to_view(value);
}

std::string_view evaluate_customer_to_lock(Batch& batch)
{
    return try_evaluate_text(batch, Fact::customer).value_or(std::string_view());
}

std::string_view evaluate_article(Batch& batch)
{
    const std::optional<std::string_view> article = try_evaluate_text(batch, Fact::article);
    if (article)
        return *article;
    return evaluate_bool(batch, Fact::applies) ? evaluate_text(batch, Fact::article) : std::string_view();
}

} // namespace credits
