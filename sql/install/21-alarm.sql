-- Balances that fall below their alarm level (rule 21), and a customer's own level (rule 7).

CREATE SEQUENCE credits.alarm_episode_number MINVALUE 0 START 0;
SELECT pg_catalog.setval('credits.alarm_episode_number', 0);
COMMENT ON SEQUENCE credits.alarm_episode_number IS 'Numbers alarms.';
SELECT pg_catalog.pg_extension_config_dump('credits.alarm_episode_number', '');

CREATE TABLE credits.alarm_episode (
    customer    text        COLLATE "C" NOT NULL,
    type_id     integer     NOT NULL,
    raised_at   timestamptz NOT NULL,
    cleared_at  timestamptz,
    balance     numeric     NOT NULL,
    alarm_level numeric     NOT NULL,
    number      bigint      PRIMARY KEY DEFAULT credits._next_number('credits.alarm_episode_number')
);
CREATE INDEX alarm_episode_account_idx ON credits.alarm_episode (customer, type_id) WHERE cleared_at IS NULL;
COMMENT ON TABLE credits.alarm_episode IS
'Balances that fell below their alarm level: one row from falling below to being above again (rule 21).
Read as the view alarm.';
COMMENT ON COLUMN credits.alarm_episode.customer    IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.alarm_episode.type_id     IS 'the credit type';
COMMENT ON COLUMN credits.alarm_episode.raised_at   IS 'when the balance fell below its level';
COMMENT ON COLUMN credits.alarm_episode.cleared_at  IS 'when it was no longer below; null while it is';
COMMENT ON COLUMN credits.alarm_episode.balance     IS 'credits when the alarm was raised';
COMMENT ON COLUMN credits.alarm_episode.alarm_level IS 'in credits, when the alarm was raised';
COMMENT ON COLUMN credits.alarm_episode.number      IS 'key, given by the database: a later one is higher, some are left out';
SELECT pg_catalog.pg_extension_config_dump('credits.alarm_episode', '');

-- Locks as a save does: the gate, then the customer's row.
CREATE FUNCTION credits._lock_ledger_of(customer text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    LOCK TABLE credits.closing IN ROW EXCLUSIVE MODE;
    PERFORM FROM credits.customer AS his WHERE his.customer = _lock_ledger_of.customer FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'customer "%" does not exist', customer
            USING ERRCODE = 'no_data_found', HINT = 'Customers are the rows of credits.customer.';
    END IF;
END
$$;
COMMENT ON FUNCTION credits._lock_ledger_of(text) IS
'Locks the gate and the customer''s row, which guards his accounts (invariant 3). P0002 when there is no such customer.';

-- An alarm that the new level no longer justifies ends; a new one waits for the balance to fall.
CREATE FUNCTION credits._clear_alarms(type_id integer, customer text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._do_now($command$
        WITH cleared AS (
            UPDATE credits._account AS account SET below_alarm = false
            FROM credits.credit_type AS type
            WHERE account.type_id = $1
              AND account.customer = coalesce($2, account.customer)
              AND type.type_id = account.type_id
              AND account.below_alarm
              AND (account.balance < coalesce(account.alarm_level, type.alarm_level)) IS NOT TRUE
            RETURNING account.customer, account.type_id
        )
        UPDATE credits.alarm_episode AS episode SET cleared_at = clock_timestamp()
        FROM cleared
        WHERE episode.customer = cleared.customer
          AND episode.type_id = cleared.type_id
          AND episode.cleared_at IS NULL $command$, ROW(type_id, customer));
END
$$;
COMMENT ON FUNCTION credits._clear_alarms(integer, text) IS
'Ends the alarms of accounts whose balance is not below its level: of one customer, whose row the caller holds, or of all, '
'while the caller keeps all saves out.';

CREATE FUNCTION credits._clear_alarms_of_type() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT credits._is_restoring() THEN
        LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- the gate: no save is under way that goes by the old level
        PERFORM credits._clear_alarms(NEW.type_id);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION credits._clear_alarms_of_type() IS
'Trigger: ends the alarms that a type''s new alarm level no longer justifies (rule 21).';

CREATE TRIGGER credits_clear_alarms AFTER UPDATE OF alarm_level ON credits.credit_type
    FOR EACH ROW WHEN (OLD.alarm_level IS DISTINCT FROM NEW.alarm_level)
    EXECUTE FUNCTION credits._clear_alarms_of_type();

CREATE FUNCTION credits.set_alarm_level(customer text, type_code text, level numeric) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_type  integer;
    previous numeric;
BEGIN
    PERFORM credits._hold_tables();
    of_type := (SELECT type.type_id FROM credits.credit_type AS type WHERE type.code = type_code);
    IF of_type IS NULL THEN
        RAISE EXCEPTION 'credit type "%" does not exist', type_code
            USING ERRCODE = 'no_data_found', HINT = 'Credit types are the rows of credits.credit_type.';
    END IF;
    PERFORM credits._lock_ledger_of(customer);
    SELECT account.alarm_level INTO previous
    FROM credits._account AS account
    WHERE account.customer = set_alarm_level.customer AND account.type_id = of_type;
    INSERT INTO credits._account AS account (customer, type_id, last_lot_no, last_entry_no, below_alarm,
                                             balance, value, alarm_level, open_lot_no, account_no)
    VALUES (set_alarm_level.customer, of_type, 0, 0, false, 0, 0, level, 0,
            credits._account_number(set_alarm_level.customer, of_type))
    ON CONFLICT ON CONSTRAINT _account_pkey DO UPDATE SET alarm_level = excluded.alarm_level;
    PERFORM credits._clear_alarms(of_type, customer);
    INSERT INTO credits.setting_change (table_name, key, column_name, old_value, new_value, changed_at, changed_by)
    SELECT 'account', format('%s/%s', customer, type_code), 'alarm_level', previous, level, clock_timestamp(),
           credits._acting_role()
    WHERE previous IS DISTINCT FROM level;
END
$$;
COMMENT ON FUNCTION credits.set_alarm_level(text, text, numeric) IS
'Sets a customer''s own alarm level for a credit type.
Arguments:
- customer: the ERP''s key as text
- type_code: code of the credit type
- level: in credits; null returns to the type''s default
For credits_management.
Errors:
- P0002: the customer or the type does not exist
- 23514: the level is negative, or beyond 14 digits
Rule 7.';

CREATE VIEW credits.alarm AS
SELECT
    episode.customer,
    type.code AS type_code,
    episode.balance,
    episode.alarm_level,
    episode.raised_at,
    episode.cleared_at
FROM credits.alarm_episode AS episode
JOIN credits.credit_type AS type USING (type_id)
WHERE type.active;
COMMENT ON VIEW credits.alarm IS
'Balances that fell below their alarm level, of active types: one row from falling below to being above again (rule 21).';
COMMENT ON COLUMN credits.alarm.customer    IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.alarm.type_code   IS 'code of the credit type';
COMMENT ON COLUMN credits.alarm.balance     IS 'credits when the alarm was raised';
COMMENT ON COLUMN credits.alarm.alarm_level IS 'in credits, when the alarm was raised';
COMMENT ON COLUMN credits.alarm.raised_at   IS 'when the balance fell below its level';
COMMENT ON COLUMN credits.alarm.cleared_at  IS 'when it was no longer below; null while it is';

CREATE FUNCTION credits._alarm_in_short(customer text, type_code text) RETURNS SETOF text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT to_json(alarm.*)::text
    FROM credits.alarm
    WHERE alarm.customer = _alarm_in_short.customer AND alarm.type_code = _alarm_in_short.type_code AND alarm.cleared_at IS NULL;
END;
COMMENT ON FUNCTION credits._alarm_in_short(text, text) IS
'Question: what NOTIFY credits_alarm says of an alarm under way.';

CREATE FUNCTION credits._raise_alarm(
    customer  text,
    type_id   integer,
    type_code text,
    balance   numeric,
    level     numeric,
    notifies  boolean
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO credits.alarm_episode (customer, type_id, balance, alarm_level, raised_at)
    VALUES (customer, type_id, balance, level, clock_timestamp());
    IF notifies THEN
        PERFORM pg_notify('credits_alarm', credits._now(NULL::text, 'credits._alarm_in_short', ROW(customer, type_code)));
    END IF;
END
$$;
COMMENT ON FUNCTION credits._raise_alarm(text, integer, text, numeric, numeric, boolean) IS
'Records a balance that has fallen below its level, and announces it. The caller holds the customer''s row.';

CREATE FUNCTION credits._clear_alarm(customer text, type_id integer) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._do_now($command$
        UPDATE credits.alarm_episode SET cleared_at = clock_timestamp()
        WHERE customer = $1 AND type_id = $2 AND cleared_at IS NULL $command$, ROW(customer, type_id));
END
$$;
COMMENT ON FUNCTION credits._clear_alarm(text, integer) IS
'Records a balance that is above its level again. The caller holds the customer''s row.';
