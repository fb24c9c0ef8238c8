-- The closing's own articles: their ledger accounts are those of the type, and they carry no credits (rule 4).
-- Constraint triggers, so that account and article can change together: SET CONSTRAINTS credits.credits_accounts_match DEFERRED.
-- An article that is not there yet, or an account not filled in, is no mismatch: closing names what is missing.

CREATE VIEW credits._posting_mismatch AS
SELECT
    type.code AS type_code,
    posting.side,
    article.article,
    article.ledger_account,
    posting.account AS type_account,
    article.type_id IS NOT NULL AS carries_credits
FROM credits.credit_type AS type
CROSS JOIN LATERAL (VALUES
    ('activation', type.activation_article, type.balance_account),
    ('result', type.result_article, type.result_account)) AS posting (side, article, account)
JOIN credits.article ON article.article = posting.article
WHERE article.type_id IS NOT NULL
   OR article.ledger_account <> posting.account;
COMMENT ON VIEW credits._posting_mismatch IS
'Activation and result articles that do not match their type (rule 4): it should be empty.';

CREATE FUNCTION credits._check_posting_accounts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mismatch credits._posting_mismatch;
BEGIN
    IF credits._is_restoring() THEN
        RETURN NULL; -- types and articles arrive in any order, or at the same time
    END IF;
    IF TG_TABLE_NAME = 'credit_type' THEN -- each side locks the other one: a change of both at a time does not slip through
        PERFORM FROM credits.article WHERE article IN (NEW.activation_article, NEW.result_article) FOR SHARE;
        SELECT * INTO mismatch FROM credits._posting_mismatch WHERE type_code = NEW.code LIMIT 1;
    ELSE
        PERFORM FROM credits.credit_type WHERE NEW.article IN (activation_article, result_article) FOR SHARE;
        SELECT * INTO mismatch FROM credits._posting_mismatch WHERE article = NEW.article LIMIT 1;
    END IF;
    IF mismatch.type_code IS NULL THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'article "%" does not match the accounts of credit type "%"', mismatch.article, mismatch.type_code
        USING ERRCODE = 'check_violation', SCHEMA = 'credits', TABLE = TG_TABLE_NAME, CONSTRAINT = 'credits_accounts_match',
              DETAIL = CASE
                  WHEN mismatch.carries_credits
                  THEN format('It is the %s article of the type, and carries credits itself.', mismatch.side)
                  ELSE format('It is the %s article of the type. Its ledger account is %s, that of the type %s.',
                              mismatch.side, mismatch.ledger_account, mismatch.type_account)
              END,
              HINT = CASE
                  WHEN mismatch.carries_credits THEN 'Use an article of its own that sells and consumes no credits.'
                  ELSE 'To change both sides in one transaction, SET CONSTRAINTS credits.credits_accounts_match DEFERRED first.'
              END;
END
$$;
COMMENT ON FUNCTION credits._check_posting_accounts() IS
'Trigger: the ledger accounts of activation and result article equal those of the type (rule 4).';

CREATE CONSTRAINT TRIGGER credits_accounts_match
    AFTER INSERT OR UPDATE OF balance_account, activation_article, result_account, result_article ON credits.credit_type
    DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION credits._check_posting_accounts();
CREATE CONSTRAINT TRIGGER credits_accounts_match
    AFTER INSERT OR UPDATE OF article, ledger_account, type_id ON credits.article
    DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION credits._check_posting_accounts();
