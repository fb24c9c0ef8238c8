// Begins and ends a save.
#include "save/save.hpp"

namespace credits
{

Part& part_of(Save& save, Source& source)
{
    for (Part* const part : pg::span_of(save.parts))
        if (part->batch.source == &source)
            return *part;
    auto* const part = static_cast<Part*>(palloc0(sizeof(Part)));
    part->lines = table_open(source.line_table, AccessShareLock);
    part->batch = begin_batch(source, part->lines);
    return *pg::append(save.parts, part);
}

void end_save(Save& save)
{
    end_origins(save.origins);
    for (Batch* const batch : pg::span_of(save.batches).subspan(std::min(save.parts.count, save.batches.count)))
        end_batch(*batch);
    for (Part* const part : pg::span_of(save.parts)) {
        end_batch(part->batch);
        table_close(part->lines, NoLock);
    }
}

} // namespace credits
