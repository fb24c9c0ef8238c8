// A random ERP: its tables of lines, and how each is attached. The statements that make it are in `tables.cpp`; what other
// people have put beside our triggers, in `neighbours.cpp`.
#pragma once

#include <array>
#include <optional>

#include "chance.hpp"
#include "keys.hpp"

namespace fuzz
{

struct Article {
    const char* code;
    const char* type;        // null: nothing to do with credits
    const char* coefficient; // when the shop opens
};

inline constexpr std::array<Article, 8> articles{{
    {"SELL", "HOURS", "1"},
    {"PACK", "HOURS", "2.5"},
    {"HOUR", "HOURS", "-1"},
    {"QUARTER", "HOURS", "-0.25"},
    {"VOUCHER", "COURSES", "1"},
    {"COURSE", "COURSES", "-0.5"},
    {"THIRD", "HOURS", "-0.3333"},
    {"CABLE", nullptr, nullptr},
}};

const Article* article_of(const std::string& code);

/// The value of a credit of type COURSES; type HOURS is worth what was paid.
inline constexpr const char* unit_value = "95.005";

/// Those who work with credits, one who does not, one who uses the credits of another, and one of whom nothing is known.
inline constexpr const char* customers[] = {"ann", "bob", "cy's", "dora", "child of ann", "nobody"};

enum class Shape { plain, list, hash, heirs };
enum class Heading { none, table, view };
enum class Amounts { none, column, generated, product };
enum class Origins { none, unknown, looked_up };

/// A table of lines, s.l0, and its header, s.h0; attached once.
struct Source {
    int number;
    Key key;
    Key document;
    Shape shape;
    Heading heading;
    Amounts amounts;
    std::string quantity_type;
    std::string day_type;
    bool doubles;            // the quantity is attached as twice what the column says
    bool calls;              // by a function of the ERP's
    bool turns;              // on documents of flavour B it has the other sign
    bool applies;            // only rows of flavour A or B are of interest
    bool has_states;         // only what is posted counts
    bool customer_in_header; // else, and day, number and state, in the line
    bool day_in_header;
    bool zeroes;
    bool at_commit;
    bool refers;
    Origins origins;
    int origin_source;            // its number
    std::string foreign_key_ends; // ON DELETE …, DEFERRABLE …
    std::string view_condition;   // of the rows that a header view shows
    bool is_left_out = false;     // from a case that was made smaller: the others keep their numbers
};

struct Schema {
    std::vector<Source> sources;
    std::vector<std::string> neighbours; // statements that make others' triggers and functions
};

Schema random_schema(Chance& chance);

inline std::string lines_of(const Source& source) { return "s.l" + std::to_string(source.number); }
inline std::string header_of(const Source& source) { return "s.h" + std::to_string(source.number); }

/// The columns of a line's key: those of `key`, and where the lines are partitioned by till, the till.
std::vector<std::string> key_columns_of(const Source& source);

/// A line as the ledger knows it, when it was last inserted by its number.
std::string line_key_of(const Source& source, int number);

inline int till_of(int number) { return number % 3 + 1; }

/// The statements that make the tables and fill nothing in; then those that attach them.
std::vector<std::string> tables_of(const Schema& schema);
std::string attach_call(const Schema& schema, const Source& source);

/// All that comes before the first save: tables, others' triggers, rights, and what attaches the tables.
std::vector<std::string> setup_of(const Schema& schema);

/// A function that saves, for statements that call it: it adds to the quantity of one line.
std::string saving_function(const Source& source);

/// What a table of lines has by its foreign key to the header.
std::string foreign_key(const Source& source);

/// Others' triggers on these tables.
std::vector<std::string> random_neighbours(Chance& chance, const Schema& schema);

} // namespace fuzz
