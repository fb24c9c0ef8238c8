// Begins and ends a save.
#include "save/save.hpp"

namespace credits
{

Part& part_of(Save& save, Source& source, Relation lines)
{
    for (Part* const part : pg::span_of(save.parts))
        if (part->batch.source->line_table == source.line_table)
            return *part;
    auto* const part = static_cast<Part*>(palloc0(sizeof(Part)));
    part->is_open_elsewhere = lines != nullptr;
    part->lines = part->is_open_elsewhere ? lines : table_open(source.line_table, AccessShareLock);
    part->batch = begin_batch(source, part->lines);
    return *pg::append(save.parts, part);
}

void end_look(Save& save)
{
    end_origins(save.origins);
    end_references(save.headers);
    end_references(save.headers_of_chains);
    for (int i = save.parts.count; i < save.batches.count; i++)
        end_batch(*save.batches.items[i]);
    save.origins = nullptr;
    save.batches.count = 0;
}

void end_save(Save& save)
{
    end_look(save);
    end_turns(save.turns);
    for (Part* const part : pg::span_of(save.parts)) {
        end_batch(part->batch);
        if (!part->is_open_elsewhere)
            table_close(part->lines, NoLock);
    }
}

} // namespace credits
