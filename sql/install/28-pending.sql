-- What is to be settled at the end of a transaction (check_at => 'commit', lines whose header is not there yet).
-- Each transaction sees its own rows only, and leaves none behind.

CREATE UNLOGGED TABLE credits.pending (
    transaction_id xid8     NOT NULL,
    statement_no   bigint   NOT NULL,
    line_table     regclass NOT NULL,
    old_lines      bytea[],
    new_lines      bytea[],
    old_headers    bytea[],
    awaits_header  boolean  NOT NULL,
    recorded_by    text     NOT NULL,
    PRIMARY KEY (transaction_id, statement_no)
);
ALTER TABLE credits.pending
    ALTER old_lines SET STORAGE EXTERNAL, -- it lives shorter than compression pays
    ALTER new_lines SET STORAGE EXTERNAL,
    ALTER old_headers SET STORAGE EXTERNAL;
COMMENT ON TABLE credits.pending IS 'What transactions under way have saved and is settled at their end: one row per statement. Empty in between; not dumped.';
COMMENT ON COLUMN credits.pending.transaction_id IS 'the transaction that saved';
COMMENT ON COLUMN credits.pending.statement_no   IS 'order of the statements';
COMMENT ON COLUMN credits.pending.line_table     IS 'attached table of the lines';
COMMENT ON COLUMN credits.pending.old_lines      IS 'keys of the lines before the statement, as rows; null for a new line';
COMMENT ON COLUMN credits.pending.new_lines      IS 'keys of the same lines after it; null for a deleted line';
COMMENT ON COLUMN credits.pending.old_headers    IS 'changed headers as they were: their lines are settled';
COMMENT ON COLUMN credits.pending.awaits_header  IS 'settled only when the foreign key to the header was checked';
COMMENT ON COLUMN credits.pending.recorded_by    IS 'role that saved';

CREATE FUNCTION credits._check_at_commit() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'credits_check_at_commit';
COMMENT ON FUNCTION credits._check_at_commit() IS 'Deferred trigger of credits.pending: settles what the transaction has saved as one save (rule 13).';

CREATE CONSTRAINT TRIGGER credits_check_at_commit AFTER INSERT ON credits.pending
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NOT NEW.awaits_header) EXECUTE FUNCTION credits._check_at_commit();
COMMENT ON TRIGGER credits_check_at_commit ON credits.pending IS
'Checks tables attached with check_at => ''commit'' at the end of the transaction. To check earlier: SET CONSTRAINTS credits.credits_check_at_commit IMMEDIATE.';

-- By itself, so that only SET CONSTRAINTS ALL hurries it: then the foreign key was checked first.
CREATE CONSTRAINT TRIGGER credits_check_header_at_commit AFTER INSERT ON credits.pending
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.awaits_header) EXECUTE FUNCTION credits._check_at_commit();
COMMENT ON TRIGGER credits_check_header_at_commit ON credits.pending IS
'Checks lines whose header was not there when they were saved, after the deferrable foreign key to it. Not to be set IMMEDIATE by its name.';
