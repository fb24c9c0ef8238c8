// The statements that make the tables of a random ERP, and attach them.
#include "schema.hpp"

namespace fuzz
{

namespace
{

std::string definitions_of(const Key& key)
{
    std::vector<std::string> definitions;
    for (size_t i = 0; i < columns_of(key).size(); ++i)
        definitions.push_back(columns_of(key)[i] + " " + types_of(key)[i]);
    return join(definitions);
}

std::string header_table(const Source& source)
{
    return "CREATE TABLE " + header_of(source) + " (" + definitions_of(source.document) + ", number text, customer text, day " +
           source.day_type + ", state text, flavour text DEFAULT 'A', total numeric, memo text, PRIMARY KEY (" +
           join(columns_of(source.document)) + "))";
}

/// What counts of a header is seen through a view, which is read and not watched: whoever changes the table says so.
std::vector<std::string> header_view(const Source& source)
{
    const std::string n = std::to_string(source.number);
    std::vector<std::string> key;
    for (const std::string& column : columns_of(source.document))
        key.push_back("replace(replace(document." + column + R"(::text, '\', '\\'), '/', '\/'))");
    return {"CREATE VIEW s.v" + n + " AS SELECT * FROM " + header_of(source) + source.view_condition,
            "CREATE FUNCTION s.settle" + n + "() RETURNS trigger LANGUAGE plpgsql AS $$DECLARE document record; BEGIN\n" +
                "    IF TG_OP <> 'INSERT' THEN document := OLD; PERFORM credits.settle('" + lines_of(source) + "', " +
                join(key, " || '/' || ") + "); END IF;\n" +
                "    IF TG_OP <> 'DELETE' THEN document := NEW; PERFORM credits.settle('" + lines_of(source) + "', " +
                join(key, " || '/' || ") + "); END IF;\n    RETURN NULL;\nEND$$",
            "CREATE TRIGGER settle AFTER INSERT OR UPDATE OR DELETE ON " + header_of(source) +
                " FOR EACH ROW EXECUTE FUNCTION s.settle" + n + "()"};
}

std::string line_table(const Source& source)
{
    const bool is_generated = source.amounts == Amounts::generated;
    std::string sql = "CREATE TABLE " + lines_of(source) + " (" + definitions_of(source.key) + ", till integer NOT NULL, " +
                      definitions_of(source.document) + ", article text, quantity " + source.quantity_type +
                      ", price numeric(12, 2), amount numeric(14, 2)" +
                      (is_generated ? " GENERATED ALWAYS AS (quantity::numeric * price) STORED" : "") + ", customer text, day " +
                      source.day_type +
                      ", number text, state text, flavour text DEFAULT 'A', made_of text, refund_of text, memo text" +
                      ", PRIMARY KEY (" + join(key_columns_of(source)) + ")";
    if (source.heading != Heading::none)
        sql += ", " + foreign_key(source);
    return sql + ")" +
           (source.shape == Shape::list   ? " PARTITION BY LIST (till)"
            : source.shape == Shape::hash ? " PARTITION BY HASH (" + columns_of(source.key)[0] + ")"
                                          : "");
}

std::vector<std::string> parts_of(const Source& source)
{
    const std::string table = lines_of(source);
    std::vector<std::string> parts;
    for (int i = 0; i < 3; ++i) {
        const std::string n = std::to_string(i);
        if (source.shape == Shape::list)
            parts.push_back("CREATE TABLE " + table + "_" + n + " PARTITION OF " + table + " FOR VALUES IN (" +
                            std::to_string(i + 1) + ")");
        if (source.shape == Shape::hash)
            parts.push_back("CREATE TABLE " + table + "_" + n + " PARTITION OF " + table +
                            " FOR VALUES WITH (MODULUS 3, REMAINDER " + n + ")");
    }
    if (source.shape == Shape::heirs)
        parts.push_back("CREATE TABLE " + table + "_heir (extra integer, PRIMARY KEY (" + join(key_columns_of(source)) + ")" +
                        (source.heading == Heading::none ? "" : ", " + foreign_key(source)) + ") INHERITS (" + table + ")");
    return parts;
}

std::string argument(const char* name, const std::string& value) { return ", " + std::string{name} + " => " + quoted(value); }

std::string quantity_of(const Source& source, const std::string& owner)
{
    const std::string called = source.calls ? "s.units(line.quantity::numeric)" : "line.quantity";
    const std::string plain = source.doubles ? called + " * 2" : called;
    if (source.turns)
        return "CASE " + owner + ".flavour WHEN 'B' THEN -(" + plain + ") ELSE " + plain + " END";
    return source.doubles || source.calls ? plain : "quantity";
}

/// A credit note of a table whose quantities are turned has its amount turned as well.
std::string amount_of(const Source& source, const std::string& owner)
{
    if (source.amounts == Amounts::none)
        return ", amount => NULL";
    const std::string plain = source.amounts == Amounts::product ? "line.quantity::numeric * line.price" : "line.amount";
    if (source.turns)
        return argument("amount", "CASE " + owner + ".flavour WHEN 'B' THEN -(" + plain + ") ELSE " + plain + " END");
    return argument("amount", source.amounts == Amounts::product ? plain : "amount");
}

std::string header_arguments(const Source& source)
{
    const std::string n = std::to_string(source.number);
    if (source.heading == Heading::none)
        return "";
    if (source.heading == Heading::table)
        return argument("header_table", header_of(source));
    const std::string key = "{" + join(columns_of(source.document), ",") + "}";
    return argument("header_table", "s.v" + n) + argument("header_key", key) + argument("line_header", key);
}

std::string origin_arguments(const Schema& schema, const Source& source)
{
    std::string arguments;
    if (source.origins != Origins::none)
        arguments += argument("origin", "made_of");
    if (source.origins == Origins::looked_up)
        arguments += argument("origin_table", lines_of(schema.sources[source.origin_source]));
    return arguments + (source.refers ? argument("refers_to", "refund_of") : "");
}

} // namespace

std::string foreign_key(const Source& source)
{
    return "FOREIGN KEY (" + join(columns_of(source.document)) + ") REFERENCES " + header_of(source) + source.foreign_key_ends;
}

std::vector<std::string> tables_of(const Schema& schema)
{
    std::vector<std::string> all{"CREATE SCHEMA s", "CREATE FUNCTION s.units(quantity numeric) RETURNS numeric LANGUAGE plpgsql"
                                                    " IMMUTABLE AS $$BEGIN RETURN quantity; END$$"};
    for (const Source& source : schema.sources) {
        if (source.is_left_out)
            continue;
        if (source.heading != Heading::none)
            all.push_back(header_table(source));
        if (source.heading == Heading::view)
            for (const std::string& sql : header_view(source))
                all.push_back(sql);
        all.push_back(line_table(source));
        for (const std::string& sql : parts_of(source))
            all.push_back(sql);
    }
    return all;
}

std::string attach_call(const Schema& schema, const Source& source)
{
    const std::string owner = source.heading == Heading::none ? "line" : "header";
    const std::string customer_owner = source.customer_in_header ? "header." : "";
    std::string call = "SELECT credits.attach(" + quoted(lines_of(source)) + ", kind => 'other', article => 'article'" +
                       argument("quantity", quantity_of(source, owner)) + amount_of(source, owner) +
                       argument("customer", customer_owner + "customer") +
                       argument("document_date", (source.day_in_header ? "header." : "") + std::string{"day"}) +
                       argument("document_number", source.heading == Heading::none ? "number" : "header.number") +
                       header_arguments(source);
    if (source.applies)
        call += argument("applies_to", owner + ".flavour IN ('A', 'B')");
    if (source.has_states)
        call += argument("counts_when", owner + ".state = 'posted'");
    if (source.zeroes)
        call += argument("zero_columns", source.amounts == Amounts::column ? "{price,amount}" : "{price}");
    call += origin_arguments(schema, source);
    return call + (source.at_commit ? ", check_at => 'commit')" : ")");
}

std::vector<std::string> setup_of(const Schema& schema)
{
    std::vector<std::string> all = tables_of(schema);
    for (const std::string& sql : schema.neighbours)
        all.push_back(sql);
    all.push_back("GRANT USAGE ON SCHEMA s TO credits_fuzz_clerk");
    all.push_back("GRANT ALL ON ALL TABLES IN SCHEMA s TO credits_fuzz_clerk");
    for (const Source& source : schema.sources)
        if (!source.is_left_out)
            all.push_back(attach_call(schema, source));
    return all;
}

} // namespace fuzz
