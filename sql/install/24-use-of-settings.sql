-- How the ledger uses the settings: what is asked, as of now, before one of them changes (rules 1 to 7).

CREATE FUNCTION credits._is_type_used(type_id integer) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM credits._account AS account WHERE account.type_id = _is_type_used.type_id)
        OR EXISTS (SELECT FROM credits.article WHERE article.type_id = _is_type_used.type_id);
END;
COMMENT ON FUNCTION credits._is_type_used(integer) IS
'Question: whether an account or an article refers to a credit type.';

CREATE FUNCTION credits._has_lots(type_id integer) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM credits._lot_by_customer AS lot WHERE lot.type_id = _has_lots.type_id);
END;
COMMENT ON FUNCTION credits._has_lots(integer) IS
'Question: whether credits of a type were ever sold.';

CREATE FUNCTION credits._has_open_lots(type_id integer) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM credits._lot_by_customer AS lot WHERE lot.open AND lot.type_id = _has_open_lots.type_id);
END;
COMMENT ON FUNCTION credits._has_open_lots(integer) IS
'Question: whether credits of a type are open.';

-- As the module does: the exact product of two numbers with four decimals, rounded once.
CREATE FUNCTION credits._open_worth(type_id integer, unit_value numeric, currency text) RETURNS TABLE (
    customer        text,
    type_id         integer,
    lot_no          bigint,
    remaining_value numeric,
    worth           numeric,
    account_no      integer
)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT lot.customer, lot.type_id, lot.lot_no, lot.remaining_value,
           round(lot.remaining * unit_value, credits._money_decimals(currency)), lot.account_no
    FROM credits._lot_by_customer AS lot
    WHERE lot.type_id = _open_worth.type_id AND lot.open AND NOT (lot.amount = 0 AND lot.value = 0);
END;
COMMENT ON FUNCTION credits._open_worth(integer, numeric, text) IS
'The open lots of a type, but for gifts, and what they are worth at a unit value.';

CREATE FUNCTION credits._is_worth_otherwise(type_id integer, unit_value numeric, currency text) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM credits._open_worth(type_id, unit_value, currency) AS lot WHERE lot.remaining_value <> lot.worth);
END;
COMMENT ON FUNCTION credits._is_worth_otherwise(integer, numeric, text) IS
'Question: whether credits of a type are open that are not worth what they would be at a unit value.';

CREATE FUNCTION credits._is_article_booked(article text) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM credits.entry WHERE entry.article = _is_article_booked.article);
END;
COMMENT ON FUNCTION credits._is_article_booked(text) IS
'Question: whether the ledger names an article.';

CREATE FUNCTION credits._has_account(customer text) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM credits._account AS account WHERE account.customer = _has_account.customer);
END;
COMMENT ON FUNCTION credits._has_account(text) IS
'Question: whether a customer has an account.';
