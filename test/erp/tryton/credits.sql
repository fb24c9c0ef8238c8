-- What a DBA does to give a running Tryton credits; doc/erp.md gives the reasons for each argument. Tryton's keys are its ids.
CREATE EXTENSION credits;

-- The closing posts to two accounts of Tryton's chart, named by their codes. Its two articles are none of Tryton's products: the
-- move is made of accounts.
INSERT INTO credits.article (article, description, ledger_account) VALUES
    ('advance', 'Credits sold in advance', '460000'),
    ('turnover', 'Credits used', '700000');
INSERT INTO credits.credit_type (code, description, balance_account, activation_article, result_account, result_article)
VALUES ('SUPPORT', 'Hours of support', '460000', 'advance', '700000', 'turnover');
UPDATE credits.parameter SET fixed_relation = (SELECT party FROM company_company);

-- closing_move.py reads the closings as this role.
CREATE ROLE bookkeeper LOGIN IN ROLE credits_reader;

-- To attach and bind takes the owner of the tables, as a member of credits_management (rule 5). Only for this: what is attached
-- goes on without the role, and nothing is needed to save documents.
GRANT credits_management TO tryton;
SET ROLE tryton;

-- A product's attributes are JSON. Only members of credits_management may change these two (rule 5).
SELECT credits.bind_articles('product_product', key => 'id',
    credit_type => $$attributes::json ->> 'credit_type'$$,
    coefficient => $$(attributes::json -> 'coefficient' ->> 'decimal')::numeric$$);

-- Parties of the category "Works with credits" do. Which category a party has is in another table, so a trigger keeps it in a
-- column, of which Tryton takes no notice.
ALTER TABLE party_party ADD COLUMN works_with_credits boolean NOT NULL DEFAULT false;
CREATE FUNCTION flag_party() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    UPDATE public.party_party AS party
    SET works_with_credits = EXISTS (
        SELECT FROM public.party_category_rel AS its
        JOIN public.party_category AS category ON category.id = its.category
        WHERE its.party = party.id AND category.name = 'Works with credits')
    WHERE party.id IN (OLD.party, NEW.party);
    RETURN NULL;
END
$$;
CREATE TRIGGER flag_party AFTER INSERT OR UPDATE OR DELETE ON party_category_rel
    FOR EACH ROW EXECUTE FUNCTION flag_party();
UPDATE party_category_rel SET category = category;

SELECT credits.bind_customers('party_party', key => 'id', works_with_credits => 'works_with_credits', name => 'name');

-- A sale takes its credits when it is confirmed. It does not sell any: they are sold when its invoice is posted.
SELECT credits.attach('sale_line', kind => 'other',
    header_table => 'sale_sale',
    article => 'product',
    quantity => 'quantity',
    amount => NULL,
    customer => 'header.party',
    document_date => 'header.sale_date',
    document_number => 'header.number',
    applies_to => $$line.type = 'line'$$,
    counts_when => $$header.state IN ('confirmed', 'processing', 'done')$$,
    zero_columns => '{unit_price}',
    entered_by => 'create_uid');

-- Tryton stores no net amount. It rounds halves to the even cent, PostgreSQL away from zero.
CREATE FUNCTION tryton_amount(quantity double precision, unit_price numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
    RETURN (SELECT CASE WHEN abs(cents % 1) = 0.5 THEN round(cents / 2) * 2 ELSE round(cents) END / 100
            FROM (SELECT quantity::numeric * unit_price * 100 AS cents) AS exact);

-- A refund posts a credit note and cancels the invoice: the note takes the credits out, so the invoice goes on counting. One that
-- is cancelled without a note does not. They differ in whose move undoes the invoice's: a column of ours remembers it.
ALTER TABLE account_invoice ADD COLUMN cancelled_by_note boolean NOT NULL DEFAULT false;
CREATE FUNCTION remember_note() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    NEW.cancelled_by_note := EXISTS (SELECT FROM public.account_invoice AS note WHERE note.move = NEW.cancel_move);
    RETURN NEW;
END
$$;
CREATE TRIGGER remember_note BEFORE INSERT OR UPDATE OF cancel_move ON account_invoice
    FOR EACH ROW WHEN (NEW.cancel_move IS NOT NULL) EXECUTE FUNCTION remember_note();

-- By which the invoice lines of a sale line are found.
CREATE INDEX account_invoice_line_sale ON account_invoice_line
    ((CASE WHEN origin LIKE 'sale.line,%' THEN substr(origin, 11) END));

-- An invoice that Tryton made from a sale names the sale's line: what that takes, it does not take again.
SELECT credits.attach('account_invoice_line', kind => 'invoice',
    header_table => 'account_invoice',
    article => 'product',
    quantity => 'quantity',
    amount => 'public.tryton_amount(line.quantity, line.unit_price)',
    customer => 'header.party',
    document_date => 'header.invoice_date',
    document_number => 'header.number',
    applies_to => $$header.type = 'out' AND line.type = 'line'$$,
    counts_when => $$header.state IN ('posted', 'paid') OR header.cancelled_by_note$$,
    zero_columns => '{unit_price}',
    currency => format('CASE header.currency WHEN %s THEN ''EUR'' ELSE ''another'' END',
                       (SELECT id FROM currency_currency WHERE code = 'EUR')),
    origin => $$CASE WHEN line.origin LIKE 'sale.line,%' THEN substr(line.origin, 11) END$$,
    origin_table => 'sale_line',
    refers_to => $$CASE WHEN line.origin LIKE 'account.invoice.line,%' THEN substr(line.origin, 22) END$$,
    entered_by => 'create_uid');

-- A timesheet is of a work, and a work of a task; the nearest project above that names a party or an article says which.
CREATE VIEW timesheet_job AS
SELECT work.id, named.party, named.product
FROM timesheet_work AS work
JOIN project_work AS task
    ON task.id = CASE WHEN work.origin LIKE 'project.work,%' THEN nullif(substr(work.origin, 14), '')::integer END
CROSS JOIN LATERAL (
    WITH RECURSIVE above AS (
        SELECT task.parent, task.party, task.product
        UNION ALL
        SELECT next.parent, coalesce(above.party, next.party), coalesce(above.product, next.product)
        FROM above
        JOIN project_work AS next ON next.id = above.parent
    )
    SELECT party, product
    FROM above
    WHERE parent IS NULL
) AS named;

SELECT credits.attach('timesheet_line', kind => 'service_report',
    header_table => 'timesheet_job', header_key => '{id}', line_header => '{work}',
    article => 'header.product',
    quantity => 'duration',
    amount => NULL,
    customer => 'header.party',
    document_date => 'date',
    entered_by => 'create_uid');

-- A view is not watched: who changes a project settles the timesheets of its tasks.
CREATE FUNCTION settle_timesheets() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    job integer;
BEGIN
    FOR job IN
        WITH RECURSIVE below AS (
            SELECT NEW.id
            UNION ALL
            SELECT next.id
            FROM below
            JOIN public.project_work AS next ON next.parent = below.id
        )
        SELECT work.id
        FROM below
        JOIN public.timesheet_work AS work ON work.origin = 'project.work,' || below.id
        ORDER BY work.id
    LOOP
        PERFORM credits.settle('public.timesheet_line', job::text);
    END LOOP;
    RETURN NULL;
END
$$;
CREATE TRIGGER settle_timesheets AFTER UPDATE OF party, product, parent ON project_work
    FOR EACH ROW EXECUTE FUNCTION settle_timesheets();

RESET ROLE;
REVOKE credits_management FROM tryton;
