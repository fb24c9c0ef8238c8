// Credit types, articles and parameters, as the hot path needs them: plain data, kept per backend, loaded again when they change.
// Triggers on the configuration tables announce a change as a relcache message; the callback only marks.
#pragma once

#include <optional>
#include <string_view>

#include "core/valuation.hpp"
#include "pg/array.hpp"
#include "pg/postgres.hpp"

namespace credits
{

struct CreditType {
    int32 type_id;
    std::string_view code;
    std::string_view currency;
    bool active;
    std::optional<core::Amount> alarm_level;
    core::Worth worth;
    int money_decimals; // of the currency
};

struct Article {
    std::string_view article;
    const CreditType* type;   // null: it had a type once
    core::Amount coefficient; // 0: it has no type
    std::string_view ledger_account;
    bool has_ledger_account;
};

struct Configuration {
    bool is_active;
    bool notifies;
    bool has_contacts;        // some customer uses the credits of another one
    DateADT first_open_day;   // DATEVAL_NOBEGIN while no month is closed
    bool keeps_closed_months; // a change of a document of a closed month is refused, not booked in the first open one

    pg::Array<CreditType> types;
    HTAB* articles; // of Article, by its text: those that have or had a type
};

/// The configuration as of now. What it points to stays valid until the end of the transaction.
const Configuration& configuration();

/// The article, when it has or had a credit type; null for any other.
const Article* find_article(const Configuration& configuration, std::string_view article);

const CreditType* find_type(const Configuration& configuration, int32 type_id);
const CreditType* find_type(const Configuration& configuration, std::string_view code);

} // namespace credits
