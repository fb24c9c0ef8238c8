// Draws a random ERP.
#include "schema.hpp"

namespace fuzz
{

const Article* article_of(const std::string& code)
{
    for (const Article& article : articles)
        if (code == article.code)
            return &article;
    return nullptr;
}

static Shape random_shape(Chance& chance)
{
    const bool is_list = chance.has("list", 15);
    const bool is_hash = chance.has("hash", 15);
    const bool has_heirs = chance.has("heirs", 15);
    return is_list ? Shape::list : is_hash ? Shape::hash : has_heirs ? Shape::heirs : Shape::plain;
}

static Heading random_heading(Chance& chance)
{
    const bool is_table = chance.has("header", 75);
    const bool is_view = chance.has("view", 20);
    return !is_table ? Heading::none : is_view ? Heading::view : Heading::table;
}

static std::string random_foreign_key(Chance& chance)
{
    static const char* const on_delete[] = {"", " ON DELETE CASCADE", " ON DELETE CASCADE", " ON DELETE SET NULL"};
    static const char* const on_update[] = {"", " ON UPDATE CASCADE"};
    static const char* const when[] = {" DEFERRABLE INITIALLY DEFERRED", " DEFERRABLE"};
    std::string ends = chance.one_of(on_delete);
    ends += chance.one_of(on_update);
    const char* const deferrable = chance.one_of(when);
    return chance.has("deferrable", 40) ? ends + deferrable : ends;
}

static Amounts random_amounts(Chance& chance)
{
    static constexpr Amounts kinds[] = {Amounts::column, Amounts::column, Amounts::column, Amounts::product, Amounts::none};
    const Amounts amounts = chance.one_of(kinds);
    return chance.has("generated", 15) ? Amounts::generated : amounts;
}

static void draw_origins(Chance& chance, Source& source)
{
    const bool is_looked_up = chance.has("origin_table", 35);
    const bool is_unknown = chance.has("origin", 10);
    source.origins = is_looked_up ? Origins::looked_up : is_unknown ? Origins::unknown : Origins::none;
    source.origin_source = chance.below(source.number + 1); // a table attached before, or itself
    source.refers = chance.has("refers_to", 35);
}

static Source random_source(Chance& chance, int number)
{
    static const char* const quantity_types[] = {"numeric", "numeric(12, 3)", "integer", "double precision"};
    static const char* const day_types[] = {"date", "timestamp"};
    Source source{};
    source.number = number;
    source.key = {static_cast<KeyKind>(chance.below(key_kinds)), "k"};
    source.document = {static_cast<KeyKind>(chance.below(key_kinds)), "d"};
    source.shape = random_shape(chance);
    source.heading = random_heading(chance);
    source.amounts = random_amounts(chance);
    source.quantity_type = chance.one_of(quantity_types);
    source.day_type = chance.one_of(day_types);
    source.doubles = chance.has("expression", 15);
    source.calls = chance.has("function", 15);
    source.turns = chance.has("turned", 15);
    source.applies = chance.has("applies_to", 30);
    source.has_states = chance.has("counts_when", 80);
    source.customer_in_header = chance.percent(75) && source.heading != Heading::none;
    source.day_in_header = chance.percent(75) && source.heading != Heading::none;
    source.zeroes = chance.has("zero_columns", 60);
    source.at_commit = chance.has("commit", 30);
    source.foreign_key_ends = random_foreign_key(chance);
    source.view_condition = chance.percent(50) ? " WHERE flavour <> 'C'" : "";
    draw_origins(chance, source);
    return source;
}

Schema random_schema(Chance& chance)
{
    Schema schema{};
    const int count = 1 + chance.below(3);
    for (int number = 0; number < count; ++number)
        schema.sources.push_back(random_source(chance, number));
    schema.neighbours = random_neighbours(chance, schema);
    return schema;
}

std::vector<std::string> key_columns_of(const Source& source)
{
    std::vector<std::string> columns = columns_of(source.key);
    if (source.shape == Shape::list)
        columns.push_back("till");
    return columns;
}

std::string line_key_of(const Source& source, int number)
{
    const std::string text = text_of(source.key, number);
    return source.shape == Shape::list ? text + "/" + std::to_string(till_of(number)) : text;
}

} // namespace fuzz
