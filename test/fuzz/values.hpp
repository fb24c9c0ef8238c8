// What stands in lines and documents, by chance.
#pragma once

#include "schema.hpp"
#include "statements.hpp"

namespace fuzz
{

/// An article with a quantity and an amount that suit it: sales of many, consumptions of few, now and then the reverse of each.
struct Wares {
    std::string article, quantity, amount;
};

std::string random_day(Chance& chance, const Source& source);
std::string random_customer(Chance& chance);
const char* random_state(Chance& chance);
const char* random_flavour(Chance& chance);
const char* random_memo(Chance& chance);
Wares random_wares(Chance& chance, const Source& source);
std::string random_document(Chance& chance, const Source& source);
std::string random_reference(Chance& chance, const Source& to);
std::string line_columns(const Source& source);

/// The values of the columns of a line.
std::string line_values(Chance& chance, const Schema& schema, const Source& source, int number, const std::string& document);

} // namespace fuzz
