// Looks for the rows of lines that had none.
#include "save/gone_lines.hpp"

#include <algorithm>

#include "lines/find_lines.hpp"

namespace credits
{

namespace
{

bool is_gone_line(const LineImage& image) { return !is_null(image.gone_key); }

/// Calls fn(image, row) for each of them, with its row as of now; null: it has none.
template <class Fn>
void for_each_gone_line(Batch& batch, Fn fn)
{
    const std::span<LineImage> images(batch.images, static_cast<size_t>(batch.image_count));
    if (std::ranges::none_of(images, is_gone_line))
        return;
    pg::Table table = pg::open_table(batch.source->line_table, AccessShareLock);
    for (LineImage& image : images)
        if (is_gone_line(image))
            fn(image, find_line(batch, table, image.gone_key));
    pg::close_table(table);
}

} // namespace

void find_gone_lines(Batch& batch)
{
    for_each_gone_line(batch, [](LineImage& image, MinimalTuple row) { image.new_line = row; });
}

bool do_gone_lines_stand(Batch& batch)
{
    bool all_stand = true;
    for_each_gone_line(batch, [&](const LineImage& image, MinimalTuple row) {
        const MinimalTuple found = image.new_line;
        all_stand =
            all_stand && (found == nullptr || row == nullptr ? found == row
                                                             : found->t_len == row->t_len && memcmp(found, row, row->t_len) == 0);
    });
    return all_stand;
}

} // namespace credits
