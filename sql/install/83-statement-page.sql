-- The customer's statement as a page: totals first, then per credit type the balance as a chart, what it was used for, and all
-- movements.

INSERT INTO credits.page_template (name, is_own, template) VALUES ('statement', false, $html$<!DOCTYPE html>
<html lang="{{language}}" dir="[[direction]]">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>[[statement]] &ndash; {{name}}</title>
<style>
:root { color: #1a1a1a; background: #fff;
  font: 15px/1.45 "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
header { border-bottom: 2px solid; margin-bottom: 1.5rem; padding-bottom: .75rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; break-after: avoid; }
h3 { font-size: .95rem; margin: 1.25rem 0 .25rem; color: #444; break-after: avoid; }
p { margin: .35rem 0; }
.name { font-size: 1.15rem; font-weight: 600; overflow-wrap: anywhere; }
.muted { color: #555; }
.low { font-weight: 700; }
.low::before { content: "\25BC\00A0"; }
table { width: 100%; border-collapse: collapse; }
th { text-align: start; font-weight: 600; border-bottom: 1px solid #1a1a1a; vertical-align: bottom; }
th, td { padding: .22rem .5rem; }
th:first-child, td:first-child { padding-inline-start: 0; }
th:last-child, td:last-child { padding-inline-end: 0; }
td { border-bottom: 1px solid #ddd; vertical-align: top; overflow-wrap: anywhere; }
.n { text-align: end; white-space: nowrap; }
.d { white-space: nowrap; }
th.n { white-space: normal; }
.narrow { display: none; color: #555; }
.print { display: none; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
tr.edge td { font-weight: 600; }
tr.month { break-after: avoid; }
tr.month td { padding-top: .8rem; font-weight: 600; border-bottom-color: #888; }
svg { display: block; width: 100%; height: auto; break-inside: avoid; overflow: visible; }
svg text { font-size: 11px; fill: #444; }
.used { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0 2rem; break-inside: avoid; }
.bar { display: grid; grid-template-columns: 1fr auto; gap: 0 .5rem; margin: .3rem 0; font-size: .9rem; }
.bar span { overflow-wrap: anywhere; }
.bar svg { grid-column: 1 / 3; height: 8px; }
footer { margin-top: 2.5rem; color: #555; font-size: .85rem; }
@page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif;
  color: #555; } }
@media print { :root { font-size: 10pt; } body { max-width: none; margin: 0; padding: 0; } .print { display: table-row; }
  .print td { color: #555; font-size: .85em; border: 0; } }
@media (max-width: 32rem) { :root { font-size: 14px; } .wide { display: none; } .narrow { display: block; }
  .d { white-space: normal; } th, td { padding: .22rem .2rem; }
  h1, h2, .summary th { hyphens: auto; overflow-wrap: anywhere; } .summary th { font-size: .85em; }
  svg.chart text { font-size: 18px; } svg.chart text.day:nth-of-type(2n) { display: none; } }
</style>
</head>
<body>
<header>
<h1>[[statement]]</h1>
<p class="name"><bdi>{{name}}</bdi></p>
<p class="muted">[[customer_number]] <bdi>{{customer}}</bdi></p>
<p>[[from_date]] {{from_date}} [[to_date]] {{to_date}}</p>
</header>
<main>
{{^types}}<p>[[no_credits]]</p>{{/types}}
{{#summary}}<table class="summary">
<thead><tr><th>[[credit_type]]</th><th class="n">[[opening_balance]]</th><th class="n">[[came_in]]</th>
<th class="n">[[went_out]]</th><th class="n">[[closing_balance]]</th></tr></thead>
<tbody>
{{#types}}<tr><td><bdi>{{title}}</bdi></td><td class="n">{{opening}}</td><td class="n">{{came_in}}</td>
<td class="n">{{went_out}}</td><td class="n"><b>{{closing}}</b></td></tr>
{{/types}}</tbody>
</table>{{/summary}}
{{#types}}<section data-type="{{code}}">
<h2><bdi>{{title}}</bdi></h2>
<p>[[left_now]]: <b>{{closing}}</b>{{#lasts_until}}, [[lasts_until]] {{lasts_until}}{{/lasts_until}}</p>
{{#is_low}}<p class="low">[[below_alarm]] ({{alarm_level}})</p>{{/is_low}}
<h3>[[balance_over_time]]</h3>
{{#chart}}<svg class="chart" viewBox="0 0 640 200" role="img" aria-label="[[balance_over_time]]">
{{#levels}}<line x1="56" x2="632" y1="{{y}}" y2="{{y}}" stroke="#ddd"/>
<text class="level" x="50" y="{{y}}" dy="4" text-anchor="end">{{label}}</text>
{{/levels}}{{#days}}<line x1="{{x}}" x2="{{x}}" y1="168" y2="172" stroke="#888"/>
<text class="day" x="{{x}}" y="186" text-anchor="middle">{{label}}</text>
{{/days}}<path d="{{area}}" fill="#e4e9ef"/>
<path class="balance" d="{{line}}" fill="none" stroke="#1f3a5f" stroke-width="2" stroke-linejoin="round"/>
{{#alarm}}<line class="alarm" x1="56" x2="632" y1="{{y}}" y2="{{y}}" stroke="#555" stroke-dasharray="6 4"/>
<text class="alarm" x="628" y="{{y}}" dy="-4" text-anchor="end">[[alarm_level]] {{label}}</text>{{/alarm}}
</svg>{{/chart}}
{{#is_used}}<div class="used">
<div><h3>[[by_document]]</h3>
{{#by_document}}<div class="bar"><span>{{label}}</span><span class="n">{{amount}}</span>
<svg viewBox="0 0 240 8" preserveAspectRatio="none"><rect width="240" height="8" fill="#eee"/>
<rect width="{{width}}" height="8" fill="#1f3a5f"/></svg></div>
{{/by_document}}</div>
<div><h3>[[by_article]]</h3>
{{#by_article}}<div class="bar"><span><bdi>{{label}}</bdi></span><span class="n">{{amount}}</span>
<svg viewBox="0 0 240 8" preserveAspectRatio="none"><rect width="240" height="8" fill="#eee"/>
<rect width="{{width}}" height="8" fill="#1f3a5f"/></svg></div>
{{/by_article}}</div>
</div>{{/is_used}}
{{#totals}}<h3>[[per_month]]</h3>
<table class="months">
<thead><tr><th>[[month]]</th><th class="n">[[came_in]]</th><th class="n">[[went_out]]</th>
<th class="n">[[balance]]</th></tr></thead>
<tbody>
{{#month}}<tr><td>{{title}}</td><td class="n">{{came_in}}</td><td class="n">{{went_out}}</td><td class="n">{{balance}}</td></tr>
{{/month}}</tbody>
</table>{{/totals}}
<h3>[[movements]]</h3>
{{^parts}}<p>[[no_movements]]</p>{{/parts}}
{{#has_movements}}<table class="movements">
<thead><tr class="print"><td colspan="5"><bdi>{{name}}</bdi>, {{title}}, {{from_date}} &ndash; {{to_date}}</td></tr>
<tr><th>[[date]]</th><th>[[document]]</th><th class="wide">[[article]]</th><th class="n">[[quantity]]</th>
<th class="n">[[balance]]</th></tr></thead>
<tbody>
<tr class="edge"><td class="d">{{from_date}}</td><td>[[opening_balance]]</td><td class="wide"></td><td></td>
<td class="n">{{opening}}</td></tr>
</tbody>
{{#parts}}<tbody>
{{#heading}}<tr class="month"><td colspan="5">{{heading}}</td></tr>
{{/heading}}{{#movements}}<tr><td class="d">{{date}}</td><td>{{document}} <bdi>{{number}}</bdi>
<span class="narrow"><bdi>{{article}}</bdi></span></td><td class="wide"><bdi>{{article}}</bdi></td><td class="n">{{quantity}}</td>
<td class="n">{{balance}}</td></tr>
{{/movements}}</tbody>
{{/parts}}<tbody>
<tr class="edge"><td class="d">{{to_date}}</td><td>[[closing_balance]]</td><td class="wide"></td><td></td>
<td class="n">{{closing}}</td></tr>
</tbody>
</table>{{/has_movements}}
</section>
{{/types}}</main>
<footer>[[made_on]] {{made_on}}</footer>
</body>
</html>
$html$);

-- The rows of statement() with what the page says of them.
CREATE FUNCTION credits._statement_rows(customer text, from_date date, to_date date, texts jsonb) RETURNS TABLE (
    type_code text,
    line_no   bigint,
    booked_on date,
    movement  text, -- opening, closing, came_in or went_out
    quantity  numeric,
    balance   numeric,
    by_document text,
    by_article  text,
    shown     jsonb
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT
        line.type_code,
        line.line_no,
        line.booked_on,
        CASE WHEN line.kind IN ('opening', 'closing') THEN line.kind
             WHEN line.kind IN (SELECT known.label FROM credits._entry_kind() AS known WHERE known.movement = 'consumed')
                 THEN 'went_out'
             ELSE 'came_in' END,
        line.quantity,
        line.balance,
        coalesce(texts ->> ('kind_' || line.document_kind), line.document_kind),
        coalesce(nullif(article.description, ''), line.article, line.description, '-'),
        jsonb_build_object(
            'date', credits._written(line.booked_on, texts),
            'document', concat_ws(' ', CASE WHEN line.document_kind = 'manual' OR line.kind <> 'consumption'
                                  THEN texts ->> ('kind_' || line.kind) END,
                                  CASE WHEN line.kind = 'consumption' AND line.document_kind <> 'manual'
                                      THEN texts ->> ('kind_' || line.document_kind) END),
            'number', line.document_number,
            'article', concat_ws(', ', coalesce(nullif(article.description, ''), line.article), line.description),
            'quantity', CASE WHEN line.quantity > 0 THEN '+' ELSE '' END || credits._written(line.quantity, texts),
            'balance', credits._written(line.balance, texts))
    FROM credits._statement_lines(_statement_rows.customer, from_date, to_date) AS line
    LEFT JOIN credits.article AS article ON article.article = line.article;
END;
COMMENT ON FUNCTION credits._statement_rows(text, date, date, jsonb) IS
'The rows of a statement as its page needs them.';

-- One element per credit type, in the shape of the template.
CREATE FUNCTION credits._statement_types(customer text, from_date date, to_date date, texts jsonb) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH line AS (
        SELECT rows.*, credits._month_of(rows.booked_on) AS month
        FROM credits._statement_rows(_statement_types.customer, from_date, to_date, texts) AS rows
    ),
    moved AS (
        SELECT * FROM line WHERE movement IN ('came_in', 'went_out')
    ),
    month AS (
        SELECT type_code, month,
               coalesce(sum(quantity) FILTER (WHERE movement = 'came_in'), 0) AS came_in,
               -coalesce(sum(quantity) FILTER (WHERE movement = 'went_out'), 0) AS went_out,
               (array_agg(balance ORDER BY line_no DESC))[1] AS balance,
               jsonb_agg(shown ORDER BY line_no) AS movements
        FROM moved GROUP BY type_code, month
    ),
    day AS (
        SELECT DISTINCT ON (type_code, booked_on) type_code, booked_on, balance FROM moved
        ORDER BY type_code, booked_on, line_no DESC
    ),
    total AS (
        SELECT type_code,
               max(balance) FILTER (WHERE movement = 'opening') AS opening,
               max(balance) FILTER (WHERE movement = 'closing') AS closing,
               coalesce(sum(quantity) FILTER (WHERE movement = 'came_in'), 0) AS came_in,
               -coalesce(sum(quantity) FILTER (WHERE movement = 'went_out'), 0) AS went_out,
               count(*) FILTER (WHERE movement IN ('came_in', 'went_out')) AS movements
        FROM line GROUP BY type_code
    )
    SELECT jsonb_agg(jsonb_build_object(
        'code', total.type_code,
        'name', (SELECT coalesce(nullif(of.name, ''), of.customer) FROM credits.customer AS of
                 WHERE of.customer = _statement_types.customer),
        'title', coalesce(nullif(type.description, ''), type.code),
        'opening', credits._written(total.opening, texts),
        'came_in', credits._written(trim_scale(total.came_in), texts),
        'went_out', credits._written(trim_scale(total.went_out), texts),
        'closing', credits._written(total.closing, texts),
        'from_date', credits._written(from_date, texts),
        'to_date', credits._written(to_date, texts),
        'lasts_until', credits._written(forecast.runs_out_on, texts),
        'is_low', total.closing < level.alarm,
        'alarm_level', credits._written(trim_scale(level.alarm), texts),
        'chart', credits._balance_chart(from_date, to_date, total.opening,
                                        ARRAY(SELECT booked_on FROM day WHERE day.type_code = total.type_code ORDER BY booked_on),
                                        ARRAY(SELECT balance FROM day WHERE day.type_code = total.type_code ORDER BY booked_on),
                                            level.alarm, texts),
        'is_used', used.by_article IS NOT NULL,
        'by_document', used.by_document,
        'by_article', used.by_article,
        'totals', CASE WHEN by_month.months > 1 THEN jsonb_build_object('month', by_month.totals) END,
        'has_movements', total.movements > 0,
        'parts', by_month.parts) ORDER BY total.type_code)
    FROM total
    JOIN credits.credit_type AS type ON type.code = total.type_code
    LEFT JOIN credits.account ON account.customer = _statement_types.customer AND account.type_id = type.type_id
    CROSS JOIN LATERAL (SELECT coalesce(account.alarm_level, type.alarm_level) AS alarm) AS level
    -- From the balance that the page shows, at the rate of the months before the last day of its period.
    LEFT JOIN LATERAL (
        SELECT run_out.day AS runs_out_on
        FROM credits._budget_rate(extract(year FROM least(to_date, CURRENT_DATE))::integer, _statement_types.customer,
                                  least(to_date, CURRENT_DATE)) AS rate
        CROSS JOIN LATERAL credits._day_after_months(to_date, total.closing / nullif(rate.per_month, 0)) AS run_out
        WHERE rate.type_id = type.type_id AND type.active AND total.closing > 0 AND run_out.day - to_date < 3653) AS forecast
        ON true
    CROSS JOIN LATERAL (
        SELECT credits._bars(ARRAY(SELECT by_document FROM moved WHERE moved.type_code = total.type_code
                                   AND movement = 'went_out' GROUP BY by_document ORDER BY by_document),
                             ARRAY(SELECT -sum(quantity) FROM moved WHERE moved.type_code = total.type_code
                                   AND movement = 'went_out' GROUP BY by_document ORDER BY by_document), texts) AS by_document,
               credits._bars(ARRAY(SELECT by_article FROM moved WHERE moved.type_code = total.type_code
                                   AND movement = 'went_out' GROUP BY by_article ORDER BY by_article),
                             ARRAY(SELECT -sum(quantity) FROM moved WHERE moved.type_code = total.type_code
                                   AND movement = 'went_out' GROUP BY by_article ORDER BY by_article), texts) AS by_article)
                             AS used
    LEFT JOIN LATERAL (
        SELECT count(*) AS months,
               jsonb_agg(jsonb_build_object('title', credits._dated(month.month, texts ->> 'month_format'),
                                            'came_in', credits._written(trim_scale(month.came_in), texts),
                                            'went_out', credits._written(trim_scale(month.went_out), texts),
                                            'balance', credits._written(month.balance, texts)) ORDER BY month.month) AS totals,
               jsonb_agg(jsonb_build_object('heading', CASE WHEN month.is_one_of_many
                                            THEN credits._dated(month.month, texts ->> 'month_format') END,
                                            'movements', month.movements) ORDER BY month.month) AS parts
        FROM (SELECT month.*, count(*) OVER () > 1 AS is_one_of_many FROM month WHERE month.type_code = total.type_code) AS month)
        AS by_month ON true;
END;
COMMENT ON FUNCTION credits._statement_types(text, date, date, jsonb) IS
'What the page of a statement shows of each credit type.';

CREATE FUNCTION credits._statement_page(customer text, from_date date, to_date date, language text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of    credits.customer;
    texts jsonb;
    types jsonb;
BEGIN
    PERFORM credits._require_customer(_statement_page.customer);
    SELECT its.* INTO of FROM credits.customer AS its WHERE its.customer = _statement_page.customer;
    language := credits._language_of_page(language, of.language);
    texts := credits._texts_of(language);
    types := credits._statement_types(_statement_page.customer, from_date, to_date, texts);
    RETURN credits._rendered(
        credits._localised(credits._template_named('statement'), texts),
        jsonb_build_object('language', language, 'name', coalesce(nullif(of.name, ''), of.customer), 'customer', of.customer,
                           'from_date', credits._written(from_date, texts), 'to_date', credits._written(to_date, texts),
                           'made_on', credits._written(CURRENT_DATE, texts), 'summary', types IS NOT NULL, 'types', types));
END
$$;
COMMENT ON FUNCTION credits._statement_page(text, date, date, text) IS
'The page of statement_html(), at the caller''s snapshot.';

CREATE FUNCTION credits.statement_html(customer text, from_date date, to_date date, language text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._hold_tables();
    RETURN credits._statement_page(customer, from_date, to_date, language);
END
$$;
COMMENT ON FUNCTION credits.statement_html(text, date, date, text) IS
'The statement of a customer as an HTML page for screen, phone and A4 paper.
It is complete in itself: UTF-8, drawings inline, no script and nothing from elsewhere. The HTML is that of page_template.
Per credit type, in credits:
- opening and closing balance, what came in and was used
- the balance as a chart, where it was used, all movements
- until when the closing balance lasts at the pace that budget() finds on the last day
The last is not said when it is unknown, or more than ten years.
Arguments:
- customer: the ERP''s key as text
- from_date, to_date: first and last day
- language: null for the customer''s, or English where page_text has none
For credits_reader.
Errors:
- P0002: no such customer
- 22023: a language without texts, no day, or the last day before the first
Rule 29.';
