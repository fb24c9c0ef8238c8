-- Texts, templates and parameters that come with the extension stay: a dump has only one's own, which take their place.

CREATE FUNCTION credits._keep_shipped() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (TG_OP = 'INSERT' OR OLD.is_own) AND (TG_OP = 'DELETE' OR NEW.is_own) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'what comes with the extension in credits.% is kept', TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = 'Insert a row of your own with the same name, and is_own true: it takes the place of the other one.';
END
$$;
COMMENT ON FUNCTION credits._keep_shipped() IS
'Trigger: rows with is_own false are neither made, changed nor deleted. 55000.';

CREATE TRIGGER credits_keep_shipped BEFORE INSERT OR UPDATE OR DELETE ON credits.page_text
    FOR EACH ROW EXECUTE FUNCTION credits._keep_shipped();
CREATE TRIGGER credits_keep_shipped BEFORE INSERT OR UPDATE OR DELETE ON credits.page_template
    FOR EACH ROW EXECUTE FUNCTION credits._keep_shipped();
CREATE TRIGGER credits_keep_shipped BEFORE INSERT OR UPDATE OR DELETE ON credits._parameter
    FOR EACH ROW EXECUTE FUNCTION credits._keep_shipped();
CREATE TRIGGER credits_refuse_truncate BEFORE TRUNCATE ON credits.page_text
    FOR EACH STATEMENT EXECUTE FUNCTION credits._refuse_truncate();
CREATE TRIGGER credits_refuse_truncate BEFORE TRUNCATE ON credits.page_template
    FOR EACH STATEMENT EXECUTE FUNCTION credits._refuse_truncate();
