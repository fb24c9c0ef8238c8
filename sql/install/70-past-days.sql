-- The ledger as of any past day, by the dates that entries are booked on: once its month is closed, the same for ever.
-- Names, codes and document numbers are those of now.

-- A setting's changes are on record under the code that the type had then.
CREATE FUNCTION credits._codes_of(code text) RETURNS text[]
LANGUAGE sql STABLE
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
LANGUAGE sql STABLE
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

CREATE FUNCTION credits._lot_as_of(day date) RETURNS TABLE (
    customer        text,
    type_id         integer,
    lot_no          bigint,
    quantity        numeric,
    value           numeric,
    remaining       numeric,
    remaining_value numeric,
    sold            numeric,
    last_booked_on  date
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT
        entry.customer,
        entry.type_id,
        entry.lot_no,
        sum(entry.quantity) FILTER (WHERE credits._act_of(entry.kind) = 'sale'),
        sum(entry.value) FILTER (WHERE credits._act_of(entry.kind) = 'sale'),
        sum(entry.quantity),
        sum(entry.value),
        sum(entry.quantity) FILTER (WHERE credits._act_of(entry.kind) IN ('sale', 'credit_note')),
        max(entry.booked_on)
    FROM credits.entry
    WHERE entry.booked_on <= day
    GROUP BY entry.customer, entry.type_id, entry.lot_no;
END;
COMMENT ON FUNCTION credits._lot_as_of(date) IS
'Every lot as its entries of until the end of a day make it, those of inactive types and used-up ones too.';

CREATE FUNCTION credits._is_active_as_of(code text, active boolean, day date) RETURNS boolean
LANGUAGE sql STABLE
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
AS $$
#variable_conflict use_column
BEGIN
    PERFORM credits._hold_tables();
    RETURN QUERY
    SELECT past.customer, type.code, past.lot_no, lot.sold_on, lot.document_number, lot.article,
           trim_scale(past.quantity), trim_scale(past.remaining), past.value, past.remaining_value
    FROM credits._lot_as_of(day) AS past
    JOIN credits.credit_type AS type USING (type_id)
    JOIN credits.lot USING (customer, type_id, lot_no)
    WHERE past.remaining > 0
      AND credits._is_active_as_of(type.code, type.active, day)
    ORDER BY past.customer, type.code, lot.sold_on, past.lot_no;
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
AS $$
#variable_conflict use_column
BEGIN
    PERFORM credits._hold_tables();
    RETURN QUERY
    SELECT
        past.customer,
        named.name,
        type.code,
        type.currency,
        trim_scale(past.sold),
        trim_scale(past.sold - past.open),
        trim_scale(past.open),
        past.open_value,
        level.alarm,
        coalesce(past.open < level.alarm, false),
        past.oldest_open_sale,
        past.last_booked_on
    FROM (SELECT lot_past.customer, lot_past.type_id, sum(lot_past.sold) AS sold, sum(lot_past.remaining) AS open,
                 sum(lot_past.remaining_value) AS open_value,
                 min(lot.sold_on) FILTER (WHERE lot_past.remaining > 0) AS oldest_open_sale,
                 max(lot_past.last_booked_on) AS last_booked_on
          FROM credits._lot_as_of(day) AS lot_past
          JOIN credits.lot USING (customer, type_id, lot_no)
          GROUP BY lot_past.customer, lot_past.type_id) AS past
    JOIN credits.credit_type AS type USING (type_id)
    CROSS JOIN LATERAL ( -- by its key: the view account would be read for each account
        SELECT own.alarm_level
        FROM credits._account AS own
        WHERE own.customer = past.customer AND own.type_id = past.type_id
        ORDER BY own.last_entry_no DESC
        LIMIT 1) AS account
    LEFT JOIN credits.customer AS named ON named.customer = past.customer
    CROSS JOIN LATERAL (
        SELECT coalesce(
            credits._setting_as_of('account', ARRAY(SELECT past.customer || '/' || code FROM unnest(codes.all) AS code),
                                   'alarm_level', account.alarm_level::text, day),
            credits._setting_as_of('credit_type', codes.all, 'alarm_level', type.alarm_level::text, day))::numeric AS alarm
        FROM (SELECT credits._codes_of(type.code) AS all) AS codes) AS level
    WHERE credits._is_active_as_of(type.code, type.active, day)
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
WHERE (extract(year FROM entry.booked_on), extract(month FROM entry.booked_on))
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
