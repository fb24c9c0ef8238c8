-- Who changed which setting, from what to what, and when (rule 5); and the dates of a credit type (rule 1).
-- The trigger functions run as the extension's owner, so that nobody needs a right on setting_change, and nobody can write there.

-- Names of columns as attach() takes them. Inlined, as it is called for each column of each row.
CREATE FUNCTION credits._setting_text(setting jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE jsonb_typeof(setting)
    WHEN 'array' THEN '{' || btrim(setting::text, '[]') || '}'
    ELSE setting #>> '{}'
END;
COMMENT ON FUNCTION credits._setting_text(jsonb) IS
'Returns a setting as text: an array of names as {"a", "b"}.';

-- The first argument of the trigger names the table's key column, the others columns that are no settings.
CREATE FUNCTION credits._record_setting_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after  jsonb := to_jsonb(NEW);
    not_settings CONSTANT text[] := ARRAY['created_by', 'created_at', 'modified_by', 'modified_at',
                                          'had_type', 'is_own', 'closing_hook_owner'] || TG_ARGV[1:];
BEGIN
    IF credits._is_restoring() THEN
        RETURN NULL;
    END IF;
    INSERT INTO credits.setting_change (table_name, key, column_name, old_value, new_value, changed_at, changed_by)
    SELECT
        ltrim(TG_TABLE_NAME, '_'), -- as users know it
        coalesce(after, before) ->> TG_ARGV[0],
        setting.name,
        credits._setting_text(before -> setting.name),
        credits._setting_text(after -> setting.name),
        statement.at,
        credits._acting_role()
    FROM jsonb_object_keys(coalesce(after, before)) AS setting (name)
    CROSS JOIN (SELECT clock_timestamp() AS at) AS statement
    WHERE setting.name <> ALL (not_settings)
      AND before ->> setting.name IS DISTINCT FROM after ->> setting.name;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION credits._record_setting_change() IS
'Trigger: one row of setting_change per column that a statement really changed (rule 5).';

-- An ERP that keeps its articles in step sends many updates that change nothing: for those, no function is called.
CREATE TRIGGER credits_record_change AFTER INSERT OR DELETE ON credits.credit_type
    FOR EACH ROW EXECUTE FUNCTION credits._record_setting_change('code');
CREATE TRIGGER credits_record_update AFTER UPDATE ON credits.credit_type
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION credits._record_setting_change('code');
CREATE TRIGGER credits_record_change AFTER INSERT OR DELETE ON credits.article
    FOR EACH ROW EXECUTE FUNCTION credits._record_setting_change('article');
CREATE TRIGGER credits_record_update AFTER UPDATE ON credits.article
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION credits._record_setting_change('article');
CREATE TRIGGER credits_record_change AFTER INSERT OR DELETE ON credits.customer
    FOR EACH ROW EXECUTE FUNCTION credits._record_setting_change('customer');
CREATE TRIGGER credits_record_update AFTER UPDATE ON credits.customer
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION credits._record_setting_change('customer');
CREATE TRIGGER credits_record_update AFTER UPDATE ON credits._parameter
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION credits._record_setting_change('is_own');

-- What is given on INSERT stays, so that a restore does not rewrite it.
CREATE FUNCTION credits._stamp_credit_type() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.created_by := coalesce(NEW.created_by, credits._acting_role());
        NEW.created_at := coalesce(NEW.created_at, now());
        RETURN NEW;
    END IF;
    NEW.created_by := OLD.created_by;
    NEW.created_at := OLD.created_at;
    NEW.modified_by := credits._acting_role();
    NEW.modified_at := now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION credits._stamp_credit_type() IS
'Trigger: fills in who made a credit type and who changed it last, and when.';

CREATE TRIGGER credits_stamp_insert BEFORE INSERT ON credits.credit_type
    FOR EACH ROW EXECUTE FUNCTION credits._stamp_credit_type();
CREATE TRIGGER credits_stamp_update BEFORE UPDATE ON credits.credit_type
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION credits._stamp_credit_type();

-- TRUNCATE would leave no record, and settings that the ledger names would go.
CREATE FUNCTION credits._refuse_truncate() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'cannot truncate table "%.%"', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
              DETAIL = 'Every change of a setting is recorded.',
              HINT = 'Use DELETE.';
END
$$;
COMMENT ON FUNCTION credits._refuse_truncate() IS
'Trigger: refuses TRUNCATE of a table of settings.';

CREATE TRIGGER credits_refuse_truncate BEFORE TRUNCATE ON credits.credit_type
    FOR EACH STATEMENT EXECUTE FUNCTION credits._refuse_truncate();
CREATE TRIGGER credits_refuse_truncate BEFORE TRUNCATE ON credits.article
    FOR EACH STATEMENT EXECUTE FUNCTION credits._refuse_truncate();
CREATE TRIGGER credits_refuse_truncate BEFORE TRUNCATE ON credits.customer
    FOR EACH STATEMENT EXECUTE FUNCTION credits._refuse_truncate();
CREATE TRIGGER credits_refuse_truncate BEFORE TRUNCATE ON credits._parameter
    FOR EACH STATEMENT EXECUTE FUNCTION credits._refuse_truncate();
