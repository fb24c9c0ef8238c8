// Draws what stands in lines and documents.
#include "values.hpp"

namespace fuzz
{

std::string random_day(Chance& chance, const Source& source)
{
    const int day = chance.below(28) + 1;
    const std::string text = "2026-0" + std::to_string(1 + chance.below(2)) + (day < 10 ? "-0" : "-") + std::to_string(day);
    if (chance.percent(2))
        return "NULL";
    return quoted(source.day_type == "timestamp" ? text + " 12:30" : text);
}

std::string random_customer(Chance& chance)
{
    return chance.percent(2) ? "NULL" : quoted(chance.percent(70) ? "ann" : chance.one_of(customers));
}

const char* random_state(Chance& chance)
{
    static const char* const states[] = {"'posted'", "'posted'", "'posted'", "'draft'", "'cancelled'", "NULL"};
    return chance.one_of(states);
}

const char* random_flavour(Chance& chance)
{
    static const char* const flavours[] = {"'A'", "'A'", "'A'", "'B'", "'C'", "NULL"};
    return chance.one_of(flavours);
}

const char* random_memo(Chance& chance)
{
    static const char* const memos[] = {"NULL", "NULL", "NULL", "'late'", "'gone'", "'kept'", "'twin'", "'fresh'"};
    return chance.one_of(memos);
}

Wares random_wares(Chance& chance, const Source& source)
{
    if (chance.percent(2))
        return {"NULL", "3", "30"};
    const bool sells = chance.percent(45);
    static const char* const sold[] = {"SELL", "SELL", "PACK", "VOUCHER"};
    static const char* const used[] = {"HOUR", "QUARTER", "COURSE", "THIRD", "CABLE"};
    const std::string article = sells ? chance.one_of(sold) : chance.one_of(used);
    const bool is_back = chance.percent(12);
    const int whole = sells ? 2 + chance.below(is_back ? 4 : 30) : chance.below(4);
    static const char* const fractions[] = {"", "", ".5", ".25", ".333"};
    std::string fraction = chance.one_of(fractions);
    if (fraction == ".333" && source.quantity_type == "double precision") // sums of others would have 17 digits
        fraction = ".125";
    const std::string sign = is_back ? "-" : "";
    const std::string cents = chance.percent(50) ? ".37" : "";
    const bool is_gift = chance.percent(8);
    const std::string amount = is_gift ? "0" : sign + std::to_string(whole * 7) + cents;
    return {quoted(article), sign + std::to_string(whole) + fraction, chance.percent(3) ? "NULL" : amount};
}

std::string random_document(Chance& chance, const Source& source)
{
    if (source.heading == Heading::none || chance.percent(3))
        return join(std::vector<std::string>(columns_of(source.document).size(), "NULL"));
    return join(literals_of(source.document, chance.below(documents_in_use)));
}

std::string random_reference(Chance& chance, const Source& to) { return quoted(line_key_of(to, chance.below(lines_in_use))); }

std::string line_columns(const Source& source)
{
    std::vector<std::string> columns = columns_of(source.key);
    columns.push_back("till");
    for (const std::string& column : columns_of(source.document))
        columns.push_back(column);
    return join(columns) + ", article, quantity, price, customer, day, number, state, flavour, made_of, refund_of, memo" +
           (source.amounts == Amounts::generated ? "" : ", amount");
}

std::string line_values(Chance& chance, const Schema& schema, const Source& source, int number, const std::string& document)
{
    const Wares wares = random_wares(chance, source);
    const std::string made_of = chance.percent(40) ? random_reference(chance, schema.sources[source.origin_source]) : "NULL";
    const bool refers = chance.percent(wares.quantity.front() == '-' ? 60 : 5);
    const std::string refund_of = refers ? random_reference(chance, source) : "NULL";
    const std::string price = std::to_string(1 + chance.below(9)) + ".45";
    const std::string number_text = quoted("L" + std::to_string(chance.below(3)));
    return join(literals_of(source.key, number)) + ", " + std::to_string(till_of(number)) + ", " + document + ", " +
           wares.article + ", " + wares.quantity + ", " + price + ", " + random_customer(chance) + ", " +
           random_day(chance, source) + ", " + number_text + ", " + random_state(chance) + ", " + random_flavour(chance) + ", " +
           made_of + ", " + refund_of + ", " + random_memo(chance) +
           (source.amounts == Amounts::generated ? "" : ", " + wares.amount);
}

} // namespace fuzz
