// What the parts of the oracle have in common: the keys of the books, sums, and the list of what is wrong.
#pragma once

#include <map>
#include <set>
#include <tuple>

#include "oracle.hpp"

namespace concurrency
{

using AccountId = std::tuple<std::string, std::string>;                        // customer, type
using LotId = std::tuple<std::string, std::string, int64_t>;                   // and lot_no
using LineKey = std::tuple<std::string, std::string>;                          // table, key
using LineId = std::tuple<std::string, std::string, std::string, std::string>; // customer, type, table, key

struct Sums {
    Units credits = 0;
    Units value = 0;
    Units amount = 0;

    friend bool operator==(const Sums&, const Sums&) = default;
};

inline std::string text_of(const Sums& sums)
{
    return to_text(sums.credits) + " credits, value " + to_text(sums.value) + ", amount " + to_text(sums.amount);
}

template <typename... Parts>
std::string text_of(const std::tuple<Parts...>& id)
{
    return std::apply(
        [](const auto&... parts) {
            std::string text;
            const auto append = [&](const auto& part) {
                if constexpr (std::is_integral_v<std::decay_t<decltype(part)>>)
                    text += std::to_string(part) + " ";
                else
                    text += part + " ";
            };
            (append(parts), ...);
            return text;
        },
        id);
}

class Findings
{
public:
    explicit Findings(std::vector<Finding>& all_) : all{all_} {}

    void add(Property property, const std::string& what) { all.push_back({property, what}); }

    /// Compares two maps of which a missing key means nothing at all.
    template <typename Id>
    void compare(Property property, const std::map<Id, Sums>& documents, const std::map<Id, Sums>& ledger)
    {
        std::map<Id, std::pair<Sums, Sums>> both;
        for (const auto& [id, sums] : documents)
            both[id].first = sums;
        for (const auto& [id, sums] : ledger)
            both[id].second = sums;
        for (const auto& [id, pair] : both)
            if (pair.first != pair.second)
                add(property, text_of(id) + "documents: " + text_of(pair.first) + "; ledger: " + text_of(pair.second));
    }

private:
    std::vector<Finding>& all;
};

} // namespace concurrency
