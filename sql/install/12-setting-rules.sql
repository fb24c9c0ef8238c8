-- What settings may not be or become (rules 1 to 7).
-- The functions run as the extension's owner: a role needs no right but that on the table that it changes.
-- Whether the ledger uses a setting is asked at the latest state.

CREATE FUNCTION credits._check_key_length(what text, key text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF octet_length(key) > 255 THEN
        RAISE EXCEPTION '% key is too long', what
            USING ERRCODE = 'string_data_right_truncation', SCHEMA = 'credits', TABLE = what,
                  DETAIL = format('It has %s bytes; at most 255 are allowed.', octet_length(key));
    END IF;
END
$$;
COMMENT ON FUNCTION credits._check_key_length(text, text) IS
'Raises 22001 for a key of more than 255 bytes.';

-- Types

CREATE FUNCTION credits._keep_used_type() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- the gate: no save is under way with this type
    IF (SELECT credits._now(NULL::boolean, 'credits._is_type_used', ROW(OLD.type_id))) THEN
        RAISE EXCEPTION 'credit type "%" is used', OLD.code
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'credits', TABLE = 'credit_type',
                  DETAIL = 'An account or an article refers to it.',
                  HINT = 'Make it inactive instead.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION credits._keep_used_type() IS
'Trigger: a type that was used is not deleted and keeps its type_id (rule 2).';

CREATE TRIGGER credits_keep_used_type BEFORE DELETE ON credits.credit_type
    FOR EACH ROW EXECUTE FUNCTION credits._keep_used_type();
CREATE TRIGGER credits_keep_used_type_id BEFORE UPDATE OF type_id ON credits.credit_type
    FOR EACH ROW WHEN (OLD.type_id <> NEW.type_id)
    EXECUTE FUNCTION credits._keep_used_type();

CREATE FUNCTION credits._keep_worth_of_open_credits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- the gate: no sale is under way at the old value
    IF OLD.valuation <> NEW.valuation
       AND (SELECT credits._now(NULL::boolean, 'credits._has_open_lots', ROW(OLD.type_id)))
       OR OLD.unit_value <> NEW.unit_value -- revalue() has brought the lots to the new one
       AND (SELECT credits._now(NULL::boolean, 'credits._is_worth_otherwise',
                                ROW(OLD.type_id, NEW.unit_value, OLD.currency))) THEN
        RAISE EXCEPTION 'cannot change the valuation of credit type "%" while credits are open', OLD.code
            USING ERRCODE = 'check_violation', SCHEMA = 'credits', TABLE = 'credit_type', CONSTRAINT = 'credits_unit_value_kept',
                  DETAIL = format('The valuation is %s%s.', OLD.valuation, ', the unit value ' || OLD.unit_value),
                  HINT = 'Use a new credit type, or revalue what is open with credits.revalue().';
    END IF;
    IF OLD.currency <> NEW.currency
       AND (SELECT credits._now(NULL::boolean, 'credits._has_lots', ROW(OLD.type_id))) THEN
        RAISE EXCEPTION 'cannot change the currency of credit type "%" after credits were sold', OLD.code
            USING ERRCODE = 'check_violation', SCHEMA = 'credits', TABLE = 'credit_type', CONSTRAINT = 'credits_currency_kept',
                  DETAIL = format('Its lots and entries are in %s.', OLD.currency),
                  HINT = 'Use a new credit type.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION credits._keep_worth_of_open_credits() IS
'Trigger: valuation and unit value stay while credits of the type are open that are worth something else, the currency once any '
'were sold.';

CREATE TRIGGER credits_keep_worth BEFORE UPDATE OF valuation, unit_value, currency ON credits.credit_type
    FOR EACH ROW WHEN ((OLD.valuation, OLD.unit_value, OLD.currency)
                       IS DISTINCT FROM (NEW.valuation, NEW.unit_value, NEW.currency))
    EXECUTE FUNCTION credits._keep_worth_of_open_credits();

CREATE FUNCTION credits._advise_few_types() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    types CONSTANT bigint := (SELECT count(*) FROM credits.credit_type WHERE active);
BEGIN
    IF types > 4 THEN
        RAISE NOTICE '% credit types are active', types
            USING HINT = 'At most 4 keep the administration small.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION credits._advise_few_types() IS
'Trigger: a NOTICE when more than 4 types are active (rule 3).';

CREATE TRIGGER credits_advise_few_types AFTER INSERT OR UPDATE OF active ON credits.credit_type
    FOR EACH STATEMENT EXECUTE FUNCTION credits._advise_few_types();

-- Articles

CREATE FUNCTION credits._complete_article() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._check_key_length('article', NEW.article);
    IF NEW.coefficient = 0 OR NEW.coefficient <> round(NEW.coefficient, 4) OR abs(NEW.coefficient) >= 1e10 THEN
        RAISE EXCEPTION 'coefficient % of article "%" is not valid', NEW.coefficient, NEW.article
            USING ERRCODE = 'check_violation', SCHEMA = 'credits', TABLE = 'article', CONSTRAINT = 'credits_coefficient_valid',
                  HINT = 'Credits per unit of quantity: > 0 sells, < 0 consumes, at most 4 decimals.';
    END IF;
    IF NEW.type_id IS NOT NULL AND NOT credits._is_restoring() THEN
        PERFORM FROM credits.credit_type WHERE type_id = NEW.type_id FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'credit type % of article "%" does not exist', NEW.type_id, NEW.article
                USING ERRCODE = 'foreign_key_violation', SCHEMA = 'credits', TABLE = 'article', COLUMN = 'type_id',
                      HINT = 'Credit types are the rows of credits.credit_type.';
        END IF;
    END IF;
    NEW.had_type := NEW.had_type OR NEW.type_id IS NOT NULL;
    IF TG_OP = 'UPDATE' THEN
        NEW.had_type := NEW.had_type OR OLD.had_type;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION credits._complete_article() IS
'Trigger: refuses a coefficient that is 0 or has more than 4 decimals (rule 9) and a type that does not exist, and remembers '
'that an article had a type, since its recorded lines still settle (rules 16 and 23).';

CREATE FUNCTION credits._keep_used_article() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    LOCK TABLE credits.closing IN SHARE ROW EXCLUSIVE MODE; -- the gate: no save is under way with this article
    IF (SELECT credits._now(NULL::boolean, 'credits._is_article_booked', ROW(OLD.article))) THEN
        RAISE EXCEPTION 'article "%" is used', OLD.article
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'credits', TABLE = 'article',
                  DETAIL = 'Entries of the ledger refer to it.',
                  HINT = 'Set its type_id and coefficient to null instead.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION credits._keep_used_article() IS
'Trigger: an article that the ledger names is not deleted and keeps its key.';

CREATE TRIGGER credits_complete_article BEFORE INSERT OR UPDATE ON credits.article
    FOR EACH ROW EXECUTE FUNCTION credits._complete_article();
CREATE TRIGGER credits_keep_used_article BEFORE DELETE ON credits.article
    FOR EACH ROW WHEN (OLD.had_type) -- no other was ever booked, and the question reads all entries
    EXECUTE FUNCTION credits._keep_used_article();
CREATE TRIGGER credits_keep_used_key BEFORE UPDATE OF article ON credits.article
    FOR EACH ROW WHEN (OLD.had_type AND OLD.article <> NEW.article)
    EXECUTE FUNCTION credits._keep_used_article();

-- Customers

CREATE FUNCTION credits._check_customer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._check_key_length('customer', NEW.customer);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION credits._check_customer() IS
'Trigger: refuses a key that is too long.';

CREATE FUNCTION credits._keep_used_customer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    LOCK TABLE credits.closing IN ROW EXCLUSIVE MODE; -- the gate: nobody takes lines in, who locks no customer
    IF (SELECT credits._now(NULL::boolean, 'credits._has_account', ROW(OLD.customer))) THEN
        RAISE EXCEPTION 'customer "%" has an account', OLD.customer
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'credits', TABLE = 'customer',
                  DETAIL = 'The ledger refers to the customer.',
                  HINT = 'Switch works_with_credits off instead: new lines are then left alone.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION credits._keep_used_customer() IS
'Trigger: a customer with an account is not deleted and keeps his key, which is the lock of his ledger (invariant 3).';

CREATE TRIGGER credits_check_customer BEFORE INSERT OR UPDATE OF customer ON credits.customer
    FOR EACH ROW EXECUTE FUNCTION credits._check_customer();
CREATE TRIGGER credits_keep_used_customer BEFORE DELETE ON credits.customer
    FOR EACH ROW EXECUTE FUNCTION credits._keep_used_customer();
CREATE TRIGGER credits_keep_used_key BEFORE UPDATE OF customer ON credits.customer
    FOR EACH ROW WHEN (OLD.customer <> NEW.customer)
    EXECUTE FUNCTION credits._keep_used_customer();

-- Parameters

-- Of two who change different parameters neither undoes what the other did: only what changes is set.
CREATE FUNCTION credits._set_parameters() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    former credits.parameter;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        former := OLD;
    END IF;
    INSERT INTO credits._parameter (is_own, active, fixed_relation, closed_month_policy, closing_hook, notify)
    SELECT true, active, fixed_relation, closed_month_policy, closing_hook, notify
    FROM credits._parameter
    WHERE NOT is_own
    ON CONFLICT DO NOTHING;
    UPDATE credits._parameter AS own SET
        active = CASE WHEN TG_OP = 'INSERT' OR NEW.active IS DISTINCT FROM former.active THEN NEW.active ELSE own.active END,
        fixed_relation = CASE WHEN TG_OP = 'INSERT' OR NEW.fixed_relation IS DISTINCT FROM former.fixed_relation
                              THEN NEW.fixed_relation ELSE own.fixed_relation END,
        closed_month_policy = CASE WHEN TG_OP = 'INSERT' OR NEW.closed_month_policy IS DISTINCT FROM former.closed_month_policy
                                   THEN NEW.closed_month_policy ELSE own.closed_month_policy END,
        closing_hook = CASE WHEN TG_OP = 'INSERT' OR NEW.closing_hook IS DISTINCT FROM former.closing_hook
                            THEN NEW.closing_hook ELSE own.closing_hook END,
        closing_hook_owner = CASE WHEN TG_OP = 'INSERT' OR NEW.closing_hook IS DISTINCT FROM former.closing_hook
                                       OR NEW.closing_hook_owner IS DISTINCT FROM former.closing_hook_owner
                                  THEN NEW.closing_hook_owner ELSE own.closing_hook_owner END,
        notify = CASE WHEN TG_OP = 'INSERT' OR NEW.notify IS DISTINCT FROM former.notify THEN NEW.notify ELSE own.notify END
    WHERE is_own;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION credits._set_parameters() IS
'Trigger: sets what changes in the parameters of one''s own, which begin as those that come with the extension. INSERT sets all.';

CREATE FUNCTION credits._keep_parameters() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'cannot delete the parameters of the module'
        USING ERRCODE = 'restrict_violation', SCHEMA = 'credits', TABLE = 'parameter',
              HINT = 'Update them instead.';
END
$$;
COMMENT ON FUNCTION credits._keep_parameters() IS
'Trigger: there is always one row of parameters.';

CREATE TRIGGER credits_set_parameters INSTEAD OF INSERT OR UPDATE ON credits.parameter
    FOR EACH ROW EXECUTE FUNCTION credits._set_parameters();
CREATE TRIGGER credits_keep_parameters INSTEAD OF DELETE ON credits.parameter
    FOR EACH ROW EXECUTE FUNCTION credits._keep_parameters();
