-- The ledger as of any past day, by the dates that entries are booked on: once its month is closed, the same for ever.
-- Names, codes and document numbers are those of now.

-- With constant arguments the planner asks these once and knows how many entries there are of such kinds.
CREATE FUNCTION credits._kinds_of_act(act text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN ARRAY(SELECT known.kind FROM credits._entry_kind() AS known WHERE known.act = _kinds_of_act.act);
COMMENT ON FUNCTION credits._kinds_of_act(text) IS
'The kinds of entries whose line did this, as in _act_of.';

CREATE FUNCTION credits._kinds_of_movement(movement text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN ARRAY(SELECT known.kind FROM credits._entry_kind() AS known
             WHERE coalesce(known.movement = _kinds_of_movement.movement, true));
COMMENT ON FUNCTION credits._kinds_of_movement(text) IS
'The kinds of entries that are this in a closing, as in _movement_of; null for all kinds.';

-- A setting's changes are on record under the code that the type had then.
CREATE FUNCTION credits._codes_of(code text) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH RECURSIVE former AS (
        SELECT _codes_of.code AS code
        UNION
        SELECT change.old_value
        FROM former
        JOIN credits.setting_change AS change
            ON change.table_name = 'credit_type' AND change.column_name = 'code' AND change.new_value = former.code
        WHERE change.old_value IS NOT NULL
    )
    SELECT array_agg(former.code) FROM former;
END;
COMMENT ON FUNCTION credits._codes_of(text) IS
'The code of a credit type, and those that it had before.';

-- What a setting was at the end of a day: what the first change after it found.
CREATE FUNCTION credits._setting_as_of(of_table name, of_keys text[], of_column name, present text, day date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN change.key IS NULL THEN present ELSE change.old_value END
    FROM (SELECT) AS one
    LEFT JOIN LATERAL (
        SELECT setting.key, setting.old_value
        FROM credits.setting_change AS setting
        WHERE setting.table_name = of_table
          AND setting.key = ANY (of_keys)
          AND setting.column_name = of_column
          AND setting.changed_at::date > day
        ORDER BY setting.changed_at
        LIMIT 1) AS change ON true;
END;
COMMENT ON FUNCTION credits._setting_as_of(name, text[], name, text, date) IS
'What a setting was at the end of a day, given what it is now and the keys that it is on record under.';

-- Who has saved after somebody else at REPEATABLE READ sees accounts and lots as they are then, and not the other one's entries.
CREATE FUNCTION credits._lots_are_ahead() RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
RETURN current_setting('transaction_isolation') <> 'read committed' AND pg_current_xact_id_if_assigned() IS NOT NULL;
COMMENT ON FUNCTION credits._lots_are_ahead() IS
'Lots may be changed by saves of which the transaction sees no entry.';

CREATE FUNCTION credits._balance_of_entries(customer text, type_id integer) RETURNS numeric
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(sum(entry.quantity), 0)
    FROM credits.entry
    WHERE entry.customer = _balance_of_entries.customer AND entry.type_id = _balance_of_entries.type_id;
END;
COMMENT ON FUNCTION credits._balance_of_entries(text, integer) IS
'The balance of an account by the entries that the transaction sees: what to reckon back from where lots are ahead of them.';

CREATE VIEW credits._moved AS
SELECT
    entry.customer,
    entry.type_id,
    entry.lot_no,
    entry.booked_on,
    entry.quantity,
    entry.value,
    entry.kind = ANY (credits._kinds_of_act('sale'))
    OR entry.kind <> ALL (credits._kinds_of_movement(NULL)) AND credits._act_of(entry.kind) IS NULL -- which raises
        AS is_sale
FROM credits.entry;
COMMENT ON VIEW credits._moved IS
'The entries, and whether their lines are sales. A kind that is none is refused.';

-- From what lots have now, less what was booked since: the days that are asked for are mostly recent ones. Where lots are ahead
-- of the entries, from all entries until then. Without settings, to be inlined, and safe for parallel workers, so that several
-- may read the entries. OFFSET 0: a used-up lot is looked for by its key.
CREATE FUNCTION credits._lot_as_of(day date, lots_are_ahead boolean DEFAULT credits._lots_are_ahead()) RETURNS TABLE (
    customer        text,
    type_id         integer,
    lot_no          bigint,
    sold_on         date,
    document_number text,
    article         text,
    quantity        numeric,
    value           numeric,
    remaining       numeric,
    remaining_value numeric
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        past.customer,
        past.type_id,
        past.lot_no,
        coalesce(past.sold_on, used_up.sold_on),
        coalesce(past.document_number, used_up.document_number),
        coalesce(past.article, used_up.article),
        coalesce(past.quantity, used_up.quantity - past.sold),
        coalesce(past.value, used_up.value - past.sold_value),
        past.remaining,
        past.remaining_value
    FROM (SELECT customer, type_id, lot_no, lot.sold_on, lot.document_number, lot.article,
                 lot.quantity - coalesce(since.sold, 0) AS quantity, lot.value - coalesce(since.sold_value, 0) AS value,
                 coalesce(since.sold, 0) AS sold, coalesce(since.sold_value, 0) AS sold_value,
                 coalesce(lot.remaining, 0) - coalesce(since.quantity, 0) AS remaining,
                 coalesce(lot.remaining_value, 0) - coalesce(since.value, 0) AS remaining_value
          FROM credits._open_lot AS lot
          FULL JOIN (SELECT moved.customer, moved.type_id, moved.lot_no,
                            sum(moved.quantity) FILTER (WHERE moved.is_sale) AS sold,
                            sum(moved.value) FILTER (WHERE moved.is_sale) AS sold_value,
                            sum(moved.quantity) AS quantity,
                            sum(moved.value) AS value
                     FROM credits._moved AS moved
                     WHERE moved.booked_on > day
                     GROUP BY moved.customer, moved.type_id, moved.lot_no) AS since USING (customer, type_id, lot_no)) AS past
    LEFT JOIN LATERAL (
        SELECT lot.sold_on, lot.document_number, lot.article, lot.quantity, lot.value
        FROM credits.lot
        WHERE lot.customer = past.customer AND lot.type_id = past.type_id AND lot.lot_no = past.lot_no
          AND past.sold_on IS NULL
        OFFSET 0) AS used_up ON true
    WHERE (past.remaining <> 0 OR past.remaining_value <> 0)
      AND NOT lots_are_ahead
      AND day IS NOT NULL
    UNION ALL
    SELECT past.customer, past.type_id, past.lot_no, lot.sold_on, lot.document_number, lot.article,
           past.quantity, past.value, past.remaining, past.remaining_value
    FROM (SELECT moved.customer, moved.type_id, moved.lot_no,
                 sum(moved.quantity) FILTER (WHERE moved.is_sale) AS quantity,
                 sum(moved.value) FILTER (WHERE moved.is_sale) AS value,
                 sum(moved.quantity) AS remaining,
                 sum(moved.value) AS remaining_value
          FROM credits._moved AS moved
          WHERE moved.booked_on <= day
          GROUP BY moved.customer, moved.type_id, moved.lot_no) AS past
    JOIN credits.lot USING (customer, type_id, lot_no)
    WHERE (past.remaining <> 0 OR past.remaining_value <> 0)
      AND lots_are_ahead;
END;
COMMENT ON FUNCTION credits._lot_as_of(date, boolean) IS
'The lots that had credits or a value left at the end of a day, those of inactive types too: what they had and what was sold.';

CREATE FUNCTION credits._alarm_level_as_of(day date) RETURNS TABLE (customer text, type_id integer, level text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT ON (type.type_id, 1)
        left(change.key, -length(of.code) - 1) COLLATE "C",
        type.type_id,
        change.old_value
    FROM credits.credit_type AS type
    CROSS JOIN LATERAL unnest(credits._codes_of(type.code)) AS of (code)
    JOIN credits.setting_change AS change
        ON change.table_name = 'account' AND change.column_name = 'alarm_level' AND change.changed_at::date > day
           AND right(change.key, length(of.code) + 1) = '/' || of.code
    ORDER BY type.type_id, 1, change.changed_at;
END;
COMMENT ON FUNCTION credits._alarm_level_as_of(date) IS
'The customers'' own alarm levels at the end of a day, where they were changed after it: what the first change found.';

-- What is known of an account is put one below the other and grouped. It is not joined: how many accounts the entries make,
-- nobody can tell beforehand, and with few in mind the planner would go through one list for each row of the other.
CREATE FUNCTION credits._account_as_of(day date, lots_are_ahead boolean) RETURNS TABLE (
    customer         text,
    type_id          integer,
    sold             numeric,
    open             numeric,
    open_value       numeric,
    last_booked_on   date,
    oldest_open_sale date,
    has_former_level boolean,
    former_level     text
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        known.customer,
        known.type_id,
        sum(known.quantity) FILTER (WHERE credits._act_of(known.kind) IN ('sale', 'credit_note')),
        sum(known.quantity),
        sum(known.value),
        max(known.booked_on),
        min(known.sold_on),
        bool_or(known.has_former_level),
        min(known.former_level)
    FROM (SELECT entry.customer, entry.type_id, entry.kind, sum(entry.quantity) AS quantity, sum(entry.value) AS value,
                 max(entry.booked_on) AS booked_on, NULL::date AS sold_on, false AS has_former_level, NULL::text AS former_level
          FROM credits.entry
          WHERE entry.booked_on <= day
          GROUP BY entry.customer, entry.type_id, entry.kind -- by kind, so that no entry is asked for what it is
          UNION ALL
          SELECT lot.customer, lot.type_id, NULL, NULL, NULL, NULL, lot.sold_on, false, NULL
          FROM credits._lot_as_of(day, lots_are_ahead) AS lot
          WHERE lot.remaining > 0
          UNION ALL
          SELECT setting.customer, setting.type_id, NULL, NULL, NULL, NULL, NULL, true, setting.level
          FROM credits._alarm_level_as_of(day) AS setting) AS known
    GROUP BY known.customer, known.type_id
    HAVING max(known.booked_on) IS NOT NULL;
END;
COMMENT ON FUNCTION credits._account_as_of(date, boolean) IS
'Every account as its entries of until the end of a day make it, those of inactive types too, and its own alarm level then, '
'where that has changed since.';

CREATE FUNCTION credits._is_active_as_of(code text, active boolean, day date) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN coalesce(credits._setting_as_of('credit_type', credits._codes_of(code), 'active', active::text, day)::boolean, true);
COMMENT ON FUNCTION credits._is_active_as_of(text, boolean, date) IS
'Tells whether a credit type, by what it is now, was active at the end of a day.
(Not by its row: no column could be added to the table then.)';

CREATE FUNCTION credits.open_lot_as_of(day date) RETURNS TABLE (
    customer        text,
    type_code       text,
    lot_no          bigint,
    sold_on         date,
    document_number text,
    article         text,
    quantity        numeric,
    remaining       numeric,
    value           numeric,
    remaining_value numeric
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the day, each time
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    lots_are_ahead CONSTANT boolean := credits._lots_are_ahead();
BEGIN
    PERFORM credits._hold_tables();
    RETURN QUERY
    SELECT past.customer, type.code, past.lot_no, past.sold_on, past.document_number, past.article,
           trim_scale(past.quantity), trim_scale(past.remaining), past.value, past.remaining_value
    FROM credits._lot_as_of(day, lots_are_ahead) AS past
    JOIN credits.credit_type AS type USING (type_id)
    WHERE past.remaining > 0
      AND credits._is_active_as_of(type.code, type.active, day)
    ORDER BY past.customer, type.code, past.sold_on, past.lot_no;
END
$$;
COMMENT ON FUNCTION credits.open_lot_as_of(date) IS
'The columns of open_lot as of the end of a day, by the dates that entries are booked on: of types that were active then.
Once its month is closed, the same for ever, but for codes and document numbers, which are those of now.
For credits_reader.
Rule 29.';

CREATE FUNCTION credits.portfolio_as_of(day date) RETURNS TABLE (
    customer         text,
    customer_name    text,
    type_code        text,
    currency         text,
    sold             numeric,
    consumed         numeric,
    open             numeric,
    open_value       numeric,
    alarm_level      numeric,
    below_alarm      boolean,
    oldest_open_sale date,
    last_booked_on   date
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan -- by the day, each time
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    lots_are_ahead CONSTANT boolean := credits._lots_are_ahead();
BEGIN
    PERFORM credits._hold_tables();
    RETURN QUERY
    WITH type AS MATERIALIZED ( -- once per type
        SELECT of.type_id, of.code, of.currency,
               credits._setting_as_of('credit_type', credits._codes_of(of.code), 'alarm_level', of.alarm_level::text, day)
                   AS level
        FROM credits.credit_type AS of
        WHERE credits._is_active_as_of(of.code, of.active, day)
    )
    SELECT
        past.customer,
        named.name,
        type.code,
        type.currency,
        trim_scale(past.sold),
        trim_scale(past.sold - past.open),
        trim_scale(past.open),
        past.open_value,
        own.level,
        coalesce(past.open < own.level, false),
        past.oldest_open_sale,
        past.last_booked_on
    FROM credits._account_as_of(day, lots_are_ahead) AS past
    JOIN type USING (type_id)
    CROSS JOIN LATERAL ( -- by its key: the view account would be read for each account
        SELECT own.alarm_level
        FROM credits._account AS own
        WHERE own.customer = past.customer AND own.type_id = past.type_id
        ORDER BY own.last_entry_no DESC
        LIMIT 1) AS account
    LEFT JOIN credits.customer AS named ON named.customer = past.customer
    CROSS JOIN LATERAL (
        SELECT coalesce(CASE WHEN past.has_former_level THEN past.former_level ELSE account.alarm_level::text END,
                        type.level)::numeric AS level) AS own
    ORDER BY past.customer, type.code;
END
$$;
COMMENT ON FUNCTION credits.portfolio_as_of(date) IS
'The columns of portfolio as of the end of a day, by the dates that entries are booked on.
Alarm levels and active types are those of then; last_booked_on is the latest date until that day.
Once its month is closed, the same for ever, but for names and codes, which are those of now.
For credits_reader.
Rule 29.';

CREATE VIEW credits.late_entry AS
SELECT
    entry.customer,
    type.code AS type_code,
    entry.entry_no,
    entry.kind,
    entry.booked_on,
    entry.document_date,
    entry.document_kind,
    entry.document_number,
    entry.line_table,
    entry.line_key,
    entry.article,
    entry.lot_no,
    entry.quantity,
    entry.value,
    entry.recorded_at,
    entry.recorded_by,
    entry.entered_by
FROM credits.entry
JOIN credits.credit_type AS type USING (type_id)
WHERE entry.booked_on <> entry.document_date -- most are told by that
  AND (extract(year FROM entry.booked_on), extract(month FROM entry.booked_on))
      <> (extract(year FROM entry.document_date), extract(month FROM entry.document_date));
COMMENT ON VIEW credits.late_entry IS
'Entries booked in another month than that of their document: it was closed, or the credits came later (rule 28).';
COMMENT ON COLUMN credits.late_entry.customer        IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.late_entry.type_code       IS 'code of the credit type';
COMMENT ON COLUMN credits.late_entry.entry_no        IS 'number within customer and type';
COMMENT ON COLUMN credits.late_entry.kind            IS 'kind of entry, as in the table entry';
COMMENT ON COLUMN credits.late_entry.booked_on       IS 'date for the books';
COMMENT ON COLUMN credits.late_entry.document_date   IS 'date of the document, in another month';
COMMENT ON COLUMN credits.late_entry.document_kind   IS 'kind of the document; manual when registered by hand';
COMMENT ON COLUMN credits.late_entry.document_number IS 'number of the document';
COMMENT ON COLUMN credits.late_entry.line_table      IS 'attached table of the document line; null when registered by hand';
COMMENT ON COLUMN credits.late_entry.line_key        IS 'key of the document line';
COMMENT ON COLUMN credits.late_entry.article         IS 'article of the line';
COMMENT ON COLUMN credits.late_entry.lot_no          IS 'the lot that it moved';
COMMENT ON COLUMN credits.late_entry.quantity        IS 'credits: > 0 came in, < 0 went out';
COMMENT ON COLUMN credits.late_entry.value           IS 'money that moved with them, same sign';
COMMENT ON COLUMN credits.late_entry.recorded_at     IS 'start of the statement that recorded it';
COMMENT ON COLUMN credits.late_entry.recorded_by     IS 'role that recorded it';
COMMENT ON COLUMN credits.late_entry.entered_by      IS 'the ERP''s user, where the source names him';

CREATE VIEW credits.dormant_lot AS
SELECT
    lot.customer,
    named.name AS customer_name,
    type.code AS type_code,
    type.currency,
    lot.lot_no,
    lot.sold_on,
    lot.document_number,
    lot.article,
    lot.quantity,
    lot.remaining,
    lot.remaining_value,
    CURRENT_DATE - lot.sold_on AS days,
    (12 * (extract(year FROM CURRENT_DATE) - extract(year FROM lot.sold_on))
     + extract(month FROM CURRENT_DATE) - extract(month FROM lot.sold_on)
     - CASE WHEN extract(day FROM CURRENT_DATE) < extract(day FROM lot.sold_on) THEN 1 ELSE 0 END)::integer AS months,
    last.booked_on AS last_booked_on
FROM credits._open_lot AS lot
JOIN credits.credit_type AS type USING (type_id)
LEFT JOIN credits.customer AS named ON named.customer = lot.customer
LEFT JOIN credits.entry AS last
    ON last.customer = lot.customer AND last.type_id = lot.type_id AND last.entry_no = lot.last_entry_no
ORDER BY lot.sold_on, lot.customer, lot.type_id, lot.lot_no;
COMMENT ON VIEW credits.dormant_lot IS
'Open lots by age, the oldest first, of inactive types too: credits that nobody uses stay on the balance sheet (rules 20 and '
'29).';
COMMENT ON COLUMN credits.dormant_lot.customer        IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.dormant_lot.customer_name   IS 'his name, where it is known';
COMMENT ON COLUMN credits.dormant_lot.type_code       IS 'code of the credit type';
COMMENT ON COLUMN credits.dormant_lot.currency        IS 'ISO 4217 code of the money in this row';
COMMENT ON COLUMN credits.dormant_lot.lot_no          IS 'number within the account';
COMMENT ON COLUMN credits.dormant_lot.sold_on         IS 'date of the sale''s document';
COMMENT ON COLUMN credits.dormant_lot.document_number IS 'number of the sale document';
COMMENT ON COLUMN credits.dormant_lot.article         IS 'article sold';
COMMENT ON COLUMN credits.dormant_lot.quantity        IS 'credits sold';
COMMENT ON COLUMN credits.dormant_lot.remaining       IS 'credits left';
COMMENT ON COLUMN credits.dormant_lot.remaining_value IS 'value of the credits left';
COMMENT ON COLUMN credits.dormant_lot.days            IS 'age in days, today';
COMMENT ON COLUMN credits.dormant_lot.months          IS 'age in full months, today';
COMMENT ON COLUMN credits.dormant_lot.last_booked_on  IS 'date that the last entry of the lot is booked on';
