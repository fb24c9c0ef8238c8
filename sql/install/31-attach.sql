-- Attaching the ERP's line tables, and the triggers that attach creates on them.

CREATE TYPE credits._mapping AS ENUM ();
COMMENT ON TYPE credits._mapping IS 'No value: the views that credits.attach() makes have a column of it, so that they go with the extension.';

CREATE FUNCTION credits.attach(
    line_table      regclass,
    kind            text,
    article         text,
    quantity        text,
    amount          text,
    customer        text,
    document_date   text,
    document_number text     DEFAULT NULL,
    line_key        name[]   DEFAULT NULL,
    header_table    regclass DEFAULT NULL,
    header_key      name[]   DEFAULT NULL,
    line_header     name[]   DEFAULT NULL,
    applies_to      text     DEFAULT NULL,
    counts_when     text     DEFAULT NULL,
    zero_columns    name[]   DEFAULT '{}',
    origin          text     DEFAULT NULL,
    origin_table    regclass DEFAULT NULL,
    refers_to       text     DEFAULT NULL,
    currency        text     DEFAULT NULL,
    entered_by      text     DEFAULT NULL,
    from_date       date     DEFAULT NULL,
    check_at        text     DEFAULT 'statement'
) RETURNS void
    LANGUAGE c VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_attach';
COMMENT ON FUNCTION credits.attach(regclass, text, text, text, text, text, text, text, name[], regclass, name[], name[], text, text,
    name[], text, regclass, text, text, text, date, text)
    IS 'Attaches a line table: from now on its lines sell and consume credits. Arguments name a column of the line, header.column, or an immutable expression over line and header. The caller owns the tables and is in credits_management (rule 5): asked here only, saving needs neither. On record in setting_change. Existing lines are not touched. quantity: a number, or an interval of days, hours and less, counted in hours. kind: invoice, delivery_note, cash_sale, service_report, helpdesk, event, other, or an expression of one. amount: net, in the type''s currency, rounded once to its coin; null for a source that never sells. The line''s key, the header''s key and the reference between them are its primary keys and its only foreign key where not given. applies_to: rows outside are never touched. counts_when: while true, the line is booked. zero_columns are 0 on consumptions, on drafts too (rule 11). Lines dated before from_date never count (rule 24). check_at: statement or commit, when a save is judged. refers_to is the key of the sale line that a credit note line takes back (rule 17). origin is the key of the line that a line was made from: its consumption counts only while that one, in origin_table, does not; without origin_table never (rule 19). Errors: 42703 no such column, 42804 wrong type, 42601 syntax, 42P17 not immutable, 42P16 no key, 42809 no permanent table, or none of the ERP''s own, 42710 attached already, 42704 origin_table not attached, 42501 not the owner or no right to settings, 0A000 not supported.';

CREATE FUNCTION credits.detach(line_table regclass) RETURNS void
    LANGUAGE c VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_detach';
COMMENT ON FUNCTION credits.detach(regclass)
    IS 'Takes the triggers off an attached line table. The ledger keeps its entries; they are recognised by table and key when the table is attached again. The caller owns the table and is in credits_management. On record in setting_change. Errors: 42704 not attached, 42501 not the owner or no right to settings, 2BP01 another attached table has it as origin_table.';

CREATE FUNCTION credits.settle(line_table regclass, header_key text) RETURNS void
    LANGUAGE c VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_settle';
COMMENT ON FUNCTION credits.settle(regclass, text)
    IS 'Settles the lines of one document as they and their header are now: for a trigger or job of one''s own where the header is a view, which is read and not watched. header_key is the text of the header''s key, or of the line''s in a table without headers: its columns joined by /, with / and \ escaped by \. Lines that have lost their header give back what they had; a key that names nothing settles nothing. For whoever may insert, update or delete lines of the table or rows of its header table; no role of credits is needed or stands for it. Errors: those of a save; 42704 not attached, 42501 no right, 0A000 a key that cannot be read from text.';

CREATE FUNCTION credits._line_changed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_line_changed';
COMMENT ON FUNCTION credits._line_changed() IS 'Statement trigger of attached line tables: settles the changed lines.';

CREATE FUNCTION credits._line_truncated() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_line_truncated';
COMMENT ON FUNCTION credits._line_truncated() IS 'Truncate trigger of attached line tables: refuses while lines of the table have credits (23514 credits_lines_kept).';

CREATE FUNCTION credits._header_changed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_header_changed';
COMMENT ON FUNCTION credits._header_changed() IS 'Statement trigger of header tables: settles the lines of changed headers.';

CREATE FUNCTION credits._price_line() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_price_line';
COMMENT ON FUNCTION credits._price_line() IS 'Row trigger of attached line tables with zero_columns: sets the price of consumptions to 0 (rule 11).';
