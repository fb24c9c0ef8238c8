// What happens at the border, meanwhile: by the DBA, who is a superuser.
#include "statements.hpp"

#include "copy.hpp"
#include "values.hpp"

namespace fuzz
{

namespace
{

using Statements = std::vector<std::string>;

Statements maintenance(Chance& chance, const Source& source)
{
    static const char* const ledger[] = {"credits._account",    "credits._lot",     "credits._entry",  "credits._account_key",
                                         "credits._provenance", "credits.customer", "credits.pending", "credits.article",
                                         "credits.source",      "credits._source"};
    const std::string table = chance.percent(75) ? chance.one_of(ledger) : lines_of(source);
    static const char* const acts[] = {"VACUUM FULL ", "VACUUM ", "REINDEX TABLE ", "REINDEX TABLE CONCURRENTLY ", "ANALYZE "};
    if (chance.percent(20))
        return {"CLUSTER credits._entry USING _entry_pkey"};
    return {chance.one_of(acts) + table};
}

Statements ddl(Chance& chance, const Source& source)
{
    const std::string alter = "ALTER TABLE " + lines_of(source) + " ";
    const std::string header = source.heading == Heading::table ? header_of(source) : lines_of(source);
    switch (chance.below(11)) {
    case 0:
        return {alter + "ADD COLUMN IF NOT EXISTS spare integer DEFAULT 7"};
    case 1:
        return {alter + "ADD COLUMN IF NOT EXISTS rewritten timestamptz DEFAULT clock_timestamp()"};
    case 2:
        return {alter + "DROP COLUMN IF EXISTS spare"};
    case 3:
        return {alter + "ALTER COLUMN memo TYPE varchar(40)"};
    case 4:
        return {alter + "ALTER COLUMN quantity TYPE numeric(14, 4)"};
    case 5:
        return {"BEGIN", alter + "RENAME COLUMN quantity TO amount_of_work",
                "UPDATE " + lines_of(source) + " SET amount_of_work = amount_of_work + 1 WHERE article = 'HOUR'",
                alter + "RENAME COLUMN amount_of_work TO quantity", "COMMIT"};
    case 6:
        return {"BEGIN", alter + "RENAME TO other", "UPDATE s.other SET quantity = quantity + 1 WHERE article = 'QUARTER'",
                "ALTER TABLE s.other RENAME TO l" + std::to_string(source.number), "COMMIT"};
    case 7:
        return {"TRUNCATE " + lines_of(source)};
    case 8:
        return {"ALTER TABLE " + header + " ADD COLUMN IF NOT EXISTS spare integer DEFAULT 7"};
    case 9:
        return {"ALTER TABLE " + header + " DROP COLUMN IF EXISTS spare"};
    default:
        return {"CREATE INDEX ON " + lines_of(source) + " (article)"};
    }
}

Statements setting(Chance& chance)
{
    const bool has_flags = chance.has("flags", 40);
    const bool has_coefficients = chance.has("coefficients", 40);
    static const char* const coefficients[] = {"-0.25", "-0.5", "-0.125"};
    static const char* const flagged[] = {"ann", "bob", "cy''s"};
    if (has_flags && chance.percent(20))
        return {"UPDATE credits.parameter SET active = NOT active"};
    if (has_flags)
        return {"UPDATE credits.customer SET works_with_credits = NOT works_with_credits WHERE customer = '" +
                std::string{chance.one_of(flagged)} + "'"};
    if (has_coefficients)
        return {"UPDATE credits.article SET coefficient = " + std::string{chance.one_of(coefficients)} +
                " WHERE article = 'QUARTER'"};
    if (chance.percent(50))
        return {"UPDATE credits.credit_type SET alarm_level = " + std::to_string(chance.below(9)) + " WHERE code = 'HOURS'"};
    return {"UPDATE credits.customer SET name = 'Ann' WHERE customer = 'ann'"};
}

/// Documents are dated in January and February.
Statements closing(Chance& chance)
{
    static const char* const acts[] = {"SELECT credits.close_month('2026-01-01')",
                                       "SELECT credits.close_month('2026-02-01')",
                                       "SELECT credits.reopen_month('2026-01-01')",
                                       "SELECT credits.reopen_month('2026-02-01')",
                                       "UPDATE credits.parameter SET closed_month_policy = 'reject'",
                                       "UPDATE credits.parameter SET closed_month_policy = 'next_open_month'"};
    return {chance.one_of(acts)};
}

/// To be told from the clerks by their application's name.
Statements interruption(const char* function)
{
    return {"SELECT " + std::string{function} +
            "(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'clerk%'"
            " ORDER BY random() LIMIT 1"};
}

/// The rows go to a new table of the same name, with others' triggers. It goes on the source by that name; or the old one was
/// renamed while it was attached, and it is told so.
Statements rebuilt(Chance& chance, const Schema& schema, const Source& source)
{
    const std::string name = "l" + std::to_string(source.number);
    const std::string lines = lines_of(source);
    const bool is_told = chance.percent(50);
    std::string call = attach_call(schema, source);
    call.insert(call.size() - 1, ", continues => 's." + name + "_old'");
    std::string sql = "DO $do$ DECLARE call text := credits.attach_call('" + lines + "'); triggers text[]; another text; BEGIN\n";
    if (!is_told)
        sql += "    PERFORM credits.detach('" + lines + "');\n";
    sql += "    triggers := ARRAY(SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
           " WHERE t.tgrelid = '" +
           lines + "'::regclass AND NOT t.tgisinternal AND p.pronamespace = 's'::regnamespace);\n" + "    ALTER TABLE " + lines +
           " RENAME TO " + name + "_old;\n" + "    CREATE TABLE " + lines + " (LIKE s." + name + "_old INCLUDING ALL);\n" +
           "    INSERT INTO " + lines + " (" + line_columns(source) + ") SELECT " + line_columns(source) + " FROM s." + name +
           "_old;\n" +
           (source.heading == Heading::none ? "" : "    ALTER TABLE " + lines + " ADD " + foreign_key(source) + ";\n") +
           "    FOREACH another IN ARRAY triggers LOOP EXECUTE another; END LOOP;\n" + "    GRANT ALL ON " + lines + " TO " +
           clerk + ";\n";
    if (is_told)
        sql += "    PERFORM credits.detach('s." + name + "_old');\n    PERFORM " + call.substr(call.find(' ') + 1) + ";\n";
    else
        sql += "    EXECUTE call;\n";
    return {sql + "    DROP TABLE s." + name + "_old CASCADE;\n    " + saving_function(source) + ";\nEND $do$"};
}

/// January is closed, and lines of it archived, of which some may be deleted then; others are made of what is archived.
Statements archived(Chance& chance, const Schema& schema, const Source& source)
{
    static const char* const days[] = {"2026-01-08", "2026-01-20", "2026-02-01"};
    const std::string before = chance.one_of(days);
    const std::string lines = lines_of(source);
    Statements all{"SELECT credits.close_month('2026-01-01')", "SELECT credits.archive('" + lines + "', '" + before + "')",
                   "DELETE FROM " + lines + " WHERE " + (source.day_in_header ? "till = 1" : "day < '" + before + "'")};
    for (const Source& other : schema.sources)
        if (other.origins == Origins::looked_up && other.origin_source == source.number)
            all.push_back("UPDATE " + lines_of(other) +
                          " SET made_of = (SELECT line_key FROM credits.entry WHERE line_table IS NULL" + " AND source = '" +
                          lines + "' ORDER BY quantity, line_key LIMIT 1) WHERE article IN ('HOUR', 'QUARTER')");
    return all;
}

Statements attach_again(Chance& chance, const Schema& schema, const Source& source)
{
    if (chance.has("rebuild", 40) && source.shape == Shape::plain)
        return rebuilt(chance, schema, source);
    const std::string detach = "SELECT credits.detach('" + lines_of(source) + "')";
    if (chance.has("gap", 50))
        return {detach, "SELECT pg_sleep(0.02)", attach_call(schema, source)};
    if (chance.percent(50))
        return {"DO $$ DECLARE call text := credits.attach_call('" + lines_of(source) + "'); BEGIN PERFORM credits.detach('" +
                lines_of(source) + "'); EXECUTE call; END $$"};
    return {"BEGIN", detach, attach_call(schema, source), "COMMIT"};
}

} // namespace

Unit random_event(Chance& chance, const Schema& schema, int connection)
{
    const Source& source = schema.sources[chance.below(static_cast<int>(schema.sources.size()))];
    const Statements verified{"SELECT * FROM credits.verify()"};
    const Statements taken{"SELECT * FROM credits.take_in(on_refusal => 'report')"};
    struct Kind {
        const char* feature;
        Statements statements;
    };
    const Kind kinds[] = {{"maintenance", maintenance(chance, source)},
                          {"ddl", ddl(chance, source)},
                          {"settings", setting(chance)},
                          {"closings", closing(chance)},
                          {"archive", archived(chance, schema, source)},
                          {"cancel", interruption("pg_cancel_backend")},
                          {"kill", interruption("pg_terminate_backend")},
                          {"detach", attach_again(chance, schema, source)},
                          {"verify", verified},
                          {"take_in", taken}};
    const Kind& kind = chance.one_of(kinds);
    return {connection, chance.has(kind.feature, 100) ? kind.statements : verified};
}

} // namespace fuzz
