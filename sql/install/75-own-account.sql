-- What a customer may see of himself: views for a web shop or portal, of one customer and never of another (rules 7 and 29).
--
-- Which customer, the application says by act_for(), and for roles that are listed, the list. The views are security barriers: no
-- function or operator of the query sees a row before the view has chosen it. Everybody who may read them sees one customer at
-- most.

CREATE TABLE credits.customer_role (
    role     name NOT NULL PRIMARY KEY,
    customer text COLLATE "C"
);
COMMENT ON TABLE credits.customer_role IS
'Database roles that see one customer and no other in own_portfolio, own_open_lot, own_history and own_statement.
It counts for these roles, and for every role that is a member of one. act_for() shows them nobody else.
Any other role sees whom it acts for.
So list a role before it gets credits_customer, or make it a member of a role that is listed with null.
Changed by credits_management, on record in setting_change.
Errors:
- 42704: no such role
- 23503: no such customer
- 0A000: TRUNCATE';
COMMENT ON COLUMN credits.customer_role.role IS
'name of the database role, spelled as in pg_roles. It does not follow a renaming: list the new name too';
COMMENT ON COLUMN credits.customer_role.customer IS
'the customer that it sees, the ERP''s key as text, named exactly. null: nobody by itself, whomever it acts for; for a group '
'whose members are listed one by one';
SELECT pg_catalog.pg_extension_config_dump('credits.customer_role', '');

CREATE FUNCTION credits._check_customer_role() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF credits._is_restoring() THEN
        RETURN NEW; -- the roles of another cluster may come later
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = NEW.role) THEN
        RAISE EXCEPTION 'role "%" does not exist', NEW.role
            USING ERRCODE = 'undefined_object', SCHEMA = 'credits', TABLE = 'customer_role', COLUMN = 'role',
                  HINT = 'Names are those of pg_roles: in lower case, unless the role was created with quotes.';
    END IF;
    IF NEW.customer IS NOT NULL AND NOT EXISTS (SELECT FROM credits.customer AS known WHERE known.customer = NEW.customer) THEN
        RAISE EXCEPTION 'customer "%" does not exist', NEW.customer
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'credits', TABLE = 'customer_role', COLUMN = 'customer',
                  HINT = 'Customers are the rows of credits.customer.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION credits._check_customer_role() IS
'Trigger: 42704 for a role, 23503 for a customer that does not exist.
Nothing is checked afterwards: who is gone has nothing to be seen.';

CREATE TRIGGER credits_check BEFORE INSERT OR UPDATE ON credits.customer_role
    FOR EACH ROW EXECUTE FUNCTION credits._check_customer_role();
CREATE TRIGGER credits_record_change AFTER INSERT OR DELETE ON credits.customer_role
    FOR EACH ROW EXECUTE FUNCTION credits._record_setting_change('role');
CREATE TRIGGER credits_record_update AFTER UPDATE ON credits.customer_role
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION credits._record_setting_change('role');
CREATE TRIGGER credits_refuse_truncate BEFORE TRUNCATE ON credits.customer_role
    FOR EACH STATEMENT EXECUTE FUNCTION credits._refuse_truncate();

-- In the backend's memory and no setting: what a session's settings say, a pooler hands on to whoever gets the session next, and
-- any client could set it. Not for parallel workers, which do not share that memory.
CREATE FUNCTION credits.act_for(customer text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'credits_act_for';
COMMENT ON FUNCTION credits.act_for(text) IS
'Says for an application that is trusted which customer is at the screen.
own_portfolio, own_open_lot, own_history and own_statement show him until the transaction ends, or act_for() names another.
ROLLBACK TO SAVEPOINT takes back what was said after the savepoint.
Nothing is left for the next transaction of the session, so that a pooler cannot hand it on.
Call it in the transaction that reads:
- BEGIN; SELECT credits.act_for(''C''); SELECT * FROM credits.own_portfolio; COMMIT;
Outside a transaction block it ends with its own statement.
A role that customer_role lists, or a member of one, sees no customer but those that it is listed with.
While it acts for another it sees nobody.
Arguments:
- customer: the ERP''s key as text, named exactly; null, or a key that is no customer''s, shows nobody
For credits_customer and credits_reader.
Errors:
- 42501: in code of an owner''s that runs within another''s operation
Rules 7 and 29.';

CREATE FUNCTION credits._acted_for() RETURNS text
    LANGUAGE c STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'credits_acted_for';
COMMENT ON FUNCTION credits._acted_for() IS
'Returns the customer that the transaction acts for; null for none.';

-- A view and no function: its tables are read as the extension's owner, and current_user is still who asks, which it would not be
-- in a SECURITY DEFINER function. Nobody escapes the list by SET ROLE or a function of somebody else's: the role that logged in,
-- the one of SET ROLE and the one that rights are checked for all count. Memberships are read from the catalog, since
-- pg_has_role() says of a superuser that he is a member of all.
CREATE VIEW credits._own_customer AS
WITH RECURSIVE membership (acting, oid) AS (
    SELECT acting.oid, acting.oid
    FROM pg_catalog.pg_roles AS acting
    WHERE acting.rolname IN (SESSION_USER, CURRENT_USER, pg_catalog.current_setting('role'))
    UNION
    SELECT membership.acting, granted.roleid
    FROM membership
    JOIN pg_catalog.pg_auth_members AS granted ON granted.member = membership.oid
),
listed AS (
    SELECT membership.acting, his.customer
    FROM membership
    JOIN pg_catalog.pg_roles AS role ON role.oid = membership.oid
    JOIN credits.customer_role AS his ON his.role = role.rolname
),
allowed AS ( -- to each of the acting roles that is listed at all
    SELECT listed.customer
    FROM listed
    WHERE listed.customer IS NOT NULL
    GROUP BY listed.customer
    HAVING pg_catalog.count(DISTINCT listed.acting) = (SELECT pg_catalog.count(DISTINCT acting) FROM listed)
)
SELECT CASE
    WHEN EXISTS (SELECT FROM listed) THEN (
        SELECT pg_catalog.min(allowed.customer)
        FROM allowed
        WHERE coalesce(allowed.customer = acting.customer, true)
        HAVING pg_catalog.count(*) = 1)
    ELSE acting.customer
END AS customer
FROM (SELECT credits._acted_for() COLLATE "C") AS acting (customer);
COMMENT ON VIEW credits._own_customer IS
'One row: the customer that the own views show to whoever asks; null for none.
Whoever is listed sees of those that he is listed with the one that he acts for, or the only one.';

-- The customer as a sub-select: computed once per query, and a value that reaches the indexes, below joins and DISTINCT.
CREATE VIEW credits.own_portfolio WITH (security_barrier) AS
SELECT
    customer,
    customer_name,
    type_code,
    currency,
    sold,
    consumed,
    open,
    open_value,
    alarm_level,
    below_alarm,
    oldest_open_sale,
    last_booked_on
FROM credits.portfolio
WHERE customer = (SELECT own.customer FROM credits._own_customer AS own);
COMMENT ON VIEW credits.own_portfolio IS
'The rows of portfolio that are the customer''s own.
He is the one that the transaction acts for (act_for), or that customer_role lists for the role; no row without either.
A contact or branch has no credits of its own and sees nothing of those that it uses (rule 7).
For credits_customer. Rule 29.';
COMMENT ON COLUMN credits.own_portfolio.customer         IS 'the ERP''s key as text, the same in every row';
COMMENT ON COLUMN credits.own_portfolio.customer_name    IS 'his name, where it is known';
COMMENT ON COLUMN credits.own_portfolio.type_code        IS 'code of the credit type, an active one';
COMMENT ON COLUMN credits.own_portfolio.currency         IS 'ISO 4217 code of the money in this row';
COMMENT ON COLUMN credits.own_portfolio.sold             IS 'credits sold, net of credit notes';
COMMENT ON COLUMN credits.own_portfolio.consumed         IS 'credits consumed, net of returns';
COMMENT ON COLUMN credits.own_portfolio.open             IS 'credits left';
COMMENT ON COLUMN credits.own_portfolio.open_value       IS 'money: value of what is left';
COMMENT ON COLUMN credits.own_portfolio.alarm_level      IS 'in credits: his own level, or the type''s; null for none';
COMMENT ON COLUMN credits.own_portfolio.below_alarm      IS 'what is left is less than the level';
COMMENT ON COLUMN credits.own_portfolio.oldest_open_sale IS 'date of the oldest sale that has credits left';
COMMENT ON COLUMN credits.own_portfolio.last_booked_on   IS 'date that the last entry is booked on';

CREATE VIEW credits.own_open_lot WITH (security_barrier) AS
SELECT
    customer,
    type_code,
    lot_no,
    sold_on,
    document_number,
    article,
    quantity,
    remaining,
    value,
    remaining_value
FROM credits.open_lot
WHERE customer = (SELECT own.customer FROM credits._own_customer AS own);
COMMENT ON VIEW credits.own_open_lot IS
'The rows of open_lot that are the customer''s own: of the same customer as own_portfolio.
For credits_customer.
Rules 11 and 29.';
COMMENT ON COLUMN credits.own_open_lot.customer        IS 'the ERP''s key as text, the same in every row';
COMMENT ON COLUMN credits.own_open_lot.type_code       IS 'code of the credit type, an active one';
COMMENT ON COLUMN credits.own_open_lot.lot_no          IS 'number within customer and type';
COMMENT ON COLUMN credits.own_open_lot.sold_on         IS 'date of the sale''s document';
COMMENT ON COLUMN credits.own_open_lot.document_number IS 'number of the sale document';
COMMENT ON COLUMN credits.own_open_lot.article         IS 'article sold';
COMMENT ON COLUMN credits.own_open_lot.quantity        IS 'credits sold';
COMMENT ON COLUMN credits.own_open_lot.remaining       IS 'credits left';
COMMENT ON COLUMN credits.own_open_lot.value           IS 'money: value of the credits sold';
COMMENT ON COLUMN credits.own_open_lot.remaining_value IS 'money: value of the credits left';

CREATE VIEW credits.own_history WITH (security_barrier) AS
SELECT
    customer,
    type_code,
    entry_no,
    booked_on,
    kind,
    document_kind,
    document_number,
    document_date,
    article,
    quantity,
    value,
    balance_after,
    lot_no,
    description
FROM credits.history
WHERE customer = (SELECT own.customer FROM credits._own_customer AS own);
COMMENT ON VIEW credits.own_history IS
'The rows of history that are the customer''s own, without who recorded them and when, of inactive types too.
He is the same customer as that of own_portfolio.
For credits_customer. Rule 29.';
COMMENT ON COLUMN credits.own_history.customer        IS 'the ERP''s key as text, the same in every row';
COMMENT ON COLUMN credits.own_history.type_code       IS 'code of the credit type';
COMMENT ON COLUMN credits.own_history.entry_no        IS 'number within customer and type, gapless, in order of booking';
COMMENT ON COLUMN credits.own_history.booked_on       IS 'date for the books (rule 28)';
COMMENT ON COLUMN credits.own_history.kind            IS 'kind of entry, as in the table entry';
COMMENT ON COLUMN credits.own_history.document_kind   IS 'kind of the document; manual when registered by hand';
COMMENT ON COLUMN credits.own_history.document_number IS 'number of the document';
COMMENT ON COLUMN credits.own_history.document_date   IS 'date of the document';
COMMENT ON COLUMN credits.own_history.article         IS 'article of the line';
COMMENT ON COLUMN credits.own_history.quantity        IS 'credits: > 0 came in, < 0 went out';
COMMENT ON COLUMN credits.own_history.value           IS 'money that moved with them, same sign';
COMMENT ON COLUMN credits.own_history.balance_after   IS 'credits left after this entry';
COMMENT ON COLUMN credits.own_history.lot_no          IS 'the lot that it moved';
COMMENT ON COLUMN credits.own_history.description     IS 'given with a registration by hand: the customer reads it';
