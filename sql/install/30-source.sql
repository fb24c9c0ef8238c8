-- What is attached: the ERP's line tables, and how their rows read.

-- One row per attached line table: the arguments of attach, and the view that says how a line reads.
CREATE TABLE credits.source (
    line_table      regclass     PRIMARY KEY,
    mapping         regclass     NOT NULL,
    header_table    regclass,
    kind            text         NOT NULL,
    article         text         NOT NULL,
    quantity        text         NOT NULL,
    amount          text,
    customer        text         NOT NULL,
    document_date   text         NOT NULL,
    document_number text,
    line_key        name[]       NOT NULL,
    header_key      name[],
    line_header     name[],
    applies_to      text,
    counts_when     text,
    zero_columns    name[]       NOT NULL,
    currency        text,
    entered_by      text,
    from_date       date,
    has_history     boolean      NOT NULL,
    check_at        text         NOT NULL CHECK (check_at IN ('statement', 'commit')),
    attached_at     timestamptz  NOT NULL,
    attached_by     text         NOT NULL,
    quantity_is_interval boolean NOT NULL,
    origin          text,
    origin_table    regclass,
    refers_to       text
);
COMMENT ON TABLE credits.source IS
'What is attached: the arguments of attach, one row per line table, and the view made from them.
Tables follow a renaming; arguments are kept as they were given, what they name is followed by the view.';
COMMENT ON COLUMN credits.source.line_table      IS 'the attached table of document lines';
COMMENT ON COLUMN credits.source.mapping         IS 'the view that says how a line and its header read';
COMMENT ON COLUMN credits.source.header_table    IS 'table of the documents; null when a line is its own document';
COMMENT ON COLUMN credits.source.kind            IS 'kind of the documents: a constant or an expression';
COMMENT ON COLUMN credits.source.article         IS 'column or expression: the article';
COMMENT ON COLUMN credits.source.quantity IS
'column or expression: the quantity, in units of the article; an interval, without months, is hours';
COMMENT ON COLUMN credits.source.amount          IS 'column or expression: the net amount; null for a source that never sells';
COMMENT ON COLUMN credits.source.customer        IS 'column or expression: the customer';
COMMENT ON COLUMN credits.source.document_date   IS 'column or expression: the date of the document';
COMMENT ON COLUMN credits.source.document_number IS 'column or expression: the number of the document; null for none';
COMMENT ON COLUMN credits.source.line_key        IS 'columns of the line''s key';
COMMENT ON COLUMN credits.source.header_key      IS 'columns of the header''s key';
COMMENT ON COLUMN credits.source.line_header     IS 'columns of the line that refer to the header';
COMMENT ON COLUMN credits.source.applies_to      IS 'condition: which rows are the extension''s business; null for all';
COMMENT ON COLUMN credits.source.counts_when     IS 'condition: while true, the line is booked; null for always';
COMMENT ON COLUMN credits.source.zero_columns    IS 'columns that are 0 on consumption lines';
COMMENT ON COLUMN credits.source.currency        IS 'column or expression: the currency; null when all are in that of the type';
COMMENT ON COLUMN credits.source.entered_by      IS 'column or expression: the ERP''s user; null for none';
COMMENT ON COLUMN credits.source.from_date       IS 'lines dated before it never count; null for no such date';
COMMENT ON COLUMN credits.source.check_at        IS 'when a save is checked: statement or commit';
COMMENT ON COLUMN credits.source.has_history IS
'it had entries when it was attached, or its triggers were off since (session_replication_role does not tell): a new line may '
'have some already';
COMMENT ON COLUMN credits.source.attached_at     IS 'when';
COMMENT ON COLUMN credits.source.attached_by     IS 'role that attached it';
COMMENT ON COLUMN credits.source.quantity_is_interval IS 'the quantity is a duration, counted in hours (rule 9)';
COMMENT ON COLUMN credits.source.origin IS
'column or expression: the key of the line that it was made from; null for none (rule 19)';
COMMENT ON COLUMN credits.source.origin_table    IS 'attached table of the origins; null: a line with an origin never consumes';
COMMENT ON COLUMN credits.source.refers_to IS
'column or expression: the key of the sale line that a credit note line takes back; null for none';
SELECT pg_catalog.pg_extension_config_dump('credits.source', '');

-- What is attached is a setting (rule 5).
CREATE TRIGGER credits_configuration_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON credits.source
    FOR EACH STATEMENT EXECUTE FUNCTION credits._configuration_changed();
CREATE TRIGGER credits_record_change AFTER INSERT OR DELETE ON credits.source
    FOR EACH ROW EXECUTE FUNCTION credits._record_setting_change('line_table', 'mapping', 'has_history',
                                                                 'quantity_is_interval', 'attached_at', 'attached_by');
CREATE TRIGGER credits_record_update AFTER UPDATE ON credits.source
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION credits._record_setting_change('line_table', 'mapping', 'has_history', 'quantity_is_interval',
                                                    'attached_at', 'attached_by');
CREATE TRIGGER credits_refuse_truncate BEFORE TRUNCATE ON credits.source
    FOR EACH STATEMENT EXECUTE FUNCTION credits._refuse_truncate();

CREATE FUNCTION credits._source_fault(line_table regclass) RETURNS SETOF text
    LANGUAGE c STRICT STABLE ROWS 1 AS 'MODULE_PATHNAME', 'credits_source_fault';
COMMENT ON FUNCTION credits._source_fault(regclass) IS
'What an attached table has lost while the protection was off, or why its rows cannot be read.';

CREATE FUNCTION credits._is_source_readable(line_table regclass) RETURNS boolean
    LANGUAGE c STRICT STABLE AS 'MODULE_PATHNAME', 'credits_is_source_readable';
COMMENT ON FUNCTION credits._is_source_readable(regclass) IS
'True when rows of the attached table can be read under its mapping; one of them may still fail.';
