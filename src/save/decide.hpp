// What a line wants: its credits under the rules 2, 8 to 11 and 16, or nothing; and the refusals that need no ledger.
#pragma once

#include "lines/line.hpp"
#include "save/customers.hpp"
#include "settings/configuration.hpp"

namespace credits
{

/// Fills in type, coefficient and wanted effect of the line, and its settlement. Refused where that would change a document of a
/// closed month, and closed months are kept (rule 28).
/// `sells`: the source has amounts.
void decide(const Configuration& configuration, const Customers& customers, bool sells, DocumentLine& line);

/// Says from which day on documents may change, where that is limited.
void keep_closed_months(const Configuration& configuration, DocumentLine& line);

/// Refuses a change of a line whose document is, or was, of a closed month that is kept.
void require_open_month(const DocumentLine& line);

/// Is the line a consumption of a credits customer, counting or not: one whose price is to be 0 (rule 11)?
bool is_consumption_line(const Configuration& configuration, const Customer& customer, const DocumentLine& line);

/// The credits of the line under a coefficient (rule 9); nothing when out of range.
std::optional<core::Amount> credits_of(const DocumentLine& line, core::Amount coefficient);

/// The net amount of the line in whole coins of the type's currency: all else goes by it. Nothing when out of range.
std::optional<core::Amount> amount_of(const DocumentLine& line, const CreditType& type);

/// The wanted sale: the amount in range, and its value under the type's valuation.
core::Effect make_sale(const CreditType& type, const DocumentLine& line, core::Amount credits);

} // namespace credits
