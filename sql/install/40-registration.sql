-- Registrations by hand (rule 22). Each returns the number of its (first) entry in the account.

CREATE FUNCTION credits.register_consumption(
    customer    text,
    type_code   text,
    quantity    numeric,
    description text,
    booked_on   date DEFAULT CURRENT_DATE
) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'credits_register_consumption';
COMMENT ON FUNCTION credits.register_consumption(text, text, numeric, text, date)
    IS 'Registers a consumption by hand: quantity > 0, in credits, drawn from the oldest lots. Returns the number of its first entry. Errors: 23514 credits_balance_not_negative, credits_quantity_in_range; P0002 unknown customer or type. Rules 11, 12 and 22.';

CREATE FUNCTION credits.register_sale(
    customer    text,
    type_code   text,
    quantity    numeric,
    amount      numeric,
    description text,
    booked_on   date DEFAULT CURRENT_DATE
) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'credits_register_sale';
COMMENT ON FUNCTION credits.register_sale(text, text, numeric, numeric, text, date)
    IS 'Registers a sale by hand: quantity > 0, in credits; amount >= 0, excluding VAT, in the type''s currency and rounded to its coin (null: a gift). Returns the number of its entry. Errors: 23514 credits_type_active, credits_quantity_in_range; P0002 unknown customer or type. Rules 10 and 22.';

CREATE FUNCTION credits.register_opening(
    customer    text,
    type_code   text,
    quantity    numeric,
    value       numeric,
    description text,
    booked_on   date DEFAULT CURRENT_DATE
) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'credits_register_opening';
COMMENT ON FUNCTION credits.register_opening(text, text, numeric, numeric, text, date)
    IS 'Registers what a customer had open before the extension came: quantity > 0, in credits; value >= 0, what they are worth, in the type''s currency and rounded to its coin, for fixed valuation too. It is a lot without an amount, and its value is never moved by a closing. Returns the number of its entry. Errors: 23514 credits_type_active, credits_quantity_in_range; P0002 unknown customer or type. Rule 22.';

CREATE FUNCTION credits.reverse_registration(
    customer    text,
    type_code   text,
    entry_no    bigint,
    description text
) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'credits_reverse_registration';
COMMENT ON FUNCTION credits.reverse_registration(text, text, bigint, text)
    IS 'Reverses a registration by hand as a whole; entry_no is what it returned. Returns the number of the first reversing entry. Errors: 23514 credits_lot_not_consumed (a sale or an opening balance of which some is consumed), P0002 no such registration, 55000 reversed already. Rules 14, 15 and 22.';
