// Other people's triggers and functions beside ours: what ERPs and their integrators put there, and what they should not.
// Their names stand before and after those of ours, as triggers fire in the order of names.
#include "schema.hpp"

namespace fuzz
{

namespace
{

/// What a trigger of others' does, in PL/pgSQL: `before` and `after` are the key of the row, {lines} and {header} the tables.
struct Neighbour {
    const char* name;
    const char* when; // CREATE TRIGGER … when ON … FOR EACH …
    const char* each;
    const char* body;
    bool on_header = false;
    bool needs_header = false;
};

constexpr Neighbour neighbours[] = {
    {"aa_round", "BEFORE INSERT OR UPDATE", "ROW", "NEW.quantity := round(NEW.quantity::numeric); RETURN NEW;"},
    {"zzz_late", "BEFORE INSERT OR UPDATE", "ROW",
     "IF NEW.memo = 'late' THEN NEW.quantity := NEW.quantity + 1; END IF; RETURN NEW;"},
    {"zzz_article", "BEFORE INSERT OR UPDATE", "ROW",
     "IF NEW.memo = 'late' AND NEW.article = 'CABLE' THEN NEW.article := 'HOUR'; END IF; RETURN NEW;"},
    {"aa_price", "BEFORE INSERT OR UPDATE", "ROW", "NEW.price := coalesce(NEW.price, 0) + 1; RETURN NEW;"},
    {"zzz_price", "BEFORE INSERT OR UPDATE", "ROW", "IF NEW.memo = 'late' THEN NEW.price := 9; END IF; RETURN NEW;"},
    {"aa_again", "AFTER INSERT", "ROW", "UPDATE {lines} SET quantity = quantity WHERE {is_new}; RETURN NULL;"},
    {"zzz_again", "AFTER INSERT", "ROW", "UPDATE {lines} SET quantity = quantity + 1 WHERE {is_new}; RETURN NULL;"},
    {"aa_more", "AFTER INSERT", "ROW", "UPDATE {lines} SET quantity = quantity + 1 WHERE {is_new}; RETURN NULL;"},
    {"zzz_gone", "AFTER INSERT OR UPDATE", "ROW",
     "IF NEW.memo = 'gone' THEN DELETE FROM {lines} WHERE {is_new}; END IF; RETURN NULL;"},
    {"aa_gone", "AFTER INSERT OR UPDATE", "ROW",
     "IF NEW.memo = 'gone' THEN DELETE FROM {lines} WHERE {is_new}; END IF; RETURN NULL;"},
    {"aa_unmoved", "BEFORE UPDATE", "ROW", "IF OLD.memo = 'kept' THEN RETURN NULL; END IF; RETURN NEW;"},
    {"zzz_twin", "AFTER UPDATE", "ROW",
     "UPDATE {lines} SET quantity = quantity + 1 WHERE memo = 'twin' AND article = NEW.article AND pg_trigger_depth() = 1;"
     " RETURN NULL;"},
    {"aa_moved", "AFTER UPDATE", "ROW",
     "IF {is_moved} THEN UPDATE {lines} SET quantity = quantity + 1 WHERE {is_new}; END IF; RETURN NULL;"},
    {"zzz_moved", "AFTER UPDATE", "ROW",
     "IF {is_moved} THEN UPDATE {lines} SET quantity = quantity + 1 WHERE {is_new}; END IF; RETURN NULL;"},
    {"zzz_statement", "AFTER INSERT", "STATEMENT", "UPDATE {lines} SET memo = 'seen' WHERE memo = 'fresh'; RETURN NULL;"},
    {"aa_statement", "BEFORE INSERT", "STATEMENT", "DELETE FROM {lines} WHERE memo = 'fresh'; RETURN NULL;"},
    {"aa_fill", "BEFORE INSERT", "ROW",
     "IF ({new_document}) IS NOT NULL THEN INSERT INTO {header} ({document}, customer, day, state) VALUES ({new_document}, "
     "'ann', "
     "'2026-01-05', 'posted') ON CONFLICT DO NOTHING; END IF; RETURN NEW;",
     false, true},
    {"aa_total", "AFTER INSERT OR UPDATE", "ROW",
     "UPDATE {header} SET total = coalesce(total, 0) + NEW.price WHERE ({document}) = ({new_document}); RETURN NULL;", false,
     true},
    {"zzz_post", "AFTER INSERT", "ROW",
     "UPDATE {header} SET state = 'posted' WHERE ({document}) = ({new_document}); RETURN NULL;", false, true},
    {"aa_spread", "AFTER UPDATE", "ROW",
     "UPDATE {lines} SET quantity = quantity + 1 WHERE ({document}) = ({new_document}) AND OLD.state <> NEW.state; RETURN NULL;",
     true, true},
    {"zzz_spread", "AFTER UPDATE", "ROW",
     "UPDATE {lines} SET memo = NEW.state WHERE ({document}) = ({new_document}); RETURN NULL;", true, true},
    {"aa_clear", "BEFORE UPDATE", "ROW",
     "IF NEW.state = 'cancelled' THEN DELETE FROM {lines} WHERE ({document}) = ({new_document}) AND memo = 'twin'; END IF;"
     " RETURN NEW;",
     true, true},
};

std::string of_row(const char* row, const std::vector<std::string>& columns)
{
    std::vector<std::string> all;
    for (const std::string& column : columns)
        all.push_back(row + column);
    return join(all);
}

void replace_all(std::string& text, const std::string& word, const std::string& by)
{
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
        text.replace(at, word.size(), by);
}

std::string body_of(const char* body, const Source& source)
{
    std::string text = body;
    const std::vector<std::string> key = key_columns_of(source);
    const std::vector<std::string> document = columns_of(source.document);
    replace_all(text, "{lines}", lines_of(source));
    replace_all(text, "{header}", header_of(source));
    replace_all(text, "{is_new}", "(" + join(key) + ") = (" + of_row("NEW.", key) + ")");
    replace_all(text, "{is_moved}", "(" + of_row("OLD.", key) + ") IS DISTINCT FROM (" + of_row("NEW.", key) + ")");
    replace_all(text, "{document}", join(document));
    replace_all(text, "{new_document}", of_row("NEW.", document));
    return text;
}

void add_neighbour(const Neighbour& neighbour, const Source& source, bool is_deferred, std::vector<std::string>& all)
{
    const std::string function = "s." + std::string{neighbour.name} + std::to_string(source.number);
    all.push_back("CREATE FUNCTION " + function + "() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " +
                  body_of(neighbour.body, source) + " END$$;\nCREATE " + (is_deferred ? "CONSTRAINT " : "") + "TRIGGER " +
                  neighbour.name + " " + neighbour.when + " ON " + (neighbour.on_header ? header_of(source) : lines_of(source)) +
                  (is_deferred ? " DEFERRABLE INITIALLY DEFERRED" : "") + " FOR EACH " + neighbour.each +
                  (std::string{neighbour.when}.starts_with("AFTER") ? " WHEN (pg_trigger_depth() < 2)" : "") +
                  " EXECUTE FUNCTION " + function + "()");
}

bool may_be_deferred(const Neighbour& neighbour)
{
    // One that is deferred knows no depth: after updates it would go on for ever.
    return std::string{neighbour.when} == "AFTER INSERT" && std::string{neighbour.each} == "ROW";
}

} // namespace

std::string saving_function(const Source& source)
{
    return "CREATE FUNCTION s.more" + std::to_string(source.number) + "(line " + lines_of(source) +
           ") RETURNS integer LANGUAGE plpgsql AS $$BEGIN UPDATE " + lines_of(source) +
           " AS l SET quantity = l.quantity + 1 WHERE (" + of_row("l.", key_columns_of(source)) + ") = (" +
           of_row("line.", key_columns_of(source)) + "); RETURN 1; END$$";
}

std::vector<std::string> random_neighbours(Chance& chance, const Schema& schema)
{
    std::vector<std::string> all;
    for (const Source& source : schema.sources) {
        all.push_back(saving_function(source));
        const bool is_crowded = chance.has("neighbours", 50);
        for (const Neighbour& neighbour : neighbours) {
            const bool is_there = chance.has(neighbour.name, 12) && is_crowded;
            const bool is_deferred = chance.has("deferred_neighbours", 15) && may_be_deferred(neighbour);
            // A view's header is settled by a trigger of its own, which comes first or last by its name.
            if (is_there && (!neighbour.needs_header || source.heading != Heading::none))
                add_neighbour(neighbour, source, is_deferred, all);
        }
    }
    return all;
}

} // namespace fuzz
