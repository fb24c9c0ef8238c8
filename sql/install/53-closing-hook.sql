-- The hand-over of a closing: the function that parameter.closing_hook names, and NOTIFY.

CREATE FUNCTION credits._run_closing_hook(closing_id integer, hook regprocedure) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'credits_run_closing_hook';
COMMENT ON FUNCTION credits._run_closing_hook(integer, regprocedure) IS
'Calls the function that parameter.closing_hook names, as its owner. Document lines that it inserts never touch credits.';

CREATE FUNCTION credits._hook_named(name text) RETURNS regprocedure
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hook regprocedure;
BEGIN
    SELECT proc.oid INTO hook
    FROM pg_proc AS proc
    WHERE proc.oid = to_regprocedure(format('%s(integer)', (SELECT string_agg(quote_ident(part), '.' ORDER BY place)
                                                            FROM unnest(parse_ident(name)) WITH ORDINALITY AS part (part, place))))
      AND proc.prokind = 'f' AND proc.pronamespace <> pg_my_temp_schema();
    RETURN hook;
EXCEPTION WHEN invalid_parameter_value OR invalid_name OR syntax_error THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION credits._hook_named(text) IS
'The function (closing_id integer) of this name; null when there is none, or only a procedure, an aggregate or a temporary function.';

CREATE FUNCTION credits._announce_closing(id integer) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parameters record;
    hook       regprocedure;
BEGIN
    SELECT * INTO parameters FROM credits._now('SELECT closing_hook, notify FROM credits.parameter') AS p (closing_hook text, notify boolean);
    IF parameters.closing_hook IS NOT NULL THEN
        hook := credits._hook_named(parameters.closing_hook);
        IF hook IS NULL THEN
            RAISE EXCEPTION 'closing hook % does not exist', parameters.closing_hook
                USING ERRCODE = 'undefined_function', DETAIL = 'The parameter closing_hook names it.',
                      HINT = 'Create the function (closing_id integer) again, or set the parameter to another one or to null.';
        END IF;
        PERFORM credits._run_closing_hook(id, hook);
    END IF;
    IF parameters.notify THEN
        PERFORM pg_notify('credits_closing', announced.payload)
        FROM credits._now(format($query$
            SELECT json_build_object('closing_id', closing_id, 'number', number, 'month', month, 'reopened', reopened_at IS NOT NULL)::text
            FROM credits.closing WHERE closing_id = %s $query$, id)) AS announced (payload text);
    END IF;
END
$$;
COMMENT ON FUNCTION credits._announce_closing(integer) IS
'Hands a closing, or its reopening, over: calls the hook, and sends NOTIFY credits_closing.';

-- The name is looked up when it is set, not at the next closing. The function runs as its owner: only who could act as he anyway may name it.
CREATE FUNCTION credits._check_closing_hook() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hook CONSTANT regprocedure := credits._hook_named(NEW.closing_hook);
BEGIN
    IF credits._is_restoring() THEN
        RETURN NEW;
    END IF;
    IF hook IS NULL THEN
        RAISE EXCEPTION 'closing hook % does not exist', NEW.closing_hook
            USING ERRCODE = 'undefined_function', HINT = 'Give the name of a function (closing_id integer), with its schema and without arguments.';
    END IF;
    IF NOT pg_has_role(credits._acting_role()::name, (SELECT proowner FROM pg_proc WHERE oid = hook), 'USAGE') THEN
        RAISE EXCEPTION 'must be owner of function %', hook
            USING ERRCODE = 'insufficient_privilege', DETAIL = 'A closing calls it with the rights of its owner.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION credits._check_closing_hook() IS
'Trigger: parameter.closing_hook names a function (closing_id integer) of the role that sets it. 42883, 42501.';

CREATE TRIGGER credits_check_closing_hook BEFORE UPDATE OF closing_hook ON credits._parameter
    FOR EACH ROW WHEN (NEW.closing_hook IS NOT NULL AND NEW.closing_hook IS DISTINCT FROM OLD.closing_hook)
    EXECUTE FUNCTION credits._check_closing_hook();
