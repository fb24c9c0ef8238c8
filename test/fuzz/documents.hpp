// What the documents of a random ERP say, read from its tables, and what they want of the ledger by the rules alone.
#pragma once

#include "schema.hpp"
#include "wanted.hpp"

namespace fuzz
{

/// A line as its document stands, read without the mapping.
struct Line {
    const Source* source;
    std::string key;
    std::string customer;
    std::string day;
    std::string article;
    std::string flavour;
    std::optional<concurrency::Units> quantity; // as attached: doubled, turned
    concurrency::Units price;
    concurrency::Units amount; // as attached, rounded to the cent
    std::string made_of;
    std::string refund_of;
    bool counts;
    bool covers;         // what is made of it: it counts, or would, were it not dated before what is archived
    bool is_of_interest; // by `applies_to`
    bool is_past;        // dated before what is archived
};

std::vector<Line> read_documents(pqxx::work& owner, const Schema& schema);

/// The coefficients that each article ever had: a line keeps the one with which it was booked.
using Coefficients = std::map<std::string, std::set<std::string>>;
Coefficients coefficients_of(pqxx::work& owner);

/// What the lines want. Where the case is loose, those that `take_in` has refused may stand as they are.
concurrency::Wanted wanted_of(const concurrency::Books& books, const std::vector<Line>& lines, const Coefficients& coefficients,
                              bool is_loose);

/// What the lines are to the oracle of the concurrency harness.
std::vector<concurrency::DocumentLine> document_lines_of(const std::vector<Line>& lines);

bool works_with_credits(const std::string& customer);

} // namespace fuzz
