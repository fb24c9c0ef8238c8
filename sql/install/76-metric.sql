-- Figures for a monitoring system, in the manner of Prometheus: no query reads the whole ledger, and none names a customer.

-- Advanced by the module (src/errors/saving.cpp) and never set back: a sequence does not go by transactions, so a refusal stays
-- counted although everything else of its transaction is undone.
CREATE SEQUENCE credits.refusal_count MINVALUE 0 START 0;
SELECT pg_catalog.setval('credits.refusal_count', 0);
COMMENT ON SEQUENCE credits.refusal_count IS
'Counts refused saves since the extension was installed; read it as credits_refusals_total in the view metric.';
SELECT pg_catalog.pg_extension_config_dump('credits.refusal_count', '');

CREATE VIEW credits.metric AS
WITH account AS MATERIALIZED (
    SELECT
        type.type_id,
        type.code,
        type.currency,
        type.active,
        pg_catalog.count(account.customer) AS accounts,
        pg_catalog.count(account.customer) FILTER (WHERE account.balance < coalesce(account.alarm_level, type.alarm_level))
            AS below_alarm,
        coalesce(pg_catalog.sum(account.balance), 0) AS open,
        coalesce(pg_catalog.sum(account.value), 0) AS open_value,
        coalesce(pg_catalog.sum(account.last_entry_no), 0) AS entries,
        coalesce(pg_catalog.sum(account.last_lot_no), 0) AS lots
    FROM credits.credit_type AS type
    LEFT JOIN credits.account USING (type_id)
    GROUP BY type.type_id
)
SELECT measured.name, measured.labels, measured.value
FROM account
CROSS JOIN LATERAL (VALUES
    ('credits_accounts', pg_catalog.jsonb_build_object('type', code), accounts::numeric),
    ('credits_open', pg_catalog.jsonb_build_object('type', code), pg_catalog.trim_scale(open)),
    ('credits_open_value', pg_catalog.jsonb_build_object('type', code, 'currency', currency), open_value),
    ('credits_entries_total', pg_catalog.jsonb_build_object('type', code), entries),
    ('credits_lots_total', pg_catalog.jsonb_build_object('type', code), lots)) AS measured (name, labels, value)
UNION ALL
SELECT 'credits_accounts_below_alarm', pg_catalog.jsonb_build_object('type', code), below_alarm
FROM account
WHERE active
UNION ALL
SELECT 'credits_entries_booked_today', pg_catalog.jsonb_build_object('kind', known.kind), pg_catalog.count(entry.kind)
FROM credits._entry_kind() AS known
LEFT JOIN (SELECT today.kind FROM credits.entry AS today WHERE today.booked_on = CURRENT_DATE) AS entry USING (kind)
GROUP BY known.kind
UNION ALL
SELECT 'credits_months_open', '{}',
       12 * (pg_catalog.date_part('year', CURRENT_DATE) - pg_catalog.date_part('year', closed.month))::integer
       + (pg_catalog.date_part('month', CURRENT_DATE) - pg_catalog.date_part('month', closed.month))::integer - 1
FROM (SELECT pg_catalog.max(month) AS month FROM credits.closing WHERE reopened_at IS NULL) AS closed
WHERE closed.month IS NOT NULL
UNION ALL
SELECT 'credits_attached_tables', '{}', pg_catalog.count(*)
FROM credits.source
UNION ALL
SELECT 'credits_refusals_total', '{}', last_value
FROM credits.refusal_count
ORDER BY 1, 2; -- the rows of a metric together, as Prometheus wants them
COMMENT ON VIEW credits.metric IS
'Figures for monitoring, one row per metric and combination of labels.
A name that ends in _total only grows (a counter), every other may go up and down (a gauge).
For credits_reader, or GRANT SELECT on it alone.
Per credit type, inactive ones too:
- credits_accounts
- credits_open: credits that are open
- credits_open_value: in the currency that a label names, which is what the balance account should hold
- credits_entries_total: entries ever booked: its increase over a day is what was recorded that day, late documents too
- credits_lots_total: sales ever booked
Per active type:
- credits_accounts_below_alarm: balances that are less than their alarm level now
Per kind of entry:
- credits_entries_booked_today: booked on the present day of the session''s time zone, whenever they were recorded
Of all:
- credits_months_open: months that are over and not closed, counted from the last closed one
- credits_attached_tables
- credits_refusals_total: saves and registrations that one of the extension''s constraints refused (23514)
credits_months_open is 0 when all is closed; there is no row before the first closing.
credits_refusals_total counts one per refused statement or commit since the extension was installed.
It does not count what a question, take_in(), a setting or a closing was refused.
It is no part of any transaction, and exact while the server runs.
After a crash or a failover, and on a standby, it may lack the last ones.
Rules 12, 21, 27 and 29.';
COMMENT ON COLUMN credits.metric.name IS
'of the metric, as Prometheus would have it: the unit is in the name, counters end in _total';
COMMENT ON COLUMN credits.metric.labels IS
'object of texts that tells rows of a name apart: type, a code; currency, as in ISO 4217; kind, of entry; {} for none';
COMMENT ON COLUMN credits.metric.value  IS 'the figure: credits for credits_open, money for credits_open_value, else a count';
