// Looks for lines that count in a table that is to go.
#include "protect/counting_lines.hpp"

#include "commit/check_at_commit.hpp"
#include "errors/saving.hpp"
#include "pg/query.hpp"
#include "schema/catalog.hpp"
#include "sources/known_sources.hpp"
#include "sources/source.hpp"

namespace credits
{

namespace
{

constexpr const char* find_in_root = "SELECT * FROM credits._counting_line($1)";
constexpr const char* find_in_descendant = "SELECT * FROM credits._counting_line_in($1, $2)";

} // namespace

void require_no_counting_line(Oid table, const char* verb)
{
    const Oid root = attached_root(table);
    if (!OidIsValid(root))
        return;
    settle_pending(); // lines that the transaction has deleted do not count
    const pg::Parameter parameters[]{{REGCLASSOID, ObjectIdGetDatum(root), false}, {REGCLASSOID, ObjectIdGetDatum(table), false}};
    const bool is_root = root == table;
    bool has_counting_line = false;
    pg::run({.role = catalog().owner,
             .sql = is_root ? find_in_root : find_in_descendant,
             .parameters = {parameters, is_root ? 1U : 2U},
             .reads_only = true},
            [&] { has_counting_line = SPI_processed > 0; });
    if (has_counting_line)
        errors::lines_kept(table, verb);
}

} // namespace credits
