-- The ERP's own tables as the source of the settings of customers and articles (rules 5 and 7), and the triggers that bind
-- creates on them.

-- One row per bound table: the arguments of bind_customers or bind_articles, and the view made from them.
CREATE TABLE credits.binding (
    erp_table          regclass    PRIMARY KEY,
    mapping            regclass    NOT NULL,
    settings           text        NOT NULL CHECK (settings IN ('customers', 'articles')),
    key                text        NOT NULL,
    works_with_credits text,
    name               text,
    account_of         text,
    credit_type        text,
    coefficient        text,
    ledger_account     text,
    description        text,
    bound_at           timestamptz NOT NULL,
    bound_by           text        NOT NULL
);
COMMENT ON TABLE credits.binding IS
'Which tables of the ERP are the source of customers or articles: the arguments of bind_customers and bind_articles, one row '
'per table.';
COMMENT ON COLUMN credits.binding.erp_table          IS 'the ERP''s table';
COMMENT ON COLUMN credits.binding.mapping            IS 'the view that says how a row reads';
COMMENT ON COLUMN credits.binding.settings           IS 'customers or articles';
COMMENT ON COLUMN credits.binding.key                IS 'column or expression: the key of the customer or article';
COMMENT ON COLUMN credits.binding.works_with_credits IS
'of customers, column or expression: the flag; null when it is kept by hand';
COMMENT ON COLUMN credits.binding.name IS
'of customers, column or expression: the name; null when it is kept by hand';
COMMENT ON COLUMN credits.binding.account_of IS
'of customers, column or expression: the customer whose credits he uses; null when it is kept by hand';
COMMENT ON COLUMN credits.binding.credit_type IS
'of articles, column or expression: code or id of the credit type; null when it is kept by hand';
COMMENT ON COLUMN credits.binding.coefficient IS
'of articles, column or expression: the coefficient; null when it is kept by hand';
COMMENT ON COLUMN credits.binding.ledger_account IS
'of articles, column or expression: the ledger account; null when it is kept by hand';
COMMENT ON COLUMN credits.binding.description IS
'of articles, column or expression: the description; null when it is kept by hand';
COMMENT ON COLUMN credits.binding.bound_at           IS 'when';
COMMENT ON COLUMN credits.binding.bound_by           IS 'role that bound it';
SELECT pg_catalog.pg_extension_config_dump('credits.binding', '');

CREATE TRIGGER credits_configuration_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON credits.binding
    FOR EACH STATEMENT EXECUTE FUNCTION credits._configuration_changed();
CREATE TRIGGER credits_record_change AFTER INSERT OR DELETE ON credits.binding
    FOR EACH ROW EXECUTE FUNCTION credits._record_setting_change('erp_table', 'mapping', 'bound_at', 'bound_by');
CREATE TRIGGER credits_record_update AFTER UPDATE ON credits.binding
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION credits._record_setting_change('erp_table', 'mapping', 'bound_at', 'bound_by');
CREATE TRIGGER credits_refuse_truncate BEFORE TRUNCATE ON credits.binding
    FOR EACH STATEMENT EXECUTE FUNCTION credits._refuse_truncate();

CREATE FUNCTION credits.bind_customers(
    erp_table          regclass,
    key                text,
    works_with_credits text DEFAULT NULL,
    name               text DEFAULT NULL,
    account_of         text DEFAULT NULL
) RETURNS void
    LANGUAGE c VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_bind_customers';
COMMENT ON FUNCTION credits.bind_customers(regclass, text, text, text, text) IS
'Binds the ERP''s table of customers: its rows become those of credits.customer, now and whenever they change.
A customer who goes leaves with his row if he never had an account, else he loses the flag.
Arguments name a column, or an immutable expression over columns; null where the ERP has none: the setting is kept by hand:
- erp_table: the ERP''s table
- key: the key of the customer
- works_with_credits: the flag
- name: the name
- account_of: the customer whose credits he uses; who names himself has his own credits
Whoever may change the ERP''s table changes the flag: rule 5 is about articles.
For the owner of the table who is in credits_management: both are asked here only.
It is on record in setting_change.
Errors:
- 42703: no such column
- 42804: wrong type
- 42601: syntax
- 42P17: not immutable
- 42P16: no unique key
- 42809: no ordinary, permanent table of the ERP''s
- 42710: bound already
- 42501: not the owner, or no right to settings
- 0A000: not supported
Rules 5 and 7.';

CREATE FUNCTION credits.bind_articles(
    erp_table      regclass,
    key            text,
    credit_type    text DEFAULT NULL,
    coefficient    text DEFAULT NULL,
    ledger_account text DEFAULT NULL,
    description    text DEFAULT NULL
) RETURNS void
    LANGUAGE c VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_bind_articles';
COMMENT ON FUNCTION credits.bind_articles(regclass, text, text, text, text, text) IS
'Binds the ERP''s table of articles: its rows become those of credits.article, now and whenever they change.
An article that goes leaves with its row if the ledger does not name it, else the row stays as it is.
Arguments as for bind_customers:
- erp_table: the ERP''s table
- key: the key of the article
- credit_type: a type''s code (text) or id (integer); null or empty for an article without credits; comes with a coefficient
- coefficient: credits per unit, > 0 sells, < 0 consumes
- ledger_account: the account that its invoice lines are booked on
- description: in the words of the user
Whoever changes type or coefficient must be a member of credits_management; other columns are free.
Errors, besides those of bind_customers:
- 23503: no such type
- 23514 credits_coefficient_valid: 0, or more than 4 decimals
- 42501, of a save: a type or coefficient changed without the right
Rules 5 and 9.';

CREATE FUNCTION credits.unbind(erp_table regclass) RETURNS void
    LANGUAGE c VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_unbind';
COMMENT ON FUNCTION credits.unbind(regclass) IS
'Takes the triggers off a bound table.
The settings stay as they are, and are kept by hand from now on. To bind the table again takes over what it says by then.
For the owner of the table who is in credits_management. It is on record in setting_change.
Errors:
- 42704: not bound
- 42501: not the owner, or no right to settings
Rule 5.';

CREATE FUNCTION credits._bound_changed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_bound_changed';
COMMENT ON FUNCTION credits._bound_changed() IS 'Statement trigger of bound tables: takes over what changed into the settings.';

CREATE FUNCTION credits._bound_customer(erp_table regclass) RETURNS TABLE (
    customer           text,
    works_with_credits boolean,
    name               text,
    account_of         text,
    error              text
)
    LANGUAGE c STRICT STABLE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_bound_row';
COMMENT ON FUNCTION credits._bound_customer(regclass) IS
'All rows of a bound table of customers under its mapping, read as the table''s owner: the ERP''s side of verify(). error: why '
'the row cannot be read; then its key is all that is told of it, if that.';

CREATE FUNCTION credits._bound_article(erp_table regclass) RETURNS TABLE (
    article        text,
    credit_type    text,
    coefficient    numeric,
    ledger_account text,
    description    text,
    error          text
)
    LANGUAGE c STRICT STABLE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_bound_row';
COMMENT ON FUNCTION credits._bound_article(regclass) IS
'All rows of a bound table of articles under its mapping, read as the table''s owner: the ERP''s side of verify(). error: why '
'the row cannot be read; then its key is all that is told of it, if that.';

CREATE FUNCTION credits._binding_fault(erp_table regclass, mapping regclass) RETURNS SETOF text
    LANGUAGE c STRICT STABLE ROWS 1 AS 'MODULE_PATHNAME', 'credits_binding_fault';
COMMENT ON FUNCTION credits._binding_fault(regclass, regclass) IS
'What a bound table has lost while the protection was off, or why its rows cannot be read.';

CREATE FUNCTION credits._is_binding_readable(erp_table regclass, mapping regclass) RETURNS boolean
    LANGUAGE c STRICT STABLE AS 'MODULE_PATHNAME', 'credits_is_binding_readable';
COMMENT ON FUNCTION credits._is_binding_readable(regclass, regclass) IS
'True when rows of the bound table can be read under its mapping; one of them may still fail.';
