-- Fixed valuation: another unit value, and what it makes of the credits that are open (rules 11 and 25).

CREATE FUNCTION credits._value_of_type(type_id integer) RETURNS SETOF numeric
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(sum(account.value), 0) FROM credits._account AS account WHERE account.type_id = _value_of_type.type_id;
END;
COMMENT ON FUNCTION credits._value_of_type(integer) IS
'Question: money, what all that is open of a credit type is worth.';

CREATE FUNCTION credits._would_exceed(type_id integer, unit_value numeric) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM credits._account AS account
                   WHERE account.type_id = _would_exceed.type_id AND account.balance * unit_value >= 1e14);
END;
COMMENT ON FUNCTION credits._would_exceed(integer, numeric) IS
'Question: whether an account would be worth more than 14 digits before the decimal point at a unit value.';

CREATE FUNCTION credits._revalued_later(type_id integer, day date, recorded_at timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT count(*)
    FROM credits.entry
    WHERE entry.type_id = _revalued_later.type_id AND entry.booked_on > day AND entry.kind = 'revaluation'
      AND entry.line_key IS NULL AND entry.recorded_at = _revalued_later.recorded_at;
END;
COMMENT ON FUNCTION credits._revalued_later(integer, date, timestamptz) IS
'Question: how many lots a statement has revalued after a day.';

CREATE FUNCTION credits._mark_revalued(type_id integer, day date) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT credits._do_now(
        'UPDATE credits._account SET revalued_entry_no = last_entry_no, revalued_on = $2 '
        'WHERE type_id = $1 AND last_entry_no > 0',
        ROW(type_id, day));
END;
COMMENT ON FUNCTION credits._mark_revalued(integer, date) IS
'Remembers up to which entry the accounts of a type moved credits at its former unit value.';

CREATE FUNCTION credits._mark_revalued_today() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT credits._is_restoring() THEN
        PERFORM credits._mark_revalued(NEW.type_id, CURRENT_DATE);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION credits._mark_revalued_today() IS
'Trigger: remembers which draws were made at another unit value.';

-- credits_keep_worth holds the gate by now.
CREATE TRIGGER credits_mark_revalued AFTER UPDATE OF valuation, unit_value ON credits.credit_type
    FOR EACH ROW WHEN ((OLD.valuation, OLD.unit_value) IS DISTINCT FROM (NEW.valuation, NEW.unit_value))
    EXECUTE FUNCTION credits._mark_revalued_today();

CREATE FUNCTION credits._check_revaluation(type credits.credit_type, unit_value numeric, on_date date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF type.valuation <> 'fixed' THEN
        RAISE EXCEPTION 'credit type "%" has no unit value', type.code
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Its valuation is %s: each lot keeps the value that it was sold for.', type.valuation);
    END IF;
    IF (unit_value >= 0 AND unit_value < 1e14 AND unit_value = round(unit_value, 4)
        AND NOT (SELECT credits._now(NULL::boolean, 'credits._would_exceed', ROW(type.type_id, unit_value))))
       IS NOT TRUE THEN
        RAISE EXCEPTION 'unit value % is out of range', coalesce(unit_value::text, 'null')
            USING ERRCODE = 'check_violation', SCHEMA = 'credits', TABLE = 'credit_type',
                  CONSTRAINT = 'credits_quantity_in_range',
                  DETAIL = 'It is money per credit, 0 or more, with at most 4 decimals; '
                           'with it, no account is worth more than 14 digits before the decimal point.';
    END IF;
    IF (on_date <= CURRENT_DATE AND isfinite(on_date)) IS NOT TRUE THEN
        RAISE EXCEPTION 'cannot revalue on %', coalesce(on_date::text, 'null')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give today, or a day that has passed.';
    END IF;
END
$$;
COMMENT ON FUNCTION credits._check_revaluation(credits.credit_type, numeric, date) IS
'Raises 55000, 23514 or 22023 for arguments of revalue() that are wrong.';

CREATE FUNCTION credits.revalue(type_code text, unit_value numeric, on_date date) RETURNS numeric
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_type    integer;
    type       credits.credit_type;
    booked_on  date;
    difference numeric;
    later      bigint;
BEGIN
    PERFORM credits._hold_saves_first('revalue credits');
    PERFORM credits._hold_tables();
    of_type := credits._type_named(revalue.type_code); -- not within the query: the planner would ask it with an older snapshot
    SELECT its.* INTO type FROM credits.credit_type AS its WHERE its.type_id = of_type FOR NO KEY UPDATE;
    PERFORM credits._check_revaluation(type, unit_value, on_date);
    booked_on := credits._booking_day(on_date);
    IF booked_on > on_date THEN
        RAISE NOTICE 'credits are revalued on %, the first open day', booked_on
            USING DETAIL = format('The month of %s is closed.', on_date);
    END IF;
    difference := -(SELECT credits._now(NULL::numeric, 'credits._value_of_type', ROW(type.type_id)));
    PERFORM credits._do_now($command$
        WITH lot AS (SELECT * FROM credits._open_worth($1, $5, $6)),
        entry AS (
            SELECT lot.account_no, lot.lot_no, lot.worth - lot.remaining_value AS value, account.balance,
                   greatest($2, moved.booked_on) AS booked_on,
                   account.last_entry_no + row_number() OVER (PARTITION BY lot.account_no ORDER BY lot.lot_no) AS entry_no
            FROM lot
            JOIN credits._account AS account USING (account_no)
            -- What moved since then did so at the former value: on no day is a lot worth neither the one nor the other.
            JOIN (SELECT account_no, lot_no, max(booked_on) AS booked_on FROM credits._entry_by_customer
                  WHERE type_id = $1 GROUP BY account_no, lot_no) AS moved
                USING (account_no, lot_no)
            WHERE lot.worth <> lot.remaining_value
        ),
        booked AS (
            INSERT INTO credits._entry (account_no, entry_no, lot_no, booked_on, document_date,
                                       kind, quantity, value, balance_after,
                                       provenance_no, description, recorded_at)
            SELECT account_no, entry_no, lot_no, booked_on, nullif($3, booked_on), credits._kind_code('revaluation'), 0, value,
                   balance, $7, $4, statement_timestamp()
            FROM entry
        ),
        revalued AS (
            UPDATE credits._lot AS lot
            SET remaining_value = lot.remaining_value + entry.value, last_entry_no = entry.entry_no, changed_on = entry.booked_on
            FROM entry
            WHERE lot.account_no = entry.account_no AND lot.lot_no = entry.lot_no
        )
        UPDATE credits._account AS account
        SET value = account.value + total.value, last_entry_no = total.last_entry_no
        FROM (SELECT account_no, sum(value) AS value, max(entry_no) AS last_entry_no FROM entry GROUP BY account_no) AS total
        WHERE account.account_no = total.account_no $command$,
        ROW(type.type_id, booked_on, on_date, format('unit value %s, before %s', unit_value, type.unit_value), unit_value,
            type.currency, credits._provenance_of(NULL, 'manual', credits._acting_role())));
    later := (SELECT credits._now(NULL::bigint, 'credits._revalued_later', ROW(type.type_id, booked_on, statement_timestamp())));
    IF later > 0 THEN
        RAISE NOTICE '% lots are revalued after %', later, booked_on
            USING DETAIL = 'Something is booked in them after that day, at the former value: they are revalued on the day of '
                           'their last entry.';
    END IF;
    UPDATE credits.credit_type AS its SET unit_value = revalue.unit_value WHERE its.type_id = type.type_id;
    PERFORM credits._mark_revalued(type.type_id, booked_on);
    RETURN difference + (SELECT credits._now(NULL::numeric, 'credits._value_of_type', ROW(type.type_id)));
END
$$;
COMMENT ON FUNCTION credits.revalue(text, numeric, date) IS
'Gives a credit type with fixed valuation another unit value, and books on a date what that makes of the open credits.
It returns the difference in value, which the closing posts as changes.
There is one entry revaluation per lot; gifts stay worth nothing.
A lot of which something is booked after that date is revalued on the day of its last entry.
Credits that come back later from before are revalued when they come.
Arguments:
- type_code: code of the type
- unit_value: money per credit
- on_date: the day, not in the future; in a closed month it is the first open day, or refused, as the parameters say
For credits_management.
Errors:
- P0002: no such type
- 55000: its valuation is not fixed
- 23514 credits_quantity_in_range: no such value
- 23514 credits_month_open: the day is of a closed month
- 22023: a day in the future
- 25001: the transaction has saved credits
- 55P03: saves under way do not end within 3 seconds
Rules 11, 25 and 28.';
