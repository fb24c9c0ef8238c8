// settle(line_table, header_key): settles the lines of one document as they are now, on demand. It is how a header that is a view
// tells of a change; for any other source it does what the next change of the document would do.
#include <algorithm>
#include <functional>

#include "commit/check_at_commit.hpp"
#include "errors/attaching.hpp"
#include "errors/registering.hpp"
#include "errors/settling.hpp"
#include "ledger/recorded.hpp"
#include "lines/find_lines.hpp"
#include "lines/header_view.hpp"
#include "lines/settled_since.hpp"
#include "pg/memory.hpp"
#include "pg/row_lock.hpp"
#include "pg/text.hpp"
#include "save/settle.hpp"
#include "schema/catalog.hpp"
#include "schema/gate.hpp"
#include "settings/customer.hpp"
#include "sources/key_text.hpp"
#include "sources/known_sources.hpp"
#include "sources/row_location.hpp"

namespace credits
{

namespace
{

/// Some right to write rows of the table, if only to some columns.
bool may_save(Oid table, Oid role)
{
    return pg_class_aclcheck(table, role, ACL_INSERT | ACL_UPDATE | ACL_DELETE) == ACLCHECK_OK ||
           pg_attribute_aclcheck_all(table, role, ACL_INSERT | ACL_UPDATE, ACLMASK_ANY) == ACLCHECK_OK;
}

/// Whoever may save a document makes its lines settle anyhow, by a line or by its header; so a trigger or job of one's own needs
/// no right besides, and no right of ours stands for it.
bool may_settle(const Source& source, Oid role)
{
    return may_save(source.line_table, role) || (OidIsValid(source.header_table) && may_save(source.header_table, role));
}

/// Locks the row with this key, and returns it as it is now; null: there is none.
HeapTuple lock_row(const KeyedTable& rows, const Datum* key)
{
    pg::Table table = pg::open_table(rows.table, RowShareLock);
    HeapTuple row = nullptr;
    with_row_location(rows, table, key, KeyOf::own, [&](const RowLocation& location) {
        if (pg::lock_latest(*location.table, location.index, make_row_key(rows, key, KeyOf::own)) == pg::LockResult::locked)
            row = copy_found(location);
    });
    pg::close_table(table);
    return row;
}

/// The line in the slot names this header.
bool refers_to(Batch& batch, const Header& header)
{
    for (int i = 0; i < batch.source->header_key_count; i++) {
        const AttrNumber column = batch.source->header_key[i].referring;
        const Form_pg_attribute form = TupleDescAttr(batch.line_slot->tts_tupleDescriptor, column - 1);
        const TypeCacheEntry* const type = lookup_type_cache(form->atttypid, TYPECACHE_EQ_OPR_FINFO);
        bool is_null = false;
        const Datum value = slot_getattr(batch.line_slot, column, &is_null);
        if (is_null || !DatumGetBool(FunctionCall2Coll(const_cast<FmgrInfo*>(&type->eq_opr_finfo), form->attcollation, value,
                                                       header.key[i])))
            return false;
    }
    return true;
}

MinimalTuple lock_line(Batch& batch, MinimalTuple line)
{
    const KeyedTable lines = lines_of(*batch.source);
    Datum key[INDEX_MAX_KEYS];
    show(batch, line, nullptr);
    for (size_t i = 0; i < lines.key.size(); i++) {
        bool is_null = false;
        key[i] = slot_getattr(batch.line_slot, lines.key[i].column, &is_null);
    }
    const HeapTuple row = lock_row(lines, key);
    return row == nullptr ? nullptr : pg::to_minimal_tuple(row);
}

/// The lines of a view's row have no common lock, so each is locked by itself, in the order of keys: whoever has changed one has
/// settled it then. One that has left the document meanwhile is no concern of ours any more.
void lock_lines(Batch& batch, const Header& header)
{
    LineImage* const end = batch.images + batch.image_count;
    const auto key_of = [&](const LineImage& image) {
        show(batch, image.new_line, nullptr);
        return evaluate_text(batch, Fact::line_key);
    };
    std::sort(batch.images, end, [&](const LineImage& a, const LineImage& b) {
        const std::string_view key = pg::copy(key_of(a));
        return key < key_of(b);
    });
    LineImage* const kept = std::remove_if(batch.images, end, [&](LineImage& image) {
        image.new_line = lock_line(batch, image.new_line);
        if (image.new_line == nullptr)
            return true;
        show(batch, image.new_line, nullptr);
        return !refers_to(batch, header);
    });
    batch.image_count = static_cast<int>(kept - batch.images);
}

/// A document in a view, and the lines of one table that name it.
struct ViewDocument {
    Batch* batch;
    Header* header;
};
using ViewDocuments = pg::Array<ViewDocument>;

/// Adds the lines that name this header: as those of one that has changed, or, where it is gone or a view, as they are.
void add_document(ViewDocuments& of_views, Part& part, std::string_view key)
{
    Batch& batch = part.batch;
    Source& source = *batch.source;
    auto* const header = static_cast<Header*>(palloc0(sizeof(Header)));
    header->is_locked = true;
    if (!parse_key({source.header_key, static_cast<size_t>(source.header_key_count)}, key, header->key))
        return;
    const HeapTuple row = source.header_is_view ? nullptr : lock_row(headers_of(source), header->key);
    if (row != nullptr)
        return add_changed_header(part.headers, row);
    open_header_slot(batch);
    add_lines_of_header(batch, header);
    if (source.header_is_view) {
        lock_lines(batch, *header);
        read_from_view(batch, *header);
        pg::append(of_views, {.batch = &batch, .header = header});
    }
    batch.known_header_count = batch.image_count;
}

/// Whom the document and its lines name, and those for whom something is recorded: they were named before.
void add_customers(pg::Array<std::string_view>& customers, const ViewDocument& document, pg::Table& entries,
                   const pg::DatedSnapshot& snapshot)
{
    Batch& batch = *document.batch;
    const auto add = [&](std::string_view customer) {
        if (!is_null(customer))
            pg::append(customers, customer);
    };
    for (const LineImage& image : images_of(batch)) {
        show(batch, image.new_line, document.header);
        add(evaluate_customer_to_lock(batch));
        const std::string_view key = evaluate_text(batch, Fact::line_key);
        for (const Recorded* recorded = read_recorded(entries, batch.source->number, key, snapshot); recorded != nullptr;
             recorded = recorded->next)
            add(recorded->customer);
    }
    if (reader(*batch.source, Fact::customer).needs_line)
        return;
    show_header(batch, document.header);
    add(evaluate_customer_to_lock(batch));
}

/// Adds the lines that were not there yet, and reads the document as it is by now. Those that were are in the order of their
/// keys.
void add_lines_that_came(const ViewDocument& document)
{
    Batch& batch = *document.batch;
    pg::Array<std::string_view> known{};
    for (const LineImage& image : images_of(batch))
        pg::append(known, pg::copy(key_of(batch, image.new_line)));
    add_lines_of_header(batch, document.header);
    LineImage* const end = batch.images + batch.image_count;
    LineImage* const kept = std::remove_if(batch.images + known.count, end, [&](const LineImage& image) {
        return std::ranges::binary_search(pg::span_of(known), key_of(batch, image.new_line));
    });
    batch.image_count = batch.known_header_count = static_cast<int>(kept - batch.images);
    document.header->tuple = nullptr;
    read_from_view(batch, *document.header);
}

/// Whoever has saved a line that we do not see yet has locked its customer: he is waited for. Then the line is there.
void await_savers(const ViewDocuments& documents)
{
    if (documents.count == 0)
        return;
    pg::Array<std::string_view> customers{};
    pg::read_latest(catalog().entry, [&](pg::Table& entries, const pg::DatedSnapshot& snapshot) {
        for (const ViewDocument& document : pg::span_of(documents))
            add_customers(customers, document, entries, snapshot);
    });
    pg::Table table = pg::open_table(catalog().customer, RowShareLock);
    lock_accounts_in_order(table, pg::span_of(customers));
    pg::close_table(table);
    for (const ViewDocument& document : pg::span_of(documents))
        add_lines_that_came(document);
}

/// A line without a header is its own document. What is gone gives back what it had.
void add_line(Batch& batch, std::string_view key)
{
    const KeyedTable lines = lines_of(*batch.source);
    Datum values[INDEX_MAX_KEYS];
    if (!parse_key(lines.key, key, values))
        return;
    const HeapTuple row = lock_row(lines, values);
    if (row == nullptr)
        add_gone_line(batch, key);
    else
        add_image(batch, nullptr, pg::to_minimal_tuple(row));
}

void require_readable_key(const Source& source)
{
    const bool has_header = OidIsValid(source.header_table);
    const KeyColumn* const key = has_header ? source.header_key : source.line_key;
    const int count = has_header ? source.header_key_count : source.line_key_count;
    if (!is_key_readable({key, static_cast<size_t>(count)}))
        errors::not_supported("settling by a key of such types",
                              "Integers, numeric, text, uuid, boolean and date can be read from text.");
}

bool have_same_key(const Source& a, const Source& b)
{
    return std::ranges::equal(std::span(a.header_key, static_cast<size_t>(a.header_key_count)),
                              std::span(b.header_key, static_cast<size_t>(b.header_key_count)), std::ranges::equal_to{},
                              &KeyColumn::column, &KeyColumn::column);
}

/// A document is one save over all tables of lines below it (rule 13), as far as the role may settle them.
void add_documents(Save& save, Source& source, std::string_view key)
{
    ViewDocuments of_views{};
    add_document(of_views, part_of(save, source), key);
    for (const Oid line_table : line_tables_of_header(source.header_table)) {
        Source& other = get_source(line_table);
        if (line_table != source.line_table && have_same_key(other, source) && may_settle(other, GetUserId()))
            add_document(of_views, part_of(save, other), key);
    }
    await_savers(of_views);
}

void settle_document(Source& source, std::string_view key)
{
    require_readable_key(source);
    CommandCounterIncrement(); // so that the latest snapshot sees what the statement has changed before
    pass_gate();
    Save save{};
    OidIsValid(source.header_table) ? add_documents(save, source, key) : add_line(part_of(save, source).batch, key);
    settle(save);
    remember_settled_ahead(last_settled_lines);
    end_save(save);
}

} // namespace

extern "C" {
PG_FUNCTION_INFO_V1(credits_settle);
}

/// settle(line_table regclass, header_key text): see the COMMENT on the SQL function.
Datum credits_settle(PG_FUNCTION_ARGS)
{
    if (PG_ARGISNULL(0))
        errors::missing_argument("line_table");
    if (PG_ARGISNULL(1))
        errors::missing_argument("header_key");
    pg::with_memory("credits save", [&] {
        LockRelationOid(PG_GETARG_OID(0), RowShareLock); // so that it is attached or not, and not half detached
        Source& source = get_source(PG_GETARG_OID(0));
        if (!may_settle(source, GetUserId()))
            errors::may_not_settle(source.line_table);
        settle_pending(); // what was saved before comes first
        settle_document(source, pg::to_view(PG_GETARG_DATUM(1)));
    });
    PG_RETURN_VOID();
}

} // namespace credits
