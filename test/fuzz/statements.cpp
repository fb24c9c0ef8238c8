// Random statements of clerks.
#include "statements.hpp"

#include "values.hpp"

namespace fuzz
{

namespace
{

/// The lines go to a heir now and then, whose keys are others.
std::pair<std::string, int> random_place(Chance& chance, const Source& source)
{
    const int number = chance.below(lines_in_use);
    if (source.shape == Shape::heirs && number % 2 == 1)
        return {lines_of(source) + "_heir", number};
    return {lines_of(source), number};
}

std::string insert_lines(Chance& chance, const Schema& schema, const Source& source)
{
    const auto [table, number] = random_place(chance, source);
    std::vector<std::string> rows;
    const int count = chance.percent(50) ? 1 : 1 + chance.below(4);
    for (int i = 0; i < count; ++i) // the keys of one place
        rows.push_back(
            "(" + line_values(chance, schema, source, (number + 2 * i) % lines_in_use, random_document(chance, source)) + ")");
    return "INSERT INTO " + table + " (" + line_columns(source) + ") VALUES " + join(rows, ",\n    ") +
           (chance.percent(40) ? " ON CONFLICT DO NOTHING" : "");
}

std::string random_setting(Chance& chance, const Schema& schema, const Source& source)
{
    switch (chance.below(13)) {
    case 0:
        return "quantity = quantity + 1";
    case 1:
        return "quantity = quantity - 1";
    case 2:
        return "quantity = " + random_wares(chance, source).quantity;
    case 3: {
        const Wares wares = random_wares(chance, source);
        return "article = " + wares.article + ", quantity = " + wares.quantity + ", price = 3.15" +
               (source.amounts == Amounts::generated ? "" : ", amount = " + wares.amount);
    }
    case 4:
        return "customer = " + random_customer(chance);
    case 5:
        return "day = " + random_day(chance, source);
    case 6:
        return std::string{"state = "} + random_state(chance) + ", flavour = " + random_flavour(chance);
    case 7:
        return std::string{"memo = "} + random_memo(chance);
    case 8:
        return "price = price + 1" + std::string{source.amounts == Amounts::generated ? "" : ", amount = amount + 1"};
    case 9:
        return "(" + join(columns_of(source.document)) + ") = ROW(" + random_document(chance, source) + ")";
    case 10:
        return "made_of = " + random_reference(chance, schema.sources[source.origin_source]);
    case 11:
        return "refund_of = " + random_reference(chance, source);
    default:
        break;
    }
    return source.shape == Shape::heirs ? "number = 'again'" // the keys of heirs are told apart by their numbers
           : chance.percent(50)         ? "till = " + std::to_string(1 + chance.below(3))
                                        : "(" + join(columns_of(source.key)) + ") = ROW(" +
                                      join(literals_of(source.key, chance.below(lines_in_use))) + ")";
}

std::string is_line(Chance& chance, const Source& source)
{
    return "(" + join(columns_of(source.key)) + ") = (" + join(literals_of(source.key, chance.below(lines_in_use))) + ")";
}

std::string is_document(Chance& chance, const Source& source)
{
    return "(" + join(columns_of(source.document)) + ") = (" +
           join(literals_of(source.document, chance.below(documents_in_use))) + ")";
}

std::string random_condition(Chance& chance, const Source& source)
{
    static const char* const many[] = {"article = 'HOUR'", "article = 'SELL'", "till = 1", "memo = 'late'", "state = 'posted'"};
    if (chance.percent(60))
        return is_line(chance, source);
    if (chance.percent(50) && source.heading != Heading::none)
        return is_document(chance, source);
    return chance.one_of(many);
}

std::string update_lines(Chance& chance, const Schema& schema, const Source& source)
{
    const std::string setting = random_setting(chance, schema, source);
    return "UPDATE " + lines_of(source) + " SET " + setting + " WHERE " + random_condition(chance, source);
}

std::string delete_lines(Chance& chance, const Source& source)
{
    return "DELETE FROM " + lines_of(source) + " WHERE " + random_condition(chance, source);
}

std::string header_values(Chance& chance, const Source& source, int number)
{
    return join(literals_of(source.document, number)) + ", " + quoted("D" + std::to_string(number)) + ", " +
           random_customer(chance) + ", " + random_day(chance, source) + ", " + random_state(chance) + ", " +
           random_flavour(chance);
}

std::string insert_header(Chance& chance, const Source& source, int number)
{
    return "INSERT INTO " + header_of(source) + " (" + join(columns_of(source.document)) +
           ", number, customer, day, state, flavour) VALUES (" + header_values(chance, source, number) + ")";
}

std::string header_setting(Chance& chance, const Source& source)
{
    switch (chance.below(8)) {
    case 0:
    case 1:
    case 2:
        return std::string{"state = "} + random_state(chance);
    case 3:
        return "customer = " + random_customer(chance);
    case 4:
        return "day = " + random_day(chance, source);
    case 5:
        return std::string{"flavour = "} + random_flavour(chance);
    case 6:
        return "number = number || '+'";
    default:
        break;
    }
    return "(" + join(columns_of(source.document)) + ") = ROW(" +
           join(literals_of(source.document, chance.below(documents_in_use))) + ")";
}

std::string change_header(Chance& chance, const Source& source)
{
    const int number = chance.below(documents_in_use);
    if (chance.percent(30))
        return insert_header(chance, source, number) + " ON CONFLICT DO NOTHING";
    if (chance.percent(12))
        return "DELETE FROM " + header_of(source) + " WHERE " + is_document(chance, source);
    return "UPDATE " + header_of(source) + " SET " + header_setting(chance, source) + " WHERE " +
           (chance.percent(80) ? is_document(chance, source) : "state = 'draft'");
}

std::string upsert(Chance& chance, const Schema& schema, const Source& source)
{
    const auto [table, number] = random_place(chance, source);
    const std::string values = line_values(chance, schema, source, number, random_document(chance, source));
    const std::string conflict = " ON CONFLICT (" + join(key_columns_of(source)) + ") DO UPDATE SET ";
    return "INSERT INTO " + table + " AS old (" + line_columns(source) + ") VALUES (" + values + ")" + conflict +
           (chance.percent(50) ? "quantity = old.quantity + excluded.quantity, article = excluded.article"
                               : "quantity = excluded.quantity, price = excluded.price, memo = excluded.memo");
}

/// Several tables, or a function that saves, in one statement.
std::string nested(Chance& chance, const Schema& schema, const Source& source)
{
    const auto [table, line] = random_place(chance, source);
    const std::string more = "s.more" + std::to_string(source.number);
    const std::string insert = insert_lines(chance, schema, source);
    const int number = chance.below(documents_in_use);
    switch (chance.below(source.heading == Heading::none ? 4 : 5)) {
    case 0: // the row as the table has it: an heir's is another type
        return source.shape == Shape::heirs ? update_lines(chance, schema, source)
                                            : "WITH new AS (" + insert + " RETURNING *) SELECT " + more + "(new) FROM new";
    case 1:
        return "SELECT " + more + "(l) FROM " + lines_of(source) + " AS l WHERE " + random_condition(chance, source);
    case 2:
        return "WITH gone AS (" + delete_lines(chance, source) + " RETURNING 1) " + update_lines(chance, schema, source);
    case 3: {
        const Source& other = schema.sources[chance.below(static_cast<int>(schema.sources.size()))];
        return "WITH new AS (" + insert + ") " + update_lines(chance, schema, other);
    }
    default:
        break;
    }
    return "WITH new AS (" + insert_header(chance, source, number) + " RETURNING *) INSERT INTO " + table + " (" +
           line_columns(source) + ") VALUES (" +
           line_values(chance, schema, source, line, join(literals_of(source.document, number))) + ")";
}

/// A line goes, and another is given its key. Of heirs, which have indexes of their own, two lines might have one.
Unit take_over(Chance& chance, const Schema& schema, int connection)
{
    const Source& source = schema.sources[chance.below(static_cast<int>(schema.sources.size()))];
    if (source.shape == Shape::heirs)
        return {connection, {update_lines(chance, schema, source)}};
    const std::string key = join(columns_of(source.key));
    const std::string taken = join(literals_of(source.key, chance.below(lines_in_use)));
    const std::string one = "SELECT " + key + " FROM " + lines_of(source) + " WHERE article <> 'CABLE' ORDER BY " + key +
                            " OFFSET " + std::to_string(chance.below(8)) + " LIMIT 1";
    return {connection,
            {"BEGIN", "DELETE FROM " + lines_of(source) + " WHERE (" + key + ") = (" + taken + ")",
             "UPDATE " + lines_of(source) + " SET (" + key + ") = ROW(" + taken + ") WHERE (" + key + ") = (" + one + ")",
             "COMMIT"}};
}

std::string merge(Chance& chance, const Schema& schema, const Source& source)
{
    const int number = chance.below(lines_in_use);
    const std::string values = line_values(chance, schema, source, number, random_document(chance, source));
    return "MERGE INTO " + lines_of(source) + " AS l USING (SELECT 1) AS one ON (" + join(columns_of(source.key)) + ") = (" +
           join(literals_of(source.key, number)) + ")\n    WHEN MATCHED AND memo = 'twin' THEN DELETE\n" +
           "    WHEN MATCHED THEN UPDATE SET quantity = quantity + 1\n    WHEN NOT MATCHED THEN INSERT (" + line_columns(source) +
           ") VALUES (" + values + ")";
}

std::string random_statement(Chance& chance, const Schema& schema)
{
    const Source& source = schema.sources[chance.below(static_cast<int>(schema.sources.size()))];
    const int kind = chance.below(100);
    if (source.heading != Heading::none && kind < 30)
        return change_header(chance, source);
    if (kind < 54)
        return insert_lines(chance, schema, source);
    if (kind < 76)
        return update_lines(chance, schema, source);
    if (kind < 83)
        return delete_lines(chance, source);
    if (kind < 90)
        return upsert(chance, schema, source);
    return kind < 96 || source.shape == Shape::heirs ? nested(chance, schema, source) : merge(chance, schema, source);
}

} // namespace

std::vector<Unit> opening_units(Chance& chance, const Schema& schema)
{
    std::vector<Unit> units;
    for (const Source& source : schema.sources)
        for (int number = 0; number < documents_in_use - 1 && source.heading != Heading::none; ++number)
            units.push_back({opening, {insert_header(chance, source, number)}});
    for (int i = 0; i < 8; ++i)
        units.push_back({opening, {insert_lines(chance, schema, schema.sources[chance.below(int(schema.sources.size()))])}});
    return units;
}

Unit random_unit(Chance& chance, const Schema& schema, int connection)
{
    static const char* const levels[] = {"READ COMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"};
    Unit unit{connection, {}};
    const bool is_transaction = chance.has("transactions", 50);
    const int count = 1 + chance.below(5);
    if (chance.has("take_over", 3))
        return take_over(chance, schema, connection);
    if (!is_transaction)
        return {connection, {random_statement(chance, schema)}};
    unit.statements.push_back(std::string{"BEGIN ISOLATION LEVEL "} + chance.one_of(levels));
    if (chance.percent(20))
        unit.statements.push_back("SET CONSTRAINTS ALL DEFERRED");
    for (int i = 0; i < count; ++i) {
        const bool is_guarded = chance.has("savepoints", 30);
        if (is_guarded)
            unit.statements.push_back("SAVEPOINT here");
        unit.statements.push_back(random_statement(chance, schema));
        if (is_guarded)
            unit.statements.push_back(chance.percent(40) ? "ROLLBACK TO here" : "RELEASE here");
    }
    if (chance.percent(10))
        unit.statements.push_back("SET CONSTRAINTS ALL IMMEDIATE");
    unit.statements.push_back(chance.percent(92) ? "COMMIT" : "ROLLBACK");
    return unit;
}

} // namespace fuzz
