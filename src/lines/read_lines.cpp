// Makes document lines of row images: the key, then the article, and the rest where that has credits (rule 24).
#include "lines/read_lines.hpp"

#include "errors/saving.hpp"
#include "lines/notes.hpp"
#include "pg/attempt.hpp"
#include "pg/numeric.hpp"
#include "sources/hook_lines.hpp"

namespace credits
{

namespace
{

Datum evaluate_number(Batch& batch, Fact fact, bool* is_null)
{
    const Datum number = evaluate(batch, fact, is_null);
    return reader(*batch.source, fact).is_real && !*is_null ? pg::numeric_of_real(number) : number;
}

/// Reads what decides whether the line counts.
void read_document(Batch& batch, DocumentLine& line)
{
    const Header* const header = line.image->new_header;
    bool has_no_date = true;
    bool has_no_quantity = true;
    const Datum date = evaluate(batch, Fact::document_date, &has_no_date);
    has_no_date = has_no_date || DATE_NOT_FINITE(DatumGetDateADT(date));
    line.has_date = !has_no_date;
    line.date = has_no_date ? 0 : DatumGetDateADT(date);
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
    line.is_past = line.counts && line.date < batch.source->archived_before;
    line.counts = line.counts && !line.is_past;
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

const Article* known_article(const DocumentLine& line)
{
    return is_null(line.article) ? nullptr : find_article(configuration(), line.article);
}

/// Did a closing write the line? Asked for those articles alone that would touch credits.
bool is_of_closing(const Batch& batch, const DocumentLine& line)
{
    return batch.source->has_hook_lines && known_article(line) != nullptr &&
           is_hook_line(line.source_no, line.key, batch.snapshot);
}

bool is_read_whole(const Batch& batch, const DocumentLine& line)
{
    if (batch.reading == Reading::all)
        return true;
    const Article* const article = known_article(line);
    return article != nullptr && (article->type != nullptr || batch.reading == Reading::known_articles);
}

/// Reads the rest of the line that is shown.
void read_shown_rest(Batch& batch, DocumentLine& line)
{
    line.is_read_in_part = false;
    if (batch.source->has_origin)
        line.origin = evaluate_text(batch, Fact::origin);
    if (evaluate_bool(batch, Fact::applies) && !is_of_closing(batch, line)) {
        read_document(batch, line);
        read_details(batch, line);
    }
}

/// Has or had the line that is shown an origin, as far as that can be told?
bool is_chained(Batch& batch)
{
    if (!batch.source->has_origin)
        return false;
    const std::optional<std::string_view> origin = try_evaluate_text(batch, Fact::origin);
    return !origin || !is_null(*origin);
}

/// A line that is gone, or none of the extension's business, keeps its key alone: there the ledger may have it recorded.
DocumentLine read_line(Batch& batch, const LineImage& image)
{
    DocumentLine line{};
    line.source_no = batch.source->number;
    line.archive_no = batch.source->archive_no;
    line.line_table = batch.source->line_table;
    line.image = &image;
    line.is_zeroed = true;
    if (image.note != nullptr)
        line.recorded_by = image.note->recorded_by;
    if (image.old_line != nullptr) {
        show(batch, image.old_line, image.old_header);
        line.key = line.recorded_key = evaluate_text(batch, Fact::line_key);
        line.is_chained = is_chained(batch);
    }
    if (!is_null(image.gone_key))
        line.key = line.recorded_key = image.gone_key;
    line.is_gone = image.new_line == nullptr;
    if (line.is_gone)
        return line;
    show(batch, image.new_line, image.new_header);
    line.key = evaluate_text(batch, Fact::line_key);
    line.is_chained |= is_chained(batch);
    if (image.old_line == nullptr)
        line.recorded_key = line.key;
    line.article = evaluate_article(batch);
    line.is_read_in_part = true;
    if (is_read_whole(batch, line))
        read_shown_rest(batch, line);
    return line;
}

} // namespace

void read_rest(Batch& batch, DocumentLine& line)
{
    show(batch, line.image->new_line, line.image->new_header);
    read_shown_rest(batch, line);
}

/// What is booked stands on its terms after its article has lost them (rule 16). A line whose article has changed to one without
/// credits gives back what it has; its row tells on whose behalf, as long as it can be read.
void read_rest_of_recorded(Batch& batch, DocumentLine& line)
{
    if (!line.is_read_in_part || line.recorded == nullptr)
        return;
    const Document& booked = line.recorded->document;
    if (booked.coefficient != core::zero && booked.article == line.article)
        return read_rest(batch, line);
    DocumentLine whole = line;
    if (pg::attempt([&] { errors::without_counting([&] { read_rest(batch, whole); }); }) == nullptr)
        line = whole;
    else
        line.date = booked.date;
}

void read_lines(Batch& batch)
{
    batch.line_count = 0;
    batch.lines = static_cast<DocumentLine*>(
        MemoryContextAllocHuge(batch.memory, sizeof(DocumentLine) * static_cast<Size>(batch.image_count + 1)));
    for (int i = 0; i < batch.image_count; i++)
        batch.lines[batch.line_count++] = read_line(batch, batch.images[i]);
}

} // namespace credits
