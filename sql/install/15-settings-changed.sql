-- Changes of the configuration are announced to every backend, whose caches then load it again.

CREATE FUNCTION credits._configuration_changed() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_configuration_changed';
COMMENT ON FUNCTION credits._configuration_changed() IS
'Trigger: invalidates the caches of all backends at commit, and those of this one at once.';

CREATE TRIGGER credits_configuration_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON credits.credit_type
    FOR EACH STATEMENT EXECUTE FUNCTION credits._configuration_changed();
-- Articles that never had a type are not in the cache, and an ERP has many of them.
CREATE TRIGGER credits_configuration_added AFTER INSERT ON credits.article
    FOR EACH ROW WHEN (NEW.had_type)
    EXECUTE FUNCTION credits._configuration_changed();
CREATE TRIGGER credits_configuration_changed AFTER UPDATE ON credits.article
    FOR EACH ROW WHEN (NEW.had_type AND OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION credits._configuration_changed();
CREATE TRIGGER credits_configuration_removed AFTER DELETE ON credits.article
    FOR EACH ROW WHEN (OLD.had_type)
    EXECUTE FUNCTION credits._configuration_changed();
CREATE TRIGGER credits_configuration_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON credits._parameter
    FOR EACH STATEMENT EXECUTE FUNCTION credits._configuration_changed();
-- Of customers the cache knows no more than whether any of them is a contact.
CREATE TRIGGER credits_contact_added AFTER INSERT ON credits.customer
    FOR EACH ROW WHEN (NEW.account_of IS NOT NULL)
    EXECUTE FUNCTION credits._configuration_changed();
CREATE TRIGGER credits_contact_changed AFTER UPDATE OF account_of ON credits.customer
    FOR EACH ROW WHEN (OLD.account_of IS NULL AND NEW.account_of IS NOT NULL)
    EXECUTE FUNCTION credits._configuration_changed();
