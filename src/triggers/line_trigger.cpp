// The statement triggers of an attached line table: read the lines, lock, decide, record.
// All lines of a statement are settled together, so that a document may sell and use at once (rule 13).
#include "lines/find_lines.hpp"
#include "lines/pending.hpp"
#include "lines/settled_since.hpp"
#include "pg/changed_columns.hpp"
#include "pg/firing_role.hpp"
#include "pg/identity.hpp"
#include "pg/memory.hpp"
#include "pg/transition.hpp"
#include "pg/trigger_call.hpp"
#include "save/settle.hpp"
#include "sources/hook_lines.hpp"
#include "sources/known_sources.hpp"
#include "sources/restoring.hpp"
#include "triggers/closing_hook.hpp"

namespace credits
{

namespace
{

MinimalTuple copy_row(TupleTableSlot* slot) { return ExecCopySlotMinimalTuple(slot); }

/// Which lines of the statement are looked at.
struct Interest {
    const Configuration& settings;
    bool is_in_all;
};

/// An article that only the header tells may have a credit type. A line from which others are made is of interest whatever its
/// article: as long as it counts it covers them. A closing's hook writes lines that never touch credits, whatever their article
/// becomes.
Interest interest_in(const Source& source)
{
    return {.settings = configuration(),
            .is_in_all = source.facts[static_cast<int>(Fact::article)].needs_header || is_origin_table(source.line_table) ||
                         closing_of_running_hook() != 0};
}

/// Does the row in the line slot have an article that has, or had, a credit type? One that cannot be read may be of interest: as
/// it is now, its header tells whether it is refused; as it was, it is no reason to keep it.
bool is_of_interest(Batch& batch, const Interest& interest)
{
    if (interest.is_in_all)
        return true;
    batch.expressions->ecxt_innertuple = batch.line_slot;
    batch.shows_header = false;
    const std::optional<std::string_view> article = try_evaluate_text(batch, Fact::article);
    return !article || (!is_null(*article) && find_article(interest.settings, *article) != nullptr);
}

/// INSERT and DELETE: one image per line. False: some may lack values.
bool read_images(Batch& batch, const Interest& interest, Relation table, const pg::TransitionReader& reader, bool is_new)
{
    bool are_whole = true;
    while (pg::read_row(reader, batch.line_slot)) {
        const bool is_whole = !is_new || !may_lack_values(table, batch.source->line_columns, batch.line_slot);
        are_whole = are_whole && is_whole;
        if (is_whole && !is_of_interest(batch, interest))
            continue;
        const MinimalTuple row = copy_row(batch.line_slot);
        add_image(batch, is_new ? nullptr : row, is_new ? row : nullptr);
    }
    pg::end_reading(reader);
    return are_whole;
}

/// UPDATE: both tables hold the lines in the same order, those that move to another partition, too. False: some may lack values.
bool read_image_pairs(Batch& batch, const Interest& interest, Relation table, const pg::TransitionReader& old_rows,
                      const pg::TransitionReader& new_rows)
{
    const Bitmapset* const columns = batch.source->line_columns;
    bool are_whole = true;
    TupleTableSlot* const old_slot = MakeSingleTupleTableSlot(batch.line_slot->tts_tupleDescriptor, &TTSOpsMinimalTuple);
    while (pg::read_row(old_rows, old_slot) && pg::read_row(new_rows, batch.line_slot)) {
        const bool is_whole = !may_lack_values(table, columns, batch.line_slot);
        are_whole = are_whole && is_whole;
        if (is_whole && are_equal(columns, old_slot, batch.line_slot))
            continue;
        const MinimalTuple old_line = copy_row(old_slot);
        const MinimalTuple new_line = copy_row(batch.line_slot);
        bool is_relevant = !is_whole || is_of_interest(batch, interest);
        if (!is_relevant) {
            ExecStoreMinimalTuple(old_line, batch.line_slot, false);
            is_relevant = is_of_interest(batch, interest);
        }
        if (is_relevant)
            add_image(batch, old_line, new_line);
    }
    pg::end_reading(new_rows);
    pg::end_reading(old_rows);
    ExecDropSingleTupleTableSlot(old_slot);
    return are_whole;
}

/// False: the old and the new image of a line could not be told to belong together, or a new one may lack values.
bool read_changed_lines(Batch& batch, const TriggerData& trigger, const pg::RowConversion& conversion)
{
    const Interest interest = interest_in(*batch.source);
    const auto old_rows = [&] { return pg::begin_reading(trigger.tg_oldtable, conversion); };
    const auto new_rows = [&] { return pg::begin_reading(trigger.tg_newtable, conversion); };
    const bool is_update = TRIGGER_FIRED_BY_UPDATE(trigger.tg_event);
    const Relation table = trigger.tg_relation;
    if (is_update && pg::are_paired(trigger))
        return read_image_pairs(batch, interest, table, old_rows(), new_rows());
    bool are_whole = !is_update;
    if (!TRIGGER_FIRED_BY_INSERT(trigger.tg_event))
        read_images(batch, interest, table, old_rows(), false);
    if (!TRIGGER_FIRED_BY_DELETE(trigger.tg_event))
        are_whole = read_images(batch, interest, table, new_rows(), true) && are_whole;
    return are_whole;
}

/// May rows be other ones than the trigger was handed? Nothing but a statement within ours can have changed those that we wrote.
/// Where we have taken a row away, another part of our statement may have put one, too.
bool may_be_old(const TriggerData& trigger)
{
    return TRIGGER_FIRED_BY_INSERT(trigger.tg_event) ? is_settled_since(last_settled_lines)
                                                     : is_settled_since_or_by(last_settled_lines);
}

/// Keeps the list of lines that closings wrote. Are these among them, and nobody's concern?
bool keep_hook_lines(Batch& batch, const TriggerData& trigger)
{
    const bool is_in_hook = closing_of_running_hook() != 0;
    if (is_in_hook && TRIGGER_FIRED_BY_INSERT(trigger.tg_event)) {
        remember_hook_lines(batch);
        batch.source->has_hook_lines = true;
        return !may_be_old(trigger); // else they may have been booked, before they were known
    }
    if (is_in_hook && TRIGGER_FIRED_BY_DELETE(trigger.tg_event))
        forget_hook_lines(batch);
    if (batch.source->has_hook_lines)
        follow_hook_lines(batch);
    return false;
}

/// Notes or settles the lines that the statement changed.
void follow_lines(Save& save, const TriggerData& trigger, const pg::RowConversion& conversion)
{
    Batch& batch = save.parts.items[0]->batch;
    const bool are_images_whole = read_changed_lines(batch, trigger, conversion);
    if (batch.image_count == 0 || keep_hook_lines(batch, trigger))
        return;
    if (settles_at_commit(*batch.source))
        return note_images(batch, images_of(batch), Awaits::commit);
    CommandCounterIncrement(); // so that the latest snapshot sees the statement's own rows
    const bool has_old_images = !are_images_whole || may_be_old(trigger) || has_repeated_lines(batch);
    if (has_old_images)
        read_lines_again(batch);
    batch.repeats_lines = has_old_images;
    batch.reads_ledger =
        has_old_images || !TRIGGER_FIRED_BY_INSERT(trigger.tg_event) || may_reuse_keys(*batch.source, trigger.tg_relation);
    settle(save);
    save.batches.count == 1 ? remember_settled(last_settled_lines) : remember_settled_ahead(last_settled_lines);
}

void follow_statement(const TriggerData& trigger)
{
    pg::refuse_if_reading();
    remember_written(trigger.tg_relation);
    Source& source = get_source(RelationGetRelid(trigger.tg_relation));
    pg::with_memory("credits save", [&] {
        pg::with_root(trigger.tg_relation, source.line_table, [&](Relation lines, const pg::RowConversion& conversion) {
            Save save{};
            part_of(save, source, lines);
            follow_lines(save, trigger, conversion);
            end_save(save);
        });
    });
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_line_changed);
}

/// AFTER INSERT, UPDATE or DELETE … FOR EACH STATEMENT on an attached line table, with transition tables.
Datum credits_line_changed(PG_FUNCTION_ARGS)
{
    const TriggerData& trigger = trigger_of(fcinfo, TriggerKind::after_statement, "_line_changed");
    if (is_restoring_rows())
        return PointerGetDatum(nullptr);
    pg::as_firing_role(trigger, [&] { follow_statement(trigger); });
    return PointerGetDatum(nullptr);
}

} // namespace credits
