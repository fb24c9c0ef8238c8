-- The events of what is to be settled at the end of a transaction (check_at => 'commit', lines whose header is not there yet).
-- What it is stands in the memory of the transaction's backend, so that no row here can make one believe something (notes.cpp).
-- Each transaction sees its own rows only, and leaves none behind.

CREATE UNLOGGED TABLE credits.pending (
    transaction_id xid8     NOT NULL,
    statement_no   bigint   NOT NULL,
    awaits_header  boolean  NOT NULL,
    PRIMARY KEY (transaction_id, statement_no)
);
COMMENT ON TABLE credits.pending IS
'What transactions under way have saved and is settled at their end: one row per statement.
Empty in between; not dumped.';
COMMENT ON COLUMN credits.pending.transaction_id IS 'the transaction that saved';
COMMENT ON COLUMN credits.pending.statement_no   IS 'order of the statements';
COMMENT ON COLUMN credits.pending.awaits_header  IS 'settled only when the foreign key to the header was checked';

CREATE FUNCTION credits._check_at_commit() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_check_at_commit';
COMMENT ON FUNCTION credits._check_at_commit() IS
'Deferred trigger of credits.pending: settles what the transaction has saved as one save (rule 13).';

CREATE CONSTRAINT TRIGGER credits_check_at_commit AFTER INSERT ON credits.pending
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NOT NEW.awaits_header) EXECUTE FUNCTION credits._check_at_commit();
COMMENT ON TRIGGER credits_check_at_commit ON credits.pending IS
'Checks tables attached with check_at => ''commit'' at the end of the transaction.
To check earlier: SET CONSTRAINTS credits.credits_check_at_commit IMMEDIATE.';

-- By itself, so that only SET CONSTRAINTS ALL hurries it: then the foreign key was checked first.
CREATE CONSTRAINT TRIGGER credits_check_header_at_commit AFTER INSERT ON credits.pending
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.awaits_header) EXECUTE FUNCTION credits._check_at_commit();
COMMENT ON TRIGGER credits_check_header_at_commit ON credits.pending IS
'Checks lines whose header was not there when they were saved, after the deferrable foreign key to it.
Set IMMEDIATE by its name it refuses a line whose header is not there.';
