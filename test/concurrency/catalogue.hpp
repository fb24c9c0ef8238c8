// What the shop sells, to whom, and on which documents: known to the workload, to the oracle, and told once to the extension.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace concurrency
{

struct CreditType {
    std::string_view code;
    std::string_view unit_value;  // empty: valued fifo
    std::string_view alarm_level; // empty: none
};

inline constexpr std::array<CreditType, 3> credit_types{{
    {"SUPPORT", "", "2"},
    {"TRAINING", "95.005", "0.5"}, // half a cent: rounding shows
    {"COPIES", "", ""},
}};

struct Article {
    std::string_view code;
    const CreditType* type;       // null: nothing to do with credits
    std::string_view coefficient; // credits per unit: > 0 sells, < 0 consumes
    int price;                    // euros per unit
    int usual;                    // the largest quantity that a line usually has

    bool sells() const { return type && coefficient.front() != '-'; }
    bool consumes() const { return type && coefficient.front() == '-'; }
};

inline constexpr std::array<Article, 10> articles{{
    {"SUPPORT-1", &credit_types[0], "1", 100, 3},
    {"SUPPORT-2.5", &credit_types[0], "2.5", 230, 2},
    {"TRAINING-1", &credit_types[1], "1", 95, 3},
    {"COPIES-100", &credit_types[2], "100", 7, 1},
    {"QUARTER", &credit_types[0], "-0.25", 25, 8},
    {"EVENING", &credit_types[0], "-0.375", 40, 8},
    {"COURSE", &credit_types[1], "-1", 110, 2},
    {"HALF DAY", &credit_types[1], "-0.5", 60, 4},
    {"COPY", &credit_types[2], "-0.3333", 1, 150},
    {"CABLE", nullptr, "", 12, 9},
}};

inline const Article* article_of(std::string_view code)
{
    const auto found = std::ranges::find(articles, code, &Article::code);
    return found == articles.end() ? nullptr : &*found;
}

/// A kind of document: its tables in schema shop.
struct Source {
    std::string_view kind; // also the header's table
    std::string_view lines;
    bool has_amounts;         // else the lines have a price only, and never sell
    int tills;                // 0: the primary key is (line_no); else one partition for each, and it is (document, line_no, till)
    int decimals_of_quantity; // 0 to 3
    std::string_view origins; // the table that lines may be made of; empty: none. Then they may refund lines of their own, too
};

inline constexpr std::array<Source, 3> sources{{
    {"invoice", "invoice_line", true, 0, 3, "service_report_line"},
    {"cash_sale", "cash_sale_line", true, 3, 0, ""},
    {"service_report", "service_report_line", false, 0, 3, ""},
}};

struct Customer {
    std::string key;
    bool works_with_credits;
    bool known;                  // has a row in credits.customer
    bool fickle = false;         // gains and loses the flag, and moves between the accounts of others, while documents are saved
    std::string account_of = ""; // whose credits he uses at first; empty: his own
};

inline const Customer* find_customer(const std::vector<Customer>& customers, std::string_view key)
{
    const auto found = std::ranges::find(customers, key, &Customer::key);
    return found == customers.end() ? nullptr : &*found;
}

/// `count` customers who work with credits, one who does not per fifty, a few fickle ones, and a passer-by of whom nothing is
/// known.
inline std::vector<Customer> customers(int count)
{
    std::vector<Customer> all{{"passer-by", false, false}, {"O'Neill & Söhne \"NV\"", true, true}};
    for (int i = 1; i < count; ++i)
        all.push_back({"C" + std::to_string(1000 + i), true, true});
    for (int i = 0; i <= count / 50; ++i)
        all.push_back({"B" + std::to_string(1000 + i), false, true});
    for (int i = 0; i < 3 + count / 50; ++i) // on both sides of the others in the order of keys
        all.push_back({(i % 2 == 0 ? "A" : "F") + std::to_string(1000 + i), true, true, true, i % 3 == 1 ? all[1].key : ""});
    return all;
}

} // namespace concurrency
