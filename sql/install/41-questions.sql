-- What an ERP's form may ask before it saves. These lock and write nothing.

CREATE FUNCTION credits.balance(customer text, type_code text) RETURNS numeric
    LANGUAGE c STRICT STABLE AS 'MODULE_PATHNAME', 'credits_balance';
COMMENT ON FUNCTION credits.balance(text, text) IS
'The customer''s credits of a type, as of now, also for a transaction with an older snapshot; 0 when he never had any.
For credits_reader.
Errors:
- P0002: the type does not exist';

CREATE FUNCTION credits.preview_line(customer text, article text, quantity numeric) RETURNS TABLE (
    type_code      text,
    credits        numeric,
    balance_before numeric,
    balance_after  numeric,
    enough         boolean,
    value          numeric,
    draws          jsonb
)
    LANGUAGE c STRICT STABLE ROWS 1 AS 'MODULE_PATHNAME', 'credits_preview_line';
COMMENT ON FUNCTION credits.preview_line(text, text, numeric) IS
'What a line would do to the customer''s credits. No row when the line would not touch credits.
Returns:
- type_code: of the credits
- credits: > 0 come in, < 0 go out
- balance_after: what he would have then
- enough: the save would not be refused for want of open or consumed credits
- value, draws (lot_no, quantity, value): of all but a sale
A consumption takes from the oldest lots, a credit note from the newest, a return gives to those last drawn.
For credits_reader.
Errors:
- 23514 credits_quantity_in_range: no such quantity
Rules 8, 9, 11 and 17.';

CREATE FUNCTION credits.is_consumption(customer text, article text) RETURNS boolean
    LANGUAGE c STRICT STABLE AS 'MODULE_PATHNAME', 'credits_is_consumption';
COMMENT ON FUNCTION credits.is_consumption(text, text) IS
'Would a line with this article consume the customer''s credits, as of now?
For credits_reader.
Rule 8.';

CREATE FUNCTION credits.price_for(customer text, article text, price numeric) RETURNS numeric
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    RETURN CASE WHEN credits.is_consumption(customer, article) THEN 0 ELSE price END;
COMMENT ON FUNCTION credits.price_for(text, text, numeric) IS
'The price of a line: 0 for a consumption of credits, else the price given.
For credits_reader.
Rule 11.';
