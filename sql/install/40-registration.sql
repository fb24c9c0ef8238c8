-- Registrations by hand (rule 22). Each returns the number of its (first) entry in the account.

CREATE FUNCTION credits.register_consumption(
    customer    text,
    type_code   text,
    quantity    numeric,
    description text,
    booked_on   date DEFAULT CURRENT_DATE
) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'credits_register_consumption';
COMMENT ON FUNCTION credits.register_consumption(text, text, numeric, text, date) IS
'Registers a consumption by hand, drawn from the oldest lots, and returns the number of its first entry.
Arguments:
- customer, type_code: whose credits, and of which type
- quantity: > 0, in credits
- description: what for
- booked_on: the day
For credits_registration.
Errors:
- 23514 credits_balance_not_negative: not enough credits
- 23514 credits_quantity_in_range: no such quantity
- P0002: the customer or the type does not exist
Rules 11, 12 and 22.';

CREATE FUNCTION credits.register_sale(
    customer    text,
    type_code   text,
    quantity    numeric,
    amount      numeric,
    description text,
    booked_on   date DEFAULT CURRENT_DATE
) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'credits_register_sale';
COMMENT ON FUNCTION credits.register_sale(text, text, numeric, numeric, text, date) IS
'Registers a sale by hand, and returns the number of its entry.
Arguments:
- customer, type_code: whose credits, and of which type
- quantity: > 0, in credits
- amount: >= 0, excluding VAT, in the type''s currency and rounded to its coin; null: a gift
- description: what for
- booked_on: the day
For credits_registration.
Errors:
- 23514 credits_type_active: the type is inactive
- 23514 credits_quantity_in_range: no such quantity or amount
- P0002: the customer or the type does not exist
Rules 10 and 22.';

CREATE FUNCTION credits.register_opening(
    customer    text,
    type_code   text,
    quantity    numeric,
    value       numeric,
    description text,
    booked_on   date DEFAULT CURRENT_DATE
) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'credits_register_opening';
COMMENT ON FUNCTION credits.register_opening(text, text, numeric, numeric, text, date) IS
'Registers what a customer had open before the extension came, and returns the number of its entry.
It is a lot without an amount, and its value is never moved by a closing.
Arguments:
- customer, type_code: whose credits, and of which type
- quantity: > 0, in credits
- value: >= 0, what they are worth, in the type''s currency and rounded to its coin, for fixed valuation too
- description: what for
- booked_on: the day
For credits_registration.
Errors:
- 23514 credits_type_active: the type is inactive
- 23514 credits_quantity_in_range: no such quantity or value
- P0002: the customer or the type does not exist
Rule 22.';

CREATE FUNCTION credits.reverse_registration(
    customer    text,
    type_code   text,
    entry_no    bigint,
    description text
) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'credits_reverse_registration';
COMMENT ON FUNCTION credits.reverse_registration(text, text, bigint, text) IS
'Reverses a registration by hand as a whole, and returns the number of the first reversing entry.
Arguments:
- customer, type_code: whose credits, and of which type
- entry_no: what the registration returned
- description: why
For credits_registration.
Errors:
- 23514 credits_lot_not_consumed: a sale or an opening balance of which some is consumed
- P0002: no such registration
- 55000: reversed already
Rules 14, 15 and 22.';
