-- The portfolio as a page, for the account manager: who is below his alarm level first, then by value.

INSERT INTO credits.page_template (name, is_own, template) VALUES ('portfolio', false, $html$<!DOCTYPE html>
<html lang="{{language}}" dir="[[direction]]">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>[[portfolio]] &ndash; {{made_on}}</title>
<style>
:root { color: #1a1a1a; background: #fff;
  font: 15px/1.45 "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; padding-bottom: .75rem; border-bottom: 2px solid; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; break-after: avoid; }
.muted { color: #555; }
table { width: 100%; border-collapse: collapse; }
th { text-align: start; font-weight: 600; border-bottom: 1px solid #1a1a1a; vertical-align: bottom; }
th, td { padding: .22rem .5rem; }
th:first-child, td:first-child { padding-inline-start: 0; }
th:last-child, td:last-child { padding-inline-end: 0; }
td { border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
.n { text-align: end; white-space: nowrap; }
.d { white-space: nowrap; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
tr.low td { font-weight: 700; background: #f3f3f3; }
tr.low td:first-child::before { content: "\25BC\00A0"; }
svg { display: block; width: 96px; height: 24px; }
@page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif;
  color: #555; } }
@media print { :root { font-size: 10pt; } body { max-width: none; margin: 0; padding: 0; } }
@media (max-width: 40rem) { :root { font-size: 12px; } th.n { white-space: normal; }
  th { hyphens: auto; overflow-wrap: anywhere; } .wide { display: none; } th, td { padding: .22rem .15rem; }
  svg { width: 56px; height: 14px; } }
</style>
</head>
<body>
<h1>[[portfolio]]</h1>
<p class="muted">{{made_on}}</p>
{{^accounts}}<p>[[no_credits]]</p>{{/accounts}}
{{#has_accounts}}<table class="totals">
<thead><tr><th>[[credit_type]]</th><th class="n">[[customers]]</th><th class="n">[[open]]</th>
<th class="n">[[open_value]]</th></tr></thead>
<tbody>
{{#types}}<tr><td><bdi>{{title}}</bdi></td><td class="n">{{customers}}</td><td class="n">{{open}}</td>
<td class="n">{{value}} {{currency}}</td></tr>
{{/types}}</tbody>
</table>
<h2>[[customers]]</h2>
<p class="muted">&#9660; [[below_alarm]]</p>
<table class="accounts">
<thead><tr><th>[[customer]]</th><th>[[credit_type]]</th><th class="n">[[open]]</th><th class="n wide">[[alarm_level]]</th>
<th class="n">[[open_value]]</th><th>[[last_12_months]]</th><th class="wide">[[last_booked_on]]</th></tr></thead>
<tbody>
{{#accounts}}<tr class="{{mark}}" data-customer="{{customer}}"><td><bdi>{{name}}</bdi></td><td><bdi>{{title}}</bdi></td>
<td class="n">{{open}}</td><td class="n wide">{{alarm_level}}</td><td class="n">{{value}} {{currency}}</td>
<td><svg viewBox="0 0 96 24" role="img" aria-label="[[last_12_months]]">
<path d="{{sparkline}}" fill="none" stroke="#1f3a5f" stroke-width="1.5"/></svg></td>
<td class="d wide">{{last_booked_on}}</td></tr>
{{/accounts}}</tbody>
</table>{{/has_accounts}}
</body>
</html>
$html$);

-- What each account had at the ends of the last 12 months, and has now: from what it has, less what moved since, read once.
CREATE FUNCTION credits._balances_of_12_months(today date) RETURNS TABLE (customer text, type_id integer, balances numeric[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH moved AS MATERIALIZED (
        SELECT entry.customer, entry.type_id, credits._month_of(entry.booked_on) AS month, sum(entry.quantity) AS quantity
        FROM credits.entry
        WHERE entry.booked_on >= date_trunc('month', today::timestamp) - interval '11 months'
        GROUP BY 1, 2, 3
    ),
    month AS (
        SELECT account.customer, account.type_id, months.first, account.balance, moved.quantity
        FROM (SELECT its.customer, its.type_id,
                     CASE WHEN credits._lots_are_ahead() THEN credits._balance_of_entries(its.customer, its.type_id)
                          ELSE its.balance END AS balance
              FROM credits.account AS its) AS account
        CROSS JOIN (SELECT date_trunc('month', today::timestamp) - make_interval(months => ago) AS first
                    FROM generate_series(0, 11) AS ago) AS months
        LEFT JOIN moved ON moved.customer = account.customer AND moved.type_id = account.type_id AND moved.month = months.first
    ),
    later AS (
        SELECT moved.customer, moved.type_id, sum(moved.quantity) AS quantity
        FROM moved WHERE moved.month > today GROUP BY moved.customer, moved.type_id
    ),
    standing AS (
        SELECT month.customer, month.type_id, month.first,
               month.balance - coalesce(later.quantity, 0)
               - coalesce(sum(month.quantity) OVER (PARTITION BY month.customer, month.type_id
                                                    ORDER BY month.first DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
               0) AS balance
        FROM month
        LEFT JOIN later USING (customer, type_id)
    )
    SELECT standing.customer, standing.type_id, array_agg(standing.balance ORDER BY standing.first)
    FROM standing
    GROUP BY standing.customer, standing.type_id;
END;
COMMENT ON FUNCTION credits._balances_of_12_months(date) IS
'Twelve balances of each account, in credits: at the end of each month up to this one.';

CREATE FUNCTION credits._portfolio_page(language text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    texts    jsonb;
    accounts jsonb;
    types    jsonb;
BEGIN
    language := credits._language_of_page(language, NULL);
    texts := credits._texts_of(language);
    SELECT jsonb_agg(jsonb_build_object(
               'customer', held.customer, 'name', coalesce(nullif(held.customer_name, ''), held.customer),
               'title', coalesce(nullif(type.description, ''), type.code),
               'mark', CASE WHEN held.below_alarm THEN 'low' ELSE '' END,
               'open', credits._written(trim_scale(held.open), texts), 'alarm_level',
               credits._written(trim_scale(held.alarm_level), texts),
               'value', credits._written(held.open_value, texts), 'currency', held.currency,
               'sparkline', credits._sparkline(past.balances), 'last_booked_on', credits._written(held.last_booked_on, texts))
               ORDER BY held.below_alarm DESC, held.open_value DESC, held.customer, held.type_code)
    INTO accounts
    FROM credits.portfolio AS held
    JOIN credits.credit_type AS type ON type.code = held.type_code
    JOIN credits._balances_of_12_months(CURRENT_DATE) AS past ON past.customer = held.customer AND past.type_id = type.type_id
    WHERE held.open <> 0 OR held.below_alarm OR held.last_booked_on > CURRENT_DATE - 365;
    SELECT jsonb_agg(jsonb_build_object('title', total.title, 'customers', credits._written(total.customers, texts),
                                        'open', credits._written(trim_scale(total.open), texts),
                                        'value', credits._written(total.value, texts), 'currency', total.currency)
                                        ORDER BY total.value DESC, total.title)
    INTO types
    FROM (SELECT coalesce(nullif(type.description, ''), type.code) AS title, type.currency,
          count(*) FILTER (WHERE held.open > 0) AS customers,
                 sum(held.open) AS open, sum(held.open_value) AS value
          FROM credits.portfolio AS held JOIN credits.credit_type AS type ON type.code = held.type_code
          GROUP BY type.type_id, type.code, type.description, type.currency) AS total;
    RETURN credits._rendered(
        credits._localised(credits._template_named('portfolio'), texts),
        jsonb_build_object('language', language, 'made_on', credits._written(CURRENT_DATE, texts),
                           'has_accounts', accounts IS NOT NULL, 'accounts', accounts, 'types', types));
END
$$;
COMMENT ON FUNCTION credits._portfolio_page(text) IS
'The page of portfolio_html(), at the caller''s snapshot.';

CREATE FUNCTION credits.portfolio_html(language text DEFAULT 'en') RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._hold_tables();
    RETURN credits._portfolio_page(language);
END
$$;
COMMENT ON FUNCTION credits.portfolio_html(text) IS
'The portfolio of all customers as an HTML page, complete in itself.
First per credit type what is open and its value.
Then per customer, those below their alarm level first, then by value, with the ends of the last 12 months as a small line.
Of active types; accounts where nothing is open or moved for a year are left out.
Arguments:
- language: of the page
For credits_reader.
Errors:
- 22023: a language without texts
Rule 29.';
