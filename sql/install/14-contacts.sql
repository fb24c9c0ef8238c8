-- Contacts and branches: customers who use the credits of another one, one level deep (rule 7).
-- After the row, so that a statement may bring a contact before the customer whose credits he uses, or take both away.

-- A save goes by what it finds under the row locks of the customers that it books for (src/save/customers.cpp): a change of
-- account_of waits for those who hold the customer before and after, and they for it.
CREATE FUNCTION credits._lock_customers(customers text[]) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_lock_customers';
COMMENT ON FUNCTION credits._lock_customers(text[]) IS
'Locks the rows of these customers as a save does: in the order of their keys, in their latest version.';

CREATE FUNCTION credits._has_contacts(customer text) RETURNS SETOF boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM credits.customer AS contact WHERE contact.account_of = _has_contacts.customer);
END;
COMMENT ON FUNCTION credits._has_contacts(text) IS
'Question: whether others use the credits of a customer.';

-- One question, as it is asked for each contact.
CREATE FUNCTION credits._obstacle_to_contact(contact text, account_of text) RETURNS SETOF text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE
        WHEN NOT EXISTS (SELECT FROM credits.customer AS known WHERE known.customer = _obstacle_to_contact.account_of)
        THEN 'unknown'
        WHEN _obstacle_to_contact.account_of = contact
        THEN 'himself'
        WHEN EXISTS (SELECT FROM credits.customer AS known
                     WHERE known.customer = _obstacle_to_contact.account_of AND known.account_of IS NOT NULL)
        THEN 'is_contact'
        WHEN EXISTS (SELECT FROM credits.customer AS other WHERE other.account_of = contact)
        THEN 'has_contacts'
    END;
END;
COMMENT ON FUNCTION credits._obstacle_to_contact(text, text) IS
'Question: why a customer cannot use the credits of another one; null for nothing.';

CREATE FUNCTION credits._check_account_of(contact text, account_of text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    obstacle CONSTANT text := (SELECT credits._now(NULL::text, 'credits._obstacle_to_contact', ROW(contact, account_of)));
BEGIN
    IF obstacle = 'unknown' THEN
        RAISE EXCEPTION 'customer "%" does not exist', account_of
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'credits', TABLE = 'customer', COLUMN = 'account_of',
                  DETAIL = format('Customer "%s" is to use his credits.', contact),
                  HINT = 'Customers are the rows of credits.customer.';
    END IF;
    IF obstacle IS NOT NULL THEN
        RAISE EXCEPTION 'customer "%" cannot use the credits of "%"', contact, account_of
            USING ERRCODE = 'check_violation', SCHEMA = 'credits', TABLE = 'customer', COLUMN = 'account_of',
                  CONSTRAINT = 'credits_account_of_one_level',
                  DETAIL = CASE obstacle
                      WHEN 'himself' THEN 'Everybody uses his own credits as long as account_of is empty.'
                      WHEN 'is_contact' THEN format('Customer "%s" uses the credits of another one himself.', account_of)
                      WHEN 'has_contacts' THEN format('Other customers use the credits of "%s".', contact)
                  END,
                  HINT = 'A contact names the customer who has the credits, and nobody names a contact.';
    END IF;
END
$$;
COMMENT ON FUNCTION credits._check_account_of(text, text) IS
'Raises 23503 when the customer pointed to does not exist, 23514 credits_account_of_one_level when one of the two is at both '
'ends.';

CREATE FUNCTION credits._check_contact() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF credits._is_restoring() THEN
        RETURN NULL;
    END IF;
    PERFORM credits._lock_customers(array_remove(ARRAY[OLD.account_of, NEW.account_of], NULL));
    IF OLD.customer <> coalesce(NEW.customer, '')
       AND (SELECT credits._now(NULL::boolean, 'credits._has_contacts', ROW(OLD.customer))) THEN
        RAISE EXCEPTION 'other customers use the credits of customer "%"', OLD.customer
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'credits', TABLE = 'customer', COLUMN = 'account_of',
                  DETAIL = 'Their account_of names him.',
                  HINT = 'Change their account_of first.';
    END IF;
    IF NEW.account_of IS NOT NULL THEN
        PERFORM credits._check_account_of(NEW.customer, NEW.account_of);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION credits._check_contact() IS
'Trigger: account_of names a customer, one level deep, and who is named stays (rule 7).';

CREATE TRIGGER credits_check_contact AFTER INSERT ON credits.customer
    FOR EACH ROW WHEN (NEW.account_of IS NOT NULL)
    EXECUTE FUNCTION credits._check_contact();
CREATE TRIGGER credits_check_new_contact AFTER UPDATE OF customer, account_of ON credits.customer
    FOR EACH ROW WHEN ((OLD.customer, OLD.account_of) IS DISTINCT FROM (NEW.customer, NEW.account_of))
    EXECUTE FUNCTION credits._check_contact();
CREATE TRIGGER credits_keep_account_of AFTER DELETE ON credits.customer
    FOR EACH ROW EXECUTE FUNCTION credits._check_contact();
