-- The ledger. Written by the module alone, by direct table access, under the lock of the customer's row; read only for everyone.
-- No foreign keys, and no CHECK that the hot path would pay for: the module decides under the lock, verify() proves it afterwards.
-- Columns that a draw changes come first and have a fixed place: the library reads these tables by attribute number, as
-- src/schema/own_tables.def says. So a new column comes last.

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
    PRIMARY KEY (customer, type_id),
    CONSTRAINT credits_balance_not_negative CHECK (balance >= 0)
) WITH (fillfactor = 70);
COMMENT ON TABLE credits._account IS 'A customer''s account in one credit type, one row each; read it as the view account. Written under the lock of the customer''s row.';
COMMENT ON COLUMN credits._account.customer      IS 'the ERP''s key as text';
COMMENT ON COLUMN credits._account.type_id       IS 'the credit type';
COMMENT ON COLUMN credits._account.last_lot_no   IS 'number of its newest lot; 0 for none';
COMMENT ON COLUMN credits._account.last_entry_no IS 'number of its newest entry, which tells versions of the row apart; 0 for none';
COMMENT ON COLUMN credits._account.below_alarm   IS 'an alarm was raised and the balance has not been above its level since';
COMMENT ON COLUMN credits._account.balance       IS 'credits, never negative: the sum of its entries and of what remains of its lots';
COMMENT ON COLUMN credits._account.value         IS 'money: the value of its open lots';
COMMENT ON COLUMN credits._account.alarm_level   IS 'in credits: the customer''s own level; null for the type''s default';
COMMENT ON COLUMN credits._account.revalued_entry_no IS 'number of its last entry when the type got its present unit value: what those took out comes back at another value; 0 for never';
COMMENT ON COLUMN credits._account.revalued_on   IS 'day from which on the present unit value counts; null for always';
SELECT pg_catalog.pg_extension_config_dump('credits._account', '');

CREATE TABLE credits._lot (
    customer        text    COLLATE "C" NOT NULL,
    type_id         integer NOT NULL,
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
    line_table      regclass,
    line_key        text    COLLATE "C",
    document_kind   text,
    document_number text,
    article         text    COLLATE "C",
    coefficient     numeric,
    ledger_account  text,
    PRIMARY KEY (customer, type_id, lot_no),
    CHECK (remaining >= 0 AND remaining <= quantity - credited)
) WITH (fillfactor = 80);
CREATE INDEX _lot_open_idx ON credits._lot (customer, type_id, sold_on, lot_no) WHERE open;
COMMENT ON TABLE credits._lot IS 'The credits of one sale, kept apart with their value; read it as the view lot. Written under the lock of the customer''s row.';
COMMENT ON COLUMN credits._lot.customer        IS 'the ERP''s key as text';
COMMENT ON COLUMN credits._lot.type_id         IS 'the credit type';
COMMENT ON COLUMN credits._lot.lot_no          IS 'number within the account, gapless, in order of sale';
COMMENT ON COLUMN credits._lot.last_entry_no   IS 'number of the last entry that changed it, which tells versions of the row apart';
COMMENT ON COLUMN credits._lot.open            IS 'some of it remains. A column of its own for the index of open lots, which a draw then leaves alone';
COMMENT ON COLUMN credits._lot.sold_on         IS 'date of the sale''s document: oldest first';
COMMENT ON COLUMN credits._lot.booked_on       IS 'date that the sale is booked on (rule 28)';
COMMENT ON COLUMN credits._lot.quantity        IS 'credits sold';
COMMENT ON COLUMN credits._lot.amount          IS 'net amount invoiced, in whole coins of the type''s currency';
COMMENT ON COLUMN credits._lot.value           IS 'what the credits were worth at the sale: the amount, or under fixed valuation credits x unit value (rule 11)';
COMMENT ON COLUMN credits._lot.remaining       IS 'credits neither consumed nor credited, between 0 and quantity';
COMMENT ON COLUMN credits._lot.remaining_value IS 'value of what remains; 0 when nothing does';
COMMENT ON COLUMN credits._lot.credited        IS 'credits that credit notes took out of it (rule 17)';
COMMENT ON COLUMN credits._lot.returned        IS 'credits of its draws that return lines gave back: while 0, a draw is all its line''s own';
COMMENT ON COLUMN credits._lot.returned_on     IS 'booking date of the last return to it, before which nothing more is drawn (rule 28); null while returned is 0';
COMMENT ON COLUMN credits._lot.changed_on      IS 'day before which, by the dates of its entries, its credits were fewer or worth something else: nothing more is drawn before (rule 28). Set by changes of sale or value, and by what came back later than it went; null for none';
COMMENT ON COLUMN credits._lot.unreturned_on   IS 'day until which, by the dates of its entries, there were credits of returns that were undone later: draws are undone no earlier (rule 17); null for none';
COMMENT ON COLUMN credits._lot.line_table      IS 'attached table of the sale line; null when registered by hand';
COMMENT ON COLUMN credits._lot.line_key        IS 'key of the sale line';
COMMENT ON COLUMN credits._lot.document_kind   IS 'kind of the sale document; manual when registered by hand';
COMMENT ON COLUMN credits._lot.document_number IS 'number of the sale document';
COMMENT ON COLUMN credits._lot.article         IS 'article sold';
COMMENT ON COLUMN credits._lot.coefficient     IS 'of the article at the sale';
COMMENT ON COLUMN credits._lot.ledger_account  IS 'the article''s account at the sale';
SELECT pg_catalog.pg_extension_config_dump('credits._lot', '');

CREATE TABLE credits.entry (
    customer        text        COLLATE "C" NOT NULL,
    type_id         integer     NOT NULL,
    entry_no        bigint      NOT NULL,
    lot_no          bigint      NOT NULL,
    reverses        bigint,
    booked_on       date        NOT NULL,
    document_date   date,
    kind            text        NOT NULL CHECK (kind IN ('opening', 'sale', 'sale_change', 'credit_note', 'consumption',
                                                         'consumption_change', 'return', 'revaluation', 'correction')),
    quantity        numeric     NOT NULL,
    value           numeric     NOT NULL,
    amount          numeric,
    balance_after   numeric     NOT NULL,
    line_table      regclass,
    line_key        text        COLLATE "C",
    document_kind   text,
    document_number text,
    article         text        COLLATE "C",
    coefficient     numeric,
    description     text,
    recorded_at     timestamptz NOT NULL,
    recorded_by     text        NOT NULL,
    entered_by      text,
    PRIMARY KEY (customer, type_id, entry_no)
);
CREATE INDEX entry_line_idx ON credits.entry (line_table, line_key) WITH (deduplicate_items = off); -- few equal keys
CREATE INDEX entry_booked_on_idx ON credits.entry USING brin (booked_on);
COMMENT ON TABLE credits.entry IS 'The ledger: one row per movement of a lot, append-only (invariant 2). Only a line key or document number follows a renumbering.';
COMMENT ON COLUMN credits.entry.customer        IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.entry.type_id         IS 'the credit type';
COMMENT ON COLUMN credits.entry.entry_no        IS 'number within the account, gapless, in order of booking';
COMMENT ON COLUMN credits.entry.lot_no          IS 'the lot that it moves';
COMMENT ON COLUMN credits.entry.reverses        IS 'number of the entry that it undoes, in whole or in part; null for none';
COMMENT ON COLUMN credits.entry.booked_on       IS 'date for the books: the latest of the document''s date, the lot''s and the first open day (rule 28)';
COMMENT ON COLUMN credits.entry.document_date   IS 'date of the document';
COMMENT ON COLUMN credits.entry.kind            IS 'opening, sale, sale_change, credit_note, consumption, consumption_change, return, revaluation or correction';
COMMENT ON COLUMN credits.entry.quantity        IS 'credits: > 0 came in, < 0 went out';
COMMENT ON COLUMN credits.entry.value           IS 'money that moved with them, same sign';
COMMENT ON COLUMN credits.entry.amount          IS 'of a sale, its changes and credit notes: net amount invoiced, in whole coins; else null';
COMMENT ON COLUMN credits.entry.balance_after   IS 'credits of the account after this entry';
COMMENT ON COLUMN credits.entry.line_table      IS 'attached table of the document line; null when registered by hand';
COMMENT ON COLUMN credits.entry.line_key        IS 'key of the document line; customer, type and first entry of a registration by hand';
COMMENT ON COLUMN credits.entry.document_kind   IS 'kind of the document; manual when registered by hand';
COMMENT ON COLUMN credits.entry.document_number IS 'number of the document';
COMMENT ON COLUMN credits.entry.article         IS 'article of the line';
COMMENT ON COLUMN credits.entry.coefficient     IS 'credits per unit that the line is booked with (rule 16)';
COMMENT ON COLUMN credits.entry.description     IS 'given with a registration by hand';
COMMENT ON COLUMN credits.entry.recorded_at     IS 'start of the statement that recorded it';
COMMENT ON COLUMN credits.entry.recorded_by     IS 'role that recorded it';
COMMENT ON COLUMN credits.entry.entered_by      IS 'the ERP''s user, where the source names him';
SELECT pg_catalog.pg_extension_config_dump('credits.entry', '');

CREATE SEQUENCE credits.renumbering_number MINVALUE 0 START 0;
SELECT pg_catalog.setval('credits.renumbering_number', 0);
COMMENT ON SEQUENCE credits.renumbering_number IS 'Numbers new keys and document numbers.';
SELECT pg_catalog.pg_extension_config_dump('credits.renumbering_number', '');

CREATE TABLE credits.renumbering (
    line_table regclass    NOT NULL,
    old_key    text        COLLATE "C",
    new_key    text        COLLATE "C",
    old_number text,
    new_number text,
    at         timestamptz NOT NULL,
    by         text        NOT NULL,
    number     bigint      PRIMARY KEY DEFAULT credits._next_number('credits.renumbering_number')
);
COMMENT ON TABLE credits.renumbering IS 'New line keys and document numbers of recorded lines: they book nothing, the ledger follows them (rule 14).';
COMMENT ON COLUMN credits.renumbering.line_table IS 'attached table of the line';
COMMENT ON COLUMN credits.renumbering.old_key    IS 'line key before';
COMMENT ON COLUMN credits.renumbering.new_key    IS 'line key after';
COMMENT ON COLUMN credits.renumbering.old_number IS 'document number before';
COMMENT ON COLUMN credits.renumbering.new_number IS 'document number after';
COMMENT ON COLUMN credits.renumbering.at         IS 'when';
COMMENT ON COLUMN credits.renumbering.by         IS 'role that changed it';
COMMENT ON COLUMN credits.renumbering.number     IS 'key, given by the database: a later one is higher, some are left out';
SELECT pg_catalog.pg_extension_config_dump('credits.renumbering', '');

CREATE SEQUENCE credits.alarm_episode_number MINVALUE 0 START 0;
SELECT pg_catalog.setval('credits.alarm_episode_number', 0);
COMMENT ON SEQUENCE credits.alarm_episode_number IS 'Numbers alarms.';
SELECT pg_catalog.pg_extension_config_dump('credits.alarm_episode_number', '');

CREATE TABLE credits.alarm_episode (
    customer    text        COLLATE "C" NOT NULL,
    type_id     integer     NOT NULL,
    raised_at   timestamptz NOT NULL,
    cleared_at  timestamptz,
    balance     numeric     NOT NULL,
    alarm_level numeric     NOT NULL,
    number      bigint      PRIMARY KEY DEFAULT credits._next_number('credits.alarm_episode_number')
);
CREATE INDEX alarm_episode_account_idx ON credits.alarm_episode (customer, type_id) WHERE cleared_at IS NULL;
COMMENT ON TABLE credits.alarm_episode IS 'Balances that fell below their alarm level: one row from falling below to being above again (rule 21). Read as the view alarm.';
COMMENT ON COLUMN credits.alarm_episode.customer    IS 'the ERP''s key as text';
COMMENT ON COLUMN credits.alarm_episode.type_id     IS 'the credit type';
COMMENT ON COLUMN credits.alarm_episode.raised_at   IS 'when the balance fell below its level';
COMMENT ON COLUMN credits.alarm_episode.cleared_at  IS 'when it was no longer below; null while it is';
COMMENT ON COLUMN credits.alarm_episode.balance     IS 'credits when the alarm was raised';
COMMENT ON COLUMN credits.alarm_episode.alarm_level IS 'in credits, when the alarm was raised';
COMMENT ON COLUMN credits.alarm_episode.number      IS 'key, given by the database: a later one is higher, some are left out';
SELECT pg_catalog.pg_extension_config_dump('credits.alarm_episode', '');

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
COMMENT ON TABLE credits.source IS 'What is attached: the arguments of attach, one row per line table, and the view made from them. Tables follow a renaming; arguments are kept as they were given, what they name is followed by the view.';
COMMENT ON COLUMN credits.source.line_table      IS 'the attached table of document lines';
COMMENT ON COLUMN credits.source.mapping         IS 'the view that says how a line and its header read';
COMMENT ON COLUMN credits.source.header_table    IS 'table of the documents; null when a line is its own document';
COMMENT ON COLUMN credits.source.kind            IS 'kind of the documents: a constant or an expression';
COMMENT ON COLUMN credits.source.article         IS 'column or expression: the article';
COMMENT ON COLUMN credits.source.quantity        IS 'column or expression: the quantity, in units of the article; an interval, without months, is hours';
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
COMMENT ON COLUMN credits.source.has_history     IS 'it had entries when it was attached, or its triggers were off since (session_replication_role does not tell): a new line may have some already';
COMMENT ON COLUMN credits.source.attached_at     IS 'when';
COMMENT ON COLUMN credits.source.attached_by     IS 'role that attached it';
COMMENT ON COLUMN credits.source.quantity_is_interval IS 'the quantity is a duration, counted in hours (rule 9)';
COMMENT ON COLUMN credits.source.origin          IS 'column or expression: the key of the line that it was made from; null for none (rule 19)';
COMMENT ON COLUMN credits.source.origin_table    IS 'attached table of the origins; null: a line with an origin never consumes';
COMMENT ON COLUMN credits.source.refers_to       IS 'column or expression: the key of the sale line that a credit note line takes back; null for none';
SELECT pg_catalog.pg_extension_config_dump('credits.source', '');
