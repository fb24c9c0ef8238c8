// Where entries came from.
//
// Rows are added and never change, and two may say the same. So who saves waits for nobody: he takes a row that is committed or
// his own, and adds one where there is none; and where his transaction has a snapshot, one that this sees, so that what he reads
// of his own entries has it. The rows are looked at as they are, not at a snapshot, which leaves no mark at SERIALIZABLE.
// A session remembers numbers that it has met. Each is a guess: the row is found by it and compared every time, so it does not
// matter if it was rolled back, prepared, or emptied away.
#include "ledger/provenance.hpp"

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

struct Guess {
    uint32 hash; // of the provenance
    int32 number;
};
constexpr size_t guess_count = 256;
constinit Guess guesses[guess_count]{};

uint32 hash_of(std::string_view text)
{
    return hash_bytes(reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
}

uint32 hash_of(const Provenance& provenance)
{
    return hash_combine(hash_combine(murmurhash32(static_cast<uint32>(provenance.source_no)), hash_of(provenance.document_kind)),
                        hash_of(provenance.recorded_by));
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
    return read_found(provenances) == provenance &&
           (!IsolationUsesXactSnapshot() ||
            table_tuple_satisfies_snapshot(provenances.relation, provenances.found, GetTransactionSnapshot()));
}

int32 look_up(pg::Table& provenances, const Provenance& provenance)
{
    int32 number = 0;
    pg::for_each_row(provenances, pg::own_rows(), [&] {
        if (number == 0 && is_found(provenances, provenance))
            number = DatumGetInt32(pg::get_not_null(provenances, provenance_no));
    });
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
    pg::Table provenances = pg::open_table(catalog().provenance, RowExclusiveLock);
    const uint32 hash = hash_of(provenance);
    Guess& guess = guesses[hash % guess_count];
    int32 number = guess.hash == hash ? guess.number : 0;
    if (number == 0 || !find(provenances, number) || !is_found(provenances, provenance))
        number = look_up(provenances, provenance);
    if (number == 0)
        number = add(provenances, provenance);
    guess = {.hash = hash, .number = number};
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
