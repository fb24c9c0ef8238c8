-- The ledger. Written by the module alone, by direct table access, under the lock of the customer's row; read only for everyone.
-- No foreign keys, and no CHECK that the hot path would pay for: the module decides under the lock, verify() proves it
-- afterwards.
-- Columns that a draw changes come first and have a fixed place: the library reads these tables by attribute number, as
-- src/schema/own_tables.def says. So a new column comes last.

-- The kinds of entries stand in one table, src/core/entry_kind.hpp.
CREATE FUNCTION credits._entry_kind() RETURNS TABLE (
    kind          text,
    act           text,
    movement      text,
    label         text,
    sign          text,
    value_follows boolean,
    undoing       text
)
LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 9 AS 'MODULE_PATHNAME', 'credits_entry_kind';
COMMENT ON FUNCTION credits._entry_kind() IS
'The kinds of entries, and what each is.
Columns:
- act, movement, label: as in _act_of, _movement_of and _label_of
- sign: which way its credits go: in, out, either, none or any
- value_follows: its value goes the same way
- undoing: going this way it undoes another entry and names it; none when it never does';

CREATE FUNCTION credits._kind_name(code "char") RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'credits_kind_name';
COMMENT ON FUNCTION credits._kind_name("char") IS
'The kind of entry that a code stands for.
Errors:
- 22023 an unknown code';

CREATE FUNCTION credits._kind_code(kind text) RETURNS "char"
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'credits_kind_code';
COMMENT ON FUNCTION credits._kind_code(text) IS
'The code of a kind of entry.
Errors:
- 22023 an unknown kind';

CREATE FUNCTION credits._line_no(source_no integer, line_key text) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'credits_line_no';
COMMENT ON FUNCTION credits._line_no(integer, text) IS
'The number by which entries of a line are found: its source and, where that is one, the number that its key is; else a hash of '
'the key.';

CREATE FUNCTION credits._act_of(kind text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'credits_act_of';
COMMENT ON FUNCTION credits._act_of(text) IS
'What the line of an entry of this kind did: sale, credit_note, consumption or return; null when that is nothing.
Errors:
- 22023 an unknown kind';

CREATE FUNCTION credits._label_of(kind text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'credits_label_of';
COMMENT ON FUNCTION credits._label_of(text) IS
'The kind of an entry as a statement names it.
Errors:
- 22023 an unknown kind';

CREATE FUNCTION credits._movement_of(kind text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'credits_movement_of';
COMMENT ON FUNCTION credits._movement_of(text) IS
'What an entry of this kind is in a closing: sold, consumed, changes, or an opening, which moves nothing (rules 22 and 25).
Errors:
- 22023 an unknown kind';

-- An account has a number, by which lots and entries know it. It stands here, where no save comes: joined to _account, which each
-- one updates, lots and entries would be read twice at REPEATABLE READ.
CREATE SEQUENCE credits.account_number MINVALUE 0 START 0;
SELECT pg_catalog.setval('credits.account_number', 0);
COMMENT ON SEQUENCE credits.account_number IS 'Numbers accounts.';
SELECT pg_catalog.pg_extension_config_dump('credits.account_number', '');

CREATE TABLE credits._account_key (
    account_no integer NOT NULL DEFAULT credits._next_number('credits.account_number') PRIMARY KEY,
    customer   text    COLLATE "C" NOT NULL,
    type_id    integer NOT NULL,
    CONSTRAINT _account_key_customer_key UNIQUE (customer, type_id)
);
COMMENT ON TABLE credits._account_key IS
'Whose an account is. Written when it is opened, under the lock of the customer''s row.';
COMMENT ON COLUMN credits._account_key.account_no IS 'by which lots and entries know it; given once';
COMMENT ON COLUMN credits._account_key.customer   IS 'the ERP''s key as text';
COMMENT ON COLUMN credits._account_key.type_id    IS 'the credit type';
SELECT pg_catalog.pg_extension_config_dump('credits._account_key', '');

-- What plans of queries ask. No query can write a mark down, so nobody else learns from these functions who is a customer.
CREATE TYPE credits._plan_mark;
CREATE FUNCTION credits._plan_mark_in(cstring) RETURNS credits._plan_mark
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'credits_plan_mark_in';
COMMENT ON FUNCTION credits._plan_mark_in(cstring) IS
'Input of the type _plan_mark: refused.';
CREATE FUNCTION credits._plan_mark_out(credits._plan_mark) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'credits_plan_mark_out';
COMMENT ON FUNCTION credits._plan_mark_out(credits._plan_mark) IS
'Output of the type _plan_mark.';
CREATE TYPE credits._plan_mark (
    INPUT = credits._plan_mark_in, OUTPUT = credits._plan_mark_out, INTERNALLENGTH = 1, PASSEDBYVALUE, ALIGNMENT = char
);
COMMENT ON TYPE credits._plan_mark IS
'Tells a function that a plan calls it, as _account_support() made that.';

CREATE FUNCTION credits._account_no_of(mark credits._plan_mark, customer text, type_id integer) RETURNS integer
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'credits_account_no_of';
COMMENT ON FUNCTION credits._account_no_of(credits._plan_mark, text, integer) IS
'The number of an account, for plans of queries; null when there is none.';

CREATE FUNCTION credits._account_nos_of(mark credits._plan_mark, customer text) RETURNS integer[]
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'credits_account_nos_of';
COMMENT ON FUNCTION credits._account_nos_of(credits._plan_mark, text) IS
'The numbers of a customer''s accounts, for plans of queries.';

CREATE FUNCTION credits._account_support(internal) RETURNS internal
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_account_support';
COMMENT ON FUNCTION credits._account_support(internal) IS
'Plans _is_account().';

CREATE FUNCTION credits._is_account(row_no integer, account_no integer, customer text, type_id integer) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE SUPPORT credits._account_support AS 'MODULE_PATHNAME', 'credits_is_account';
COMMENT ON FUNCTION credits._is_account(integer, integer, text, integer) IS
'Tells whether a row is of an account: both numbers are the same. Where a query asks for a customer, and maybe a type, its plan
has the numbers of those accounts: it reads the rows by the index, in its order, and knows how many there are.';

CREATE FUNCTION credits._account_number(customer text, type_id integer) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    number integer := (SELECT key.account_no FROM credits._account_key AS key
                       WHERE key.customer = _account_number.customer AND key.type_id = _account_number.type_id);
BEGIN
    IF number IS NULL THEN
        INSERT INTO credits._account_key AS key (customer, type_id) VALUES (_account_number.customer, _account_number.type_id)
        ON CONFLICT ON CONSTRAINT _account_key_customer_key DO NOTHING -- at REPEATABLE READ somebody else's: 40001
        RETURNING key.account_no INTO number;
    END IF;
    RETURN number;
END
$$;
COMMENT ON FUNCTION credits._account_number(text, integer) IS
'The number of a customer''s account, which is opened where he has none. The caller has locked the customer''s row.';

-- Rows are only added. Two may say the same: who saves sees no row that somebody else is about to commit, and does not wait.
CREATE SEQUENCE credits.provenance_number MINVALUE 0 START 0;
SELECT pg_catalog.setval('credits.provenance_number', 0);
COMMENT ON SEQUENCE credits.provenance_number IS 'Numbers provenances.';
SELECT pg_catalog.pg_extension_config_dump('credits.provenance_number', '');

CREATE TABLE credits._provenance (
    provenance_no integer NOT NULL DEFAULT credits._next_number('credits.provenance_number') PRIMARY KEY,
    source_no     integer,
    document_kind text,
    recorded_by   text NOT NULL
);
COMMENT ON TABLE credits._provenance IS
'Where entries came from: what many of them have in common.';
COMMENT ON COLUMN credits._provenance.provenance_no IS 'by which entries know it; given once';
COMMENT ON COLUMN credits._provenance.source_no     IS 'source of the document line; null when registered by hand';
COMMENT ON COLUMN credits._provenance.document_kind IS 'kind of the document; manual when registered by hand';
COMMENT ON COLUMN credits._provenance.recorded_by   IS 'role that recorded it';
SELECT pg_catalog.pg_extension_config_dump('credits._provenance', '');

CREATE FUNCTION credits._provenance_of(source_no integer, document_kind text, recorded_by text) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    number integer := (SELECT min(known.provenance_no)
                       FROM credits._provenance AS known
                       WHERE known.source_no IS NOT DISTINCT FROM _provenance_of.source_no
                         AND known.document_kind IS NOT DISTINCT FROM _provenance_of.document_kind
                         AND known.recorded_by = _provenance_of.recorded_by);
BEGIN
    IF number IS NULL THEN
        INSERT INTO credits._provenance AS added (source_no, document_kind, recorded_by)
        VALUES (_provenance_of.source_no, _provenance_of.document_kind, _provenance_of.recorded_by)
        RETURNING added.provenance_no INTO number;
    END IF;
    RETURN number;
END
$$;
COMMENT ON FUNCTION credits._provenance_of(integer, text, text) IS
'The number of a provenance, which is recorded where it is not known yet.';

CREATE FUNCTION credits._key_beside(line_no bigint, line_key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN line_no & 1099511627776 <> 0 THEN line_key END;
COMMENT ON FUNCTION credits._key_beside(bigint, text) IS
'The key of a line as it is kept beside its number: null where that says it.';

CREATE TABLE credits._account (
    customer      text    COLLATE "C" NOT NULL,
    type_id       integer NOT NULL,
    last_lot_no   bigint  NOT NULL,
    last_entry_no bigint  NOT NULL,
    below_alarm   boolean NOT NULL,
    balance       numeric NOT NULL,
    value         numeric NOT NULL,
    alarm_level   numeric CHECK (alarm_level >= 0 AND alarm_level < 1e14),
    revalued_entry_no bigint NOT NULL DEFAULT 0,
    revalued_on   date,
    open_lot_no   bigint,
    open_lot      tid,
    account_no    integer NOT NULL,
    PRIMARY KEY (customer, type_id),
    CONSTRAINT credits_balance_not_negative CHECK (balance >= 0)
) WITH (fillfactor = 50); -- each save writes a version: as long as its page has room, no index is touched
COMMENT ON TABLE credits._account IS
'A customer''s account in one credit type, one row each; read it as the view account.
Written under the lock of the customer''s row.';
COMMENT ON COLUMN credits._account.customer      IS 'the ERP''s key as text';
COMMENT ON COLUMN credits._account.type_id       IS 'the credit type';
COMMENT ON COLUMN credits._account.last_lot_no   IS 'number of its newest lot; 0 for none';
COMMENT ON COLUMN credits._account.last_entry_no IS
'number of its newest entry, which tells versions of the row apart; 0 for none';
COMMENT ON COLUMN credits._account.below_alarm   IS 'an alarm was raised and the balance has not been above its level since';
COMMENT ON COLUMN credits._account.balance IS
'credits, never negative: the sum of its entries and of what remains of its lots';
COMMENT ON COLUMN credits._account.value         IS 'money: the value of its open lots';
COMMENT ON COLUMN credits._account.alarm_level   IS 'in credits: the customer''s own level; null for the type''s default';
COMMENT ON COLUMN credits._account.revalued_entry_no IS
'number of its last entry when the type got its present unit value: what those took out comes back at another value; 0 for never';
COMMENT ON COLUMN credits._account.revalued_on   IS 'day from which on the present unit value counts; null for always';
COMMENT ON COLUMN credits._account.open_lot_no   IS
'number of its oldest open lot, which is drawn next; 0 for none, null for not known';
COMMENT ON COLUMN credits._account.open_lot      IS
'where that lot''s row lay when it was last written: a hint, which is worth nothing after a restore or VACUUM FULL';
COMMENT ON COLUMN credits._account.account_no    IS 'its number, as in _account_key';
SELECT pg_catalog.pg_extension_config_dump('credits._account', '');

CREATE TABLE credits._lot (
    account_no      integer NOT NULL,
    lot_no          bigint  NOT NULL,
    last_entry_no   bigint  NOT NULL,
    open            boolean NOT NULL,
    sold_on         date    NOT NULL,
    booked_on       date    NOT NULL,
    quantity        numeric NOT NULL,
    amount          numeric NOT NULL,
    value           numeric NOT NULL,
    remaining       numeric NOT NULL,
    remaining_value numeric NOT NULL,
    credited        numeric NOT NULL DEFAULT 0,
    returned        numeric NOT NULL DEFAULT 0,
    returned_on     date,
    changed_on      date,
    unreturned_on   date,
    source_no       integer,
    line_key        text    COLLATE "C",
    document_kind   text,
    document_number text,
    article         text    COLLATE "C",
    coefficient     numeric,
    ledger_account  text,
    PRIMARY KEY (account_no, lot_no),
    CHECK (remaining >= 0 AND remaining <= quantity - credited)
) WITH (fillfactor = 60);
CREATE INDEX _lot_open_idx ON credits._lot (account_no, sold_on, lot_no) WHERE open;
COMMENT ON TABLE credits._lot IS
'The credits of one sale, kept apart with their value; read it as the view lot.
Written under the lock of the customer''s row.';
COMMENT ON COLUMN credits._lot.account_no      IS 'the account';
COMMENT ON COLUMN credits._lot.lot_no          IS 'number within the account, gapless, in order of sale';
COMMENT ON COLUMN credits._lot.last_entry_no IS
'number of the last entry that changed it, which tells versions of the row apart';
COMMENT ON COLUMN credits._lot.open IS
'some of it remains. A column of its own for the index of open lots, which a draw then leaves alone';
COMMENT ON COLUMN credits._lot.sold_on         IS 'date of the sale''s document: oldest first';
COMMENT ON COLUMN credits._lot.booked_on       IS 'date that the sale is booked on (rule 28)';
COMMENT ON COLUMN credits._lot.quantity        IS 'credits sold';
COMMENT ON COLUMN credits._lot.amount          IS 'net amount invoiced, in whole coins of the type''s currency';
COMMENT ON COLUMN credits._lot.value IS
'what the credits were worth at the sale: the amount, or under fixed valuation credits x unit value (rule 11)';
COMMENT ON COLUMN credits._lot.remaining       IS 'credits neither consumed nor credited, between 0 and quantity';
COMMENT ON COLUMN credits._lot.remaining_value IS 'value of what remains; 0 when nothing does';
COMMENT ON COLUMN credits._lot.credited        IS 'credits that credit notes took out of it (rule 17)';
COMMENT ON COLUMN credits._lot.returned IS
'credits of its draws that return lines gave back: while 0, a draw is all its line''s own';
COMMENT ON COLUMN credits._lot.returned_on IS
'booking date of the last return to it, before which nothing more is drawn (rule 28); null while returned is 0';
COMMENT ON COLUMN credits._lot.changed_on IS
'day before which, by the dates of its entries, its credits were fewer or worth something else: nothing more is drawn before '
'(rule 28). Set by changes of sale or value, and by what came back later than it went; null for none';
COMMENT ON COLUMN credits._lot.unreturned_on IS
'day until which, by the dates of its entries, there were credits of returns that were undone later: draws are undone no '
'earlier (rule 17); null for none';
COMMENT ON COLUMN credits._lot.source_no       IS 'source of the sale line; null when registered by hand';
COMMENT ON COLUMN credits._lot.line_key        IS 'key of the sale line; of a registration by hand its account and first entry';
COMMENT ON COLUMN credits._lot.document_kind   IS 'kind of the sale document; manual when registered by hand';
COMMENT ON COLUMN credits._lot.document_number IS 'number of the sale document';
COMMENT ON COLUMN credits._lot.article         IS 'article sold';
COMMENT ON COLUMN credits._lot.coefficient     IS 'of the article at the sale';
COMMENT ON COLUMN credits._lot.ledger_account  IS 'the article''s account at the sale';
SELECT pg_catalog.pg_extension_config_dump('credits._lot', '');

CREATE TABLE credits._entry (
    entry_no        bigint      NOT NULL,
    lot_no          bigint      NOT NULL,
    line_no         bigint,
    recorded_at     timestamptz NOT NULL,
    account_no      integer     NOT NULL,
    provenance_no   integer     NOT NULL,
    booked_on       date        NOT NULL,
    kind            "char"      NOT NULL CHECK (kind IN ('o', 's', 'S', 'n', 'c', 'C', 'r', 'v', 'x')),
    quantity        numeric     NOT NULL,
    value           numeric     NOT NULL,
    balance_after   numeric     NOT NULL,
    amount          numeric,
    document_date   date,
    reverses        bigint,
    line_key        text        COLLATE "C",
    document_number text,
    article         text        COLLATE "C",
    coefficient     numeric,
    description     text,
    entered_by      text,
    PRIMARY KEY (account_no, entry_no)
);
CREATE INDEX _entry_line_idx ON credits._entry (line_no) WITH (deduplicate_items = off); -- few equal numbers
CREATE INDEX _entry_booked_on_idx ON credits._entry USING brin (booked_on);
COMMENT ON TABLE credits._entry IS
'The ledger: one row per movement of a lot, append-only (invariant 2); read it as the view entry.
Only a line key or document number follows a renumbering.';
COMMENT ON COLUMN credits._entry.entry_no        IS 'number within the account, gapless, in order of booking';
COMMENT ON COLUMN credits._entry.lot_no          IS 'the lot that it moves';
COMMENT ON COLUMN credits._entry.line_no         IS
'number of the document line, by which its entries are found (credits._line_no); null for a revaluation of the whole type';
COMMENT ON COLUMN credits._entry.recorded_at     IS 'start of the statement that recorded it';
COMMENT ON COLUMN credits._entry.account_no      IS 'the account';
COMMENT ON COLUMN credits._entry.provenance_no   IS 'its source, kind of document, and the role that recorded it';
COMMENT ON COLUMN credits._entry.booked_on IS
'date for the books: the latest of the document''s date, the lot''s and the first open day (rule 28)';
COMMENT ON COLUMN credits._entry.kind            IS 'code of its kind (credits._kind_name)';
COMMENT ON COLUMN credits._entry.quantity        IS 'credits: > 0 came in, < 0 went out';
COMMENT ON COLUMN credits._entry.value           IS 'money that moved with them, same sign';
COMMENT ON COLUMN credits._entry.balance_after   IS 'credits of the account after this entry';
COMMENT ON COLUMN credits._entry.amount IS
'of a sale, its changes and credit notes: net amount invoiced, in whole coins; else null';
COMMENT ON COLUMN credits._entry.document_date   IS 'date of the document; null when it is booked on that day';
COMMENT ON COLUMN credits._entry.reverses        IS 'number of the entry that it undoes, in whole or in part; null for none';
COMMENT ON COLUMN credits._entry.line_key IS
'key of the document line; null when the line''s number says it; of a registration by hand its account and first entry';
COMMENT ON COLUMN credits._entry.document_number IS 'number of the document';
COMMENT ON COLUMN credits._entry.article         IS 'article of the line';
COMMENT ON COLUMN credits._entry.coefficient     IS 'credits per unit that the line is booked with (rule 16)';
COMMENT ON COLUMN credits._entry.description     IS 'given with a registration by hand';
COMMENT ON COLUMN credits._entry.entered_by      IS 'the ERP''s user, where the source names him';
SELECT pg_catalog.pg_extension_config_dump('credits._entry', '');

-- Of a registration by hand, which has no source, the key says whose it is.
CREATE VIEW credits._lot_by_customer AS
SELECT
    key.customer,
    key.type_id,
    lot.lot_no,
    lot.last_entry_no,
    lot.open,
    lot.sold_on,
    lot.booked_on,
    lot.quantity,
    lot.amount,
    lot.value,
    lot.remaining,
    lot.remaining_value,
    lot.credited,
    lot.returned,
    lot.returned_on,
    lot.changed_on,
    lot.unreturned_on,
    lot.source_no,
    CASE
        WHEN lot.source_no IS NULL
            THEN key.customer || '/' || key.type_id || '/' || pg_catalog.split_part(lot.line_key, '/', 2)
        ELSE lot.line_key
    END COLLATE "C" AS line_key,
    lot.document_kind,
    lot.document_number,
    lot.article,
    lot.coefficient,
    lot.ledger_account,
    lot.account_no
FROM credits._lot AS lot
JOIN credits._account_key AS key ON credits._is_account(lot.account_no, key.account_no, key.customer, key.type_id);
COMMENT ON VIEW credits._lot_by_customer IS 'The rows of _lot, and whose they are.';

-- The joins to what stands once for many entries are left out where it is not asked for.
CREATE VIEW credits._entry_by_customer AS
SELECT
    key.customer,
    key.type_id,
    entry.entry_no,
    CASE entry.kind -- whoever may read the view needs no right to a function
        WHEN 'o' THEN 'opening'
        WHEN 's' THEN 'sale'
        WHEN 'S' THEN 'sale_change'
        WHEN 'n' THEN 'credit_note'
        WHEN 'c' THEN 'consumption'
        WHEN 'C' THEN 'consumption_change'
        WHEN 'r' THEN 'return'
        WHEN 'v' THEN 'revaluation'
        WHEN 'x' THEN 'correction'
        ELSE 'code ' || entry.kind::text -- which is none
    END AS kind,
    entry.lot_no,
    entry.quantity,
    entry.value,
    entry.amount,
    entry.balance_after,
    entry.booked_on,
    provenance.document_kind,
    coalesce(entry.document_date, entry.booked_on) AS document_date,
    entry.document_number,
    provenance.source_no,
    CASE
        WHEN entry.line_key IS NULL THEN (entry.line_no & 1099511627775)::text -- its 40 bits
        WHEN provenance.source_no IS NULL
            THEN key.customer || '/' || key.type_id || '/' || pg_catalog.split_part(entry.line_key, '/', 2)
        ELSE entry.line_key
    END COLLATE "C" AS line_key,
    entry.article,
    entry.coefficient,
    entry.description,
    entry.reverses,
    entry.recorded_at,
    provenance.recorded_by,
    entry.entered_by,
    entry.account_no,
    entry.line_no
FROM credits._entry AS entry
JOIN credits._account_key AS key ON credits._is_account(entry.account_no, key.account_no, key.customer, key.type_id)
LEFT JOIN credits._provenance AS provenance USING (provenance_no);
COMMENT ON VIEW credits._entry_by_customer IS 'The rows of _entry, and what their numbers stand for.';

-- By the numbers of its lines, which stand together in the index.
CREATE FUNCTION credits._has_entries(source_no integer) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT
        FROM credits._entry AS entry
        JOIN credits._provenance AS provenance USING (provenance_no)
        WHERE entry.line_no BETWEEN credits._line_no(_has_entries.source_no, '0')
                                AND credits._line_no(_has_entries.source_no, '0') + 2199023255551 -- 41 bits
          AND provenance.source_no = _has_entries.source_no);
END;
COMMENT ON FUNCTION credits._has_entries(integer) IS
'Tells whether lines of a source are on record.';

-- A line of another source has another number.
CREATE FUNCTION credits._give_entries(former integer, target integer, line_keys text[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._do_now('SELECT credits._provenance_of($2, document_kind, recorded_by)
                             FROM credits._provenance WHERE source_no = $1', ROW(former, target));
    PERFORM credits._do_now($command$
        UPDATE credits._entry AS entry
        SET provenance_no = (SELECT min(present.provenance_no) FROM credits._provenance AS present
                             WHERE (present.source_no, present.document_kind, present.recorded_by)
                                 IS NOT DISTINCT FROM ($2, its.document_kind, its.recorded_by)),
            line_no = credits._line_no($2, line.line_key)
        FROM credits._entry_by_customer AS line
        JOIN credits._provenance AS its ON its.source_no = line.source_no
        WHERE line.source_no = $1 AND ($3 IS NULL OR line.line_key = ANY ($3))
          AND entry.account_no = line.account_no AND entry.entry_no = line.entry_no
          AND its.provenance_no = entry.provenance_no $command$, ROW(former, target, line_keys));
    PERFORM credits._do_now('UPDATE credits._lot SET source_no = $2
                             WHERE source_no = $1 AND ($3 IS NULL OR line_key = ANY ($3))', ROW(former, target, line_keys));
END
$$;
COMMENT ON FUNCTION credits._give_entries(integer, integer, text[]) IS
'Gives what is on record of a source, or of some of its lines, to another.';

CREATE VIEW credits.entry AS
SELECT
    entry.customer,
    entry.type_id,
    entry.entry_no,
    entry.kind,
    entry.lot_no,
    entry.quantity,
    entry.value,
    entry.amount,
    entry.balance_after,
    entry.booked_on,
    entry.document_kind,
    entry.document_date,
    entry.document_number,
    source.line_table,
    entry.line_key,
    entry.article,
    entry.coefficient,
    entry.description,
    entry.reverses,
    entry.recorded_at,
    entry.recorded_by,
    entry.entered_by,
    source.name AS source
FROM credits._entry_by_customer AS entry
LEFT JOIN credits._source AS source USING (source_no);
COMMENT ON VIEW credits.entry IS
'The ledger: one row per movement of a lot, append-only (invariant 2).
Only a line key or document number follows a renumbering.';
COMMENT ON COLUMN credits.entry.customer        IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.entry.type_id         IS 'the credit type';
COMMENT ON COLUMN credits.entry.entry_no        IS 'number within the account, gapless, in order of booking';
COMMENT ON COLUMN credits.entry.kind IS
'opening, sale, sale_change, credit_note, consumption, consumption_change, return, revaluation or correction';
COMMENT ON COLUMN credits.entry.lot_no          IS 'the lot that it moves';
COMMENT ON COLUMN credits.entry.quantity        IS 'credits: > 0 came in, < 0 went out';
COMMENT ON COLUMN credits.entry.value           IS 'money that moved with them, same sign';
COMMENT ON COLUMN credits.entry.amount IS
'of a sale, its changes and credit notes: net amount invoiced, in whole coins; else null';
COMMENT ON COLUMN credits.entry.balance_after   IS 'credits of the account after this entry';
COMMENT ON COLUMN credits.entry.booked_on IS
'date for the books: the latest of the document''s date, the lot''s and the first open day (rule 28)';
COMMENT ON COLUMN credits.entry.document_kind   IS 'kind of the document; manual when registered by hand';
COMMENT ON COLUMN credits.entry.document_date   IS 'date of the document';
COMMENT ON COLUMN credits.entry.document_number IS 'number of the document';
COMMENT ON COLUMN credits.entry.line_table IS
'table of the document line; null when registered by hand, when the table is gone, or when the line is archived';
COMMENT ON COLUMN credits.entry.line_key        IS
'key of the document line; customer, type and first entry of a registration by hand';
COMMENT ON COLUMN credits.entry.article         IS 'article of the line';
COMMENT ON COLUMN credits.entry.coefficient     IS 'credits per unit that the line is booked with (rule 16)';
COMMENT ON COLUMN credits.entry.description     IS 'given with a registration by hand';
COMMENT ON COLUMN credits.entry.reverses        IS 'number of the entry that it undoes, in whole or in part; null for none';
COMMENT ON COLUMN credits.entry.recorded_at     IS 'start of the statement that recorded it';
COMMENT ON COLUMN credits.entry.recorded_by     IS 'role that recorded it';
COMMENT ON COLUMN credits.entry.entered_by      IS 'the ERP''s user, where the source names him';
COMMENT ON COLUMN credits.entry.source IS
'name of the source that the document line is or was in; null when registered by hand';

CREATE SEQUENCE credits.renumbering_number MINVALUE 0 START 0;
SELECT pg_catalog.setval('credits.renumbering_number', 0);
COMMENT ON SEQUENCE credits.renumbering_number IS 'Numbers new keys and document numbers.';
SELECT pg_catalog.pg_extension_config_dump('credits.renumbering_number', '');

CREATE TABLE credits._renumbering (
    source_no  integer     NOT NULL,
    old_key    text        COLLATE "C",
    new_key    text        COLLATE "C",
    old_number text,
    new_number text,
    at         timestamptz NOT NULL,
    by         text        NOT NULL,
    number     bigint      PRIMARY KEY DEFAULT credits._next_number('credits.renumbering_number')
);
COMMENT ON TABLE credits._renumbering IS
'New line keys and document numbers of recorded lines; read it as the view renumbering.';
COMMENT ON COLUMN credits._renumbering.source_no  IS 'source of the line';
COMMENT ON COLUMN credits._renumbering.old_key    IS 'line key before';
COMMENT ON COLUMN credits._renumbering.new_key    IS 'line key after';
COMMENT ON COLUMN credits._renumbering.old_number IS 'document number before';
COMMENT ON COLUMN credits._renumbering.new_number IS 'document number after';
COMMENT ON COLUMN credits._renumbering.at         IS 'when';
COMMENT ON COLUMN credits._renumbering.by         IS 'role that changed it';
COMMENT ON COLUMN credits._renumbering.number     IS 'key, given by the database: a later one is higher, some are left out';
SELECT pg_catalog.pg_extension_config_dump('credits._renumbering', '');

CREATE VIEW credits.renumbering AS
SELECT
    source.line_table,
    renumbering.old_key,
    renumbering.new_key,
    renumbering.old_number,
    renumbering.new_number,
    renumbering.at,
    renumbering.by,
    renumbering.number,
    source.name AS source
FROM credits._renumbering AS renumbering
LEFT JOIN credits._source AS source USING (source_no);
COMMENT ON VIEW credits.renumbering IS
'New line keys and document numbers of recorded lines: they book nothing, the ledger follows them (rule 14).';
COMMENT ON COLUMN credits.renumbering.line_table IS 'table of the line; null when it is gone, or the line archived';
COMMENT ON COLUMN credits.renumbering.old_key    IS 'line key before';
COMMENT ON COLUMN credits.renumbering.new_key    IS 'line key after';
COMMENT ON COLUMN credits.renumbering.old_number IS 'document number before';
COMMENT ON COLUMN credits.renumbering.new_number IS 'document number after';
COMMENT ON COLUMN credits.renumbering.at         IS 'when';
COMMENT ON COLUMN credits.renumbering.by         IS 'role that changed it';
COMMENT ON COLUMN credits.renumbering.number     IS 'key, given by the database: a later one is higher, some are left out';
COMMENT ON COLUMN credits.renumbering.source     IS 'name of the source that the line is or was in';

-- One statement for all lines, so that two lines may swap their keys.
CREATE FUNCTION credits._follow_renumbering(
    source_no   integer,
    old_keys    text[],
    new_keys    text[],
    old_numbers text[],
    new_numbers text[],
    roles       text[]
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._do_now($command$
        WITH renumbered AS (
            SELECT *, credits._line_no($1, old_key) AS old_no, credits._line_no($1, new_key) AS new_no
            FROM unnest($2, $3, $4, $5, $6) AS line (old_key, new_key, old_number, new_number, by)
        ),
        entries AS (
            UPDATE credits._entry AS entry
            SET line_no = renumbered.new_no,
                line_key = credits._key_beside(renumbered.new_no, renumbered.new_key),
                document_number = renumbered.new_number
            FROM renumbered
            WHERE entry.line_no = renumbered.old_no
              AND entry.line_key IS NOT DISTINCT FROM credits._key_beside(renumbered.old_no, renumbered.old_key)
            RETURNING entry.account_no, entry.lot_no, renumbered.old_key, renumbered.new_key, renumbered.new_number
        ),
        lots AS (
            UPDATE credits._lot AS lot SET line_key = entry.new_key, document_number = entry.new_number
            FROM (SELECT DISTINCT * FROM entries) AS entry
            WHERE lot.account_no = entry.account_no AND lot.lot_no = entry.lot_no
              AND lot.source_no = $1 AND lot.line_key = entry.old_key
        )
        INSERT INTO credits._renumbering (source_no, old_key, new_key, old_number, new_number, at, by)
        SELECT $1, old_key, new_key, old_number, new_number, clock_timestamp(), by FROM renumbered $command$,
        ROW(source_no, old_keys, new_keys, old_numbers, new_numbers, roles));
END
$$;
COMMENT ON FUNCTION credits._follow_renumbering(integer, text[], text[], text[], text[], text[]) IS
'Has the ledger follow new keys and document numbers of recorded lines (rule 14), and records them.';
