// Reads the books by plain SELECTs. What the ledger's own functions say is not asked here, but for verify(), to be judged itself.
#include "books.hpp"

namespace concurrency
{

static Units units(const auto& field) { return field.is_null() ? 0 : to_units(field.c_str()); }

/// A column: the table of a line, or what stands for it where that is archived.
static const std::string table_or_archive = " coalesce(line_table::text, '" + std::string{archive_of} + "' || source)";

static int64_t number(const auto& field) { return field.is_null() ? 0 : std::stoll(field.c_str()); }

/// A column of a key, as text: `/` and `\` are escaped by `\`.
static std::string escaped(const std::string& column)
{
    std::string text;
    for (const char c : column) {
        if (c == '/' || c == '\\')
            text += '\\';
        text += c;
    }
    return text;
}

static void read_lines(pqxx::work& owner, const Source& source, std::vector<DocumentLine>& lines)
{
    const std::string header = "shop." + std::string{source.kind};
    const std::string table = "shop." + std::string{source.lines};
    const pqxx::result found = owner.exec(
        "SELECT line.document, line.line_no, coalesce(header.customer, ''), header.state,"
        " coalesce(header.day::date::text, ''), coalesce(line.article, ''), line.quantity, line.price, " +
        std::string{source.has_amounts ? "line.amount, line.written, " : "0, 0, "} + (source.tills == 0 ? "0, " : "line.till, ") +
        (source.origins.empty() ? "'', ''" : "coalesce(made_of::text, ''), coalesce(refund_of::text, '')") + " FROM " + table +
        " line JOIN " + header + " header ON header.id = line.document");
    for (const auto& row : found) {
        const std::string line_no = row[1].as<std::string>();
        lines.push_back({.table = table,
                         .key = source.tills == 0
                                    ? line_no
                                    : escaped(row[0].as<std::string>()) + "/" + line_no + "/" + row[10].as<std::string>(),
                         .customer = row[2].as<std::string>(),
                         .state = row[3].as<std::string>(),
                         .day = row[4].as<std::string>(),
                         .article = row[5].as<std::string>(),
                         .quantity = row[6].is_null() ? std::nullopt : std::optional{units(row[6])},
                         .price = units(row[7]),
                         .amount = units(row[8]),
                         .written = units(row[9]),
                         .has_amount = source.has_amounts,
                         .made_of = row[11].as<std::string>(),
                         .refund_of = row[12].as<std::string>()});
    }
}

static std::vector<Account> read_accounts(pqxx::work& owner)
{
    std::vector<Account> accounts;
    for (const auto& row : owner.exec("SELECT customer, code, balance, value, last_lot_no, last_entry_no"
                                      " FROM credits.account JOIN credits.credit_type USING (type_id) ORDER BY customer, code"))
        accounts.push_back(
            {row[0].as<std::string>(), row[1].as<std::string>(), units(row[2]), units(row[3]), number(row[4]), number(row[5])});
    return accounts;
}

static std::vector<Lot> read_lots(pqxx::work& owner)
{
    std::vector<Lot> lots;
    for (const auto& row :
         owner.exec("SELECT customer, code, lot_no, sold_on, quantity, value, remaining, remaining_value, open, "
                    "coalesce(line_table::text, source), line_key"
                    " FROM credits.lot JOIN credits.credit_type USING (type_id) ORDER BY customer, code, lot_no"))
        lots.push_back({row[0].as<std::string>(), row[1].as<std::string>(), number(row[2]), row[3].as<std::string>(),
                        units(row[4]), units(row[5]), units(row[6]), units(row[7]), row[8].as<bool>(), row[9].as<std::string>(),
                        row[10].as<std::string>()});
    return lots;
}

static std::vector<Entry> read_entries(pqxx::work& owner)
{
    std::vector<Entry> entries;
    for (const auto& row :
         owner.exec("SELECT customer, code, entry_no, kind, coalesce(lot_no, 0), reverses, quantity, value, "
                    "amount, balance_after, booked_on," +
                    table_or_archive +
                    ", line_key, document_date FROM credits.entry JOIN credits.credit_type USING (type_id) ORDER "
                    "BY customer, code, entry_no"))
        entries.push_back({row[0].as<std::string>(), row[1].as<std::string>(), number(row[2]), row[3].as<std::string>(),
                           number(row[4]), number(row[5]), units(row[6]), units(row[7]), units(row[8]), units(row[9]),
                           row[10].as<std::string>(), row[11].as<std::string>(), row[12].as<std::string>(),
                           row[13].as<std::string>()});
    return entries;
}

void read_ledger(pqxx::work& owner, Books& books)
{
    books.accounts = read_accounts(owner);
    books.lots = read_lots(owner);
    books.entries = read_entries(owner);
    for (const auto& row : owner.exec("SELECT customer, coalesce(account_of, ''), works_with_credits FROM credits.customer"))
        books.customers.push_back({row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<bool>()});
    for (const auto& row :
         owner.exec("SELECT line_table, line_key, coalesce(constraint_name, sqlstate) FROM credits.take_in_refusal"))
        books.refusals.push_back({row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::string>()});
    for (const auto& row : owner.exec("SELECT" + table_or_archive +
                                      ", coalesce(line_table::text, source), new_key FROM credits.renumbering"
                                      " WHERE old_key <> new_key"))
        for (const int table : {0, 1})
            books.taken_over.insert({row[table].as<std::string>(), row[2].as<std::string>()});
    for (const auto& row :
         owner.exec("SELECT invariant, coalesce(customer, ''), coalesce(type_code, ''), detail FROM credits.verify()"))
        books.complaints.push_back(
            {row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::string>(), row[3].as<std::string>()});
}

/// Raises what an index of the ledger lacks, or has too much: rows are put into them past the executor.
static void check_indexes(pqxx::work& owner)
{
    owner.exec("SELECT bt_index_check(index.indexrelid, true)"
               " FROM pg_index AS index JOIN pg_class AS class ON class.oid = index.indexrelid"
               " JOIN pg_am AS method ON method.oid = class.relam"
               " WHERE method.amname = 'btree' AND class.relnamespace = 'credits'::regnamespace");
}

Books read_books(pqxx::connection& connection)
{
    pqxx::work owner{connection};
    Books books;
    check_indexes(owner);
    for (const Source& source : sources)
        read_lines(owner, source, books.lines);
    read_ledger(owner, books);
    return books;
}

} // namespace concurrency
