// Sets lines aside whose header is not there yet.
#include "save/headerless.hpp"

#include <algorithm>

#include "errors/saving.hpp"
#include "lines/pending.hpp"

namespace credits
{

namespace
{

bool has_header(const LineImage& image) { return image.new_header == nullptr || image.new_header->tuple != nullptr; }

/// A line without a header wants nothing, unless its header may still come.
bool is_settled_now(const Source& source, const LineImage& image)
{
    return image.new_line == nullptr || has_header(image) || image.new_header->is_missing || !source.header_may_follow;
}

} // namespace

void refuse_without_header(Batch& batch, MinimalTuple line)
{
    show(batch, line, nullptr);
    errors::header_not_there(batch.source->line_table, batch.source->header_table, evaluate_text(batch, Fact::line_key));
}

void set_headerless_aside(Batch& batch, int64 checked_up_to)
{
    if (!OidIsValid(batch.source->header_table) || batch.source->header_is_view)
        return;
    LineImage* const end = batch.images + batch.image_count;
    LineImage* const aside =
        std::partition(batch.images, end, [&](const LineImage& image) { return is_settled_now(*batch.source, image); });
    for (const LineImage* image = aside; image != end; image++)
        if (image->note != nullptr && image->note->statement_no <= checked_up_to)
            refuse_without_header(batch, image->new_line);
    batch.image_count = batch.known_header_count = static_cast<int>(aside - batch.images);
    note_images(batch, {aside, end}, Awaits::header);
}

} // namespace credits
