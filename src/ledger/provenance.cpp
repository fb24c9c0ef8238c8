// Where entries came from.
//
// Rows are added and never change, and two may say the same. So who saves waits for nobody: he takes a row that is committed or
// his own, and adds one where there is none; and where his transaction has a snapshot, one that this sees, so that what he reads
// of his own entries has it. The rows are looked at as they are, not at a snapshot, which leaves no mark at SERIALIZABLE.
// A session remembers what it has met committed, which is so for good; what a transaction adds itself may be rolled back, or be
// prepared, and is looked for once more. When the table is emptied or rewritten, it forgets.
#include "ledger/provenance.hpp"

#include <algorithm>

#include "errors/internal.hpp"
#include "pg/key.hpp"
#include "pg/row.hpp"
#include "pg/sequence.hpp"
#include "pg/table_writer.hpp"
#include "schema/catalog.hpp"
#include "schema/columns.hpp"

namespace credits
{

using namespace provenance_column;

namespace
{

struct Known {
    int32 number; // 0: nothing is known here
    int32 source_no;
    char document_kind[NAMEDATALEN];
    char recorded_by[NAMEDATALEN];
};

/// One that comes later takes the place of an earlier one.
constexpr size_t known_count = 64;
constinit Known known[known_count]{};
constinit size_t next_known = 0;

void forget(Oid relation, const Catalog& catalog)
{
    if (!OidIsValid(relation) || relation == catalog.provenance)
        std::ranges::fill(known, Known{});
}

bool is_same(const Known& one, const Provenance& provenance)
{
    return one.number != 0 && one.source_no == provenance.source_no && provenance.recorded_by == one.recorded_by &&
           provenance.document_kind == one.document_kind;
}

int32 find_known(const Provenance& provenance)
{
    for (const Known& one : known)
        if (is_same(one, provenance))
            return one.number;
    return 0;
}

void remember(int32 number, const Provenance& provenance)
{
    if (provenance.document_kind.size() >= NAMEDATALEN || provenance.recorded_by.size() >= NAMEDATALEN)
        return;
    Known& one = known[next_known++ % known_count];
    one = {.number = number, .source_no = provenance.source_no, .document_kind = {}, .recorded_by = {}};
    std::ranges::copy(provenance.document_kind, one.document_kind);
    std::ranges::copy(provenance.recorded_by, one.recorded_by);
}

/// The row in table.found, as long as that stands.
Provenance read_found(const pg::Table& provenances)
{
    bool is_by_hand = false;
    bool has_no_kind = false;
    const Datum source = pg::get(provenances, source_no, &is_by_hand);
    const Datum kind = pg::get(provenances, document_kind, &has_no_kind);
    return {.source_no = is_by_hand ? 0 : DatumGetInt32(source),
            .document_kind = has_no_kind ? std::string_view() : pg::to_view(kind),
            .recorded_by = pg::to_view(pg::get_not_null(provenances, recorded_by))};
}

bool find(pg::Table& provenances, int32 number)
{
    return pg::find(provenances, catalog().provenance_pkey, pg::make_key(number), pg::own_rows());
}

/// Is the row in table.found this one, and does the transaction see it?
bool is_found(const pg::Table& provenances, const Provenance& provenance)
{
    return read_found(provenances) == provenance && pg::is_seen_by_transaction(provenances);
}

bool is_ours(const pg::Table& provenances)
{
    bool is_null = false;
    return TransactionIdIsCurrentTransactionId(
        DatumGetTransactionId(slot_getsysattr(provenances.found, MinTransactionIdAttributeNumber, &is_null)));
}

int32 look_up(pg::Table& provenances, const Provenance& provenance)
{
    int32 number = 0;
    bool is_committed = false;
    pg::for_each_row(provenances, pg::own_rows(), [&] {
        if (number != 0 || !is_found(provenances, provenance))
            return;
        number = DatumGetInt32(pg::get_not_null(provenances, provenance_no));
        is_committed = !is_ours(provenances);
    });
    if (is_committed)
        remember(number, provenance);
    return number;
}

int32 add(pg::Table& provenances, const Provenance& provenance)
{
    const auto number = static_cast<int32>(pg::count_up(catalog().provenance_number, catalog().owner));
    pg::Row row(provenances, count);
    row.set_int4(provenance_no, number);
    if (provenance.source_no != 0)
        row.set_int4(source_no, provenance.source_no);
    row.set_text(document_kind, provenance.document_kind);
    row.set_text(recorded_by, provenance.recorded_by);
    row.store();
    pg::insert(provenances);
    return number;
}

} // namespace

int32 provenance_number(const Provenance& provenance)
{
    on_change(forget);
    int32 number = find_known(provenance);
    if (number != 0 && !IsolationUsesXactSnapshot())
        return number;
    pg::Table provenances = pg::open_table(catalog().provenance, RowExclusiveLock);
    if (number == 0 || !find(provenances, number) || !is_found(provenances, provenance))
        number = look_up(provenances, provenance);
    if (number == 0)
        number = add(provenances, provenance);
    pg::close_table(provenances);
    return number;
}

Provenance read_provenance(int32 provenance_no)
{
    pg::Table provenances = pg::open_table(catalog().provenance, AccessShareLock);
    if (!find(provenances, provenance_no))
        errors::missing_provenance(provenance_no);
    Provenance read = read_found(provenances);
    read.document_kind = is_null(read.document_kind) ? read.document_kind : pg::copy(read.document_kind);
    read.recorded_by = pg::copy(read.recorded_by);
    pg::close_table(provenances);
    return read;
}

} // namespace credits
