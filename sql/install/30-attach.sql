-- Attaching the ERP's line tables: how their rows read, what is kept of the call, and the triggers that it creates on them.

CREATE TYPE credits._mapping AS ENUM ();
COMMENT ON TYPE credits._mapping IS
'No value: the views that credits.attach() makes have a column of it, so that they go with the extension.';

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
    refers_to       text,
    continues       text,
    source_no       integer      NOT NULL UNIQUE,
    archived_before date,
    archive_no      integer
);
COMMENT ON TABLE credits.source IS
'What is attached: the arguments of attach, one row per line table, and the view made from them.
Tables and columns follow a renaming; else arguments are kept as they were given.';
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
COMMENT ON COLUMN credits.source.continues       IS 'former name of the source that this table goes on; null for its own';
COMMENT ON COLUMN credits.source.source_no       IS 'number of the source, which outlives the table';
COMMENT ON COLUMN credits.source.archived_before IS 'lines dated before it are archived; null for none';
COMMENT ON COLUMN credits.source.archive_no      IS 'number of the source to which their entries have gone; null for none';
SELECT pg_catalog.pg_extension_config_dump('credits.source', '');

-- What is attached is a setting (rule 5).
CREATE TRIGGER credits_configuration_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON credits.source
    FOR EACH STATEMENT EXECUTE FUNCTION credits._configuration_changed();
CREATE TRIGGER credits_record_change AFTER INSERT OR DELETE ON credits.source
    FOR EACH ROW EXECUTE FUNCTION credits._record_setting_change('line_table', 'mapping', 'has_history', 'quantity_is_interval',
                                                                 'attached_at', 'attached_by', 'source_no', 'archive_no');
CREATE TRIGGER credits_record_update AFTER UPDATE ON credits.source
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION credits._record_setting_change('line_table', 'mapping', 'has_history', 'quantity_is_interval',
                                                    'attached_at', 'attached_by', 'source_no', 'archive_no');
CREATE TRIGGER credits_refuse_truncate BEFORE TRUNCATE ON credits.source
    FOR EACH STATEMENT EXECUTE FUNCTION credits._refuse_truncate();

CREATE FUNCTION credits._has_lines(number integer) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT
                   FROM credits._source AS source
                   WHERE number IN (source.source_no, source.archive_of) AND credits._has_entries(source.source_no));
END;
COMMENT ON FUNCTION credits._has_lines(integer) IS
'Question: whether lines of a source are on record, archived ones too.';

CREATE FUNCTION credits._know_archive(line_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._do_now('UPDATE credits.source AS its
                             SET archive_no = archive.source_no, archived_before = archive.archived_before
                             FROM credits._source AS archive
                             WHERE its.line_table = $1 AND archive.archive_of = its.source_no',
                            ROW(line_table));
END
$$;
COMMENT ON FUNCTION credits._know_archive(regclass) IS
'Notes of an attached source which of its lines are archived.';

CREATE FUNCTION credits._know_history(line_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._know_archive(line_table);
    PERFORM credits._do_now(
        'UPDATE credits.source AS its
         SET has_history = true
         WHERE its.line_table = $1
           AND (credits._has_entries(its.source_no) OR credits._has_entries(its.archive_no))',
        ROW(line_table));
END
$$;
COMMENT ON FUNCTION credits._know_history(regclass) IS
'Notes of a source that was just attached what is archived of it, and whether it has entries from before.';

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
    check_at        text     DEFAULT 'statement',
    continues       text     DEFAULT NULL
) RETURNS void
    LANGUAGE c VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_attach';
COMMENT ON FUNCTION credits.attach IS
'Attaches a line table: from now on its lines sell and consume credits. Existing lines are not touched.
Arguments name a column of the line, header.column, or an immutable expression over line and header:
- line_table: the table of document lines
- kind: invoice, delivery_note, cash_sale, service_report, helpdesk, event, other, or an expression of one
- article: the article
- quantity: a number, or an interval of days, hours and less, counted in hours
- amount: net, in the type''s currency, rounded once to its coin; null for a source that never sells
- customer: the customer
- document_date: a date or a timestamp
- document_number: the number of the document; null for none
- line_key: columns of the line''s key; its primary key where not given
- header_table: the table of documents; null when a line is its own document
- header_key: columns of the header''s key; its primary key where not given
- line_header: columns that refer to the header; the only foreign key to it where not given
- applies_to: a condition; rows outside are never touched
- counts_when: a condition; while true, the line is booked
- zero_columns: columns that are 0 on consumptions, on drafts too (rule 11)
- origin: the key of the line that a line was made from: its consumption counts only while that one does not (rule 19)
- origin_table: the attached table of the origins; without it a line with an origin never consumes
- refers_to: the key of the sale line that a credit note line takes back (rule 17)
- currency: the document''s, where it can be another than the type''s
- entered_by: the ERP''s user
- from_date: lines dated before it never count (rule 24)
- check_at: statement or commit, when a save is judged
- continues: the former name of a source that this table goes on; by itself one goes on that has its table, or its name (rule 24)
For the owner of the tables who is in credits_management: asked here only, saving needs neither.
It is on record in setting_change.
Errors:
- 42703: no such column
- 42804: wrong type
- 42601: syntax
- 42P17: not immutable
- 42P16: no key
- 42809: no permanent table, or none of the ERP''s own
- 42710: attached already, or continues a source that is
- 42704: origin_table is not attached, or continues an unknown source
- 42501: not the owner, or no right to settings
- 0A000: not supported
Rules 5, 9, 11, 17, 19 and 24.';

CREATE FUNCTION credits.detach(line_table regclass) RETURNS void
    LANGUAGE c VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_detach';
COMMENT ON FUNCTION credits.detach(regclass) IS
'Takes the triggers off an attached line table.
The ledger keeps its entries: they are recognised by source and key when the table, or its successor, is attached again.
For the owner of the table who is in credits_management. It is on record in setting_change.
Errors:
- 42704: not attached
- 42501: not the owner, or no right to settings
- 2BP01: another attached table has it as origin_table
Rule 5.';

CREATE FUNCTION credits.settle(line_table regclass, header_key text) RETURNS void
    LANGUAGE c VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'credits_settle';
COMMENT ON FUNCTION credits.settle(regclass, text) IS
'Settles the lines of one document as they and their header are now.
It is for a trigger or job of one''s own where the header is a view, which is read and not watched.
Lines that have lost their header give back what they had; a key that names nothing settles nothing.
Arguments:
- line_table: the attached table
- header_key: the text of the header''s key, or of the line''s in a table without headers
The text of a key: its columns joined by /, with / and \ escaped by \.
For whoever may insert, update or delete lines of the table or rows of its header table.
No role of credits is needed or stands for it.
Errors, besides those of a save:
- 42704: not attached
- 42501: no right
- 0A000: a key that cannot be read from text';

CREATE FUNCTION credits._line_changed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_line_changed';
COMMENT ON FUNCTION credits._line_changed() IS 'Statement trigger of attached line tables: settles the changed lines.';

CREATE FUNCTION credits._line_truncated() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_line_truncated';
COMMENT ON FUNCTION credits._line_truncated() IS
'Truncate trigger of attached line tables: refuses while lines of the table have credits (23514 credits_lines_kept).';

CREATE FUNCTION credits._header_changed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_header_changed';
COMMENT ON FUNCTION credits._header_changed() IS 'Statement trigger of header tables: settles the lines of changed headers.';

CREATE FUNCTION credits._price_line() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_price_line';
COMMENT ON FUNCTION credits._price_line() IS
'Row trigger of attached line tables with zero_columns: sets the price of consumptions to 0 (rule 11).';

CREATE FUNCTION credits._strangers() RETURNS TABLE (member oid, has_lines boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE family (member, has_lines) AS (
        SELECT source.line_table::oid, true FROM credits.source
        UNION
        SELECT source.header_table, false FROM credits.source WHERE source.header_table IS NOT NULL
        UNION
        SELECT heir.inhrelid, family.has_lines
        FROM family
        JOIN pg_inherits AS heir ON heir.inhparent = family.member AND NOT heir.inhdetachpending
    )
    SELECT DISTINCT present.tgrelid, ours.has_lines
    FROM (VALUES ('credits._line_changed()'::regprocedure, true), ('credits._header_changed()', false))
        AS ours (function, has_lines)
    JOIN pg_trigger AS present ON present.tgfoid = ours.function
    WHERE NOT EXISTS (SELECT FROM family WHERE family.member = present.tgrelid AND family.has_lines = ours.has_lines);
END;
COMMENT ON FUNCTION credits._strangers() IS
'Question: tables with a trigger of ours that belong to no attached table, having been detached from their root.';

CREATE FUNCTION credits._source_fault(line_table regclass) RETURNS SETOF text
    LANGUAGE c STRICT STABLE ROWS 1 AS 'MODULE_PATHNAME', 'credits_source_fault';
COMMENT ON FUNCTION credits._source_fault(regclass) IS
'What an attached table has lost while the protection was off, or why its rows cannot be read.';

CREATE FUNCTION credits._is_source_readable(line_table regclass) RETURNS boolean
    LANGUAGE c STRICT STABLE AS 'MODULE_PATHNAME', 'credits_is_source_readable';
COMMENT ON FUNCTION credits._is_source_readable(regclass) IS
'True when rows of the attached table can be read under its mapping; one of them may still fail.';
