-- The hand-over of a closing: the function that parameter.closing_hook names, and NOTIFY.

CREATE FUNCTION credits._run_closing_hook(closing_id integer, hook regprocedure) RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_run_closing_hook';
COMMENT ON FUNCTION credits._run_closing_hook(integer, regprocedure) IS
'Calls the function that parameter.closing_hook names, as its owner and restricted.
It queues no deferred trigger, and what it sets is taken back.
Before, what the transaction has queued fires; constraints stay immediate.
Document lines that it inserts never touch credits.
Errors:
- 42883: no function (closing_id integer) of one value
- P0002: no such closing
- 42501: the hook defers a constraint, or does what a restricted operation may not';

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
                                                            FROM unnest(parse_ident(name)) WITH ORDINALITY
                                                                AS part (part, place))))
      AND proc.prokind = 'f' AND NOT proc.proretset AND proc.pronamespace <> pg_my_temp_schema();
    RETURN hook;
EXCEPTION WHEN invalid_parameter_value OR invalid_name OR syntax_error OR feature_not_supported THEN -- of another database
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION credits._hook_named(text) IS
'The function (closing_id integer) of this name; null when there is none, or only a procedure, an aggregate, a temporary '
'function or one that returns a set.';

-- Whoever set the parameter could act as the owner that the function had then. Another one has it by ALTER FUNCTION ... OWNER, or
-- is the owner of another function that has come to bear the name.
CREATE FUNCTION credits._check_hook_owner(hook regprocedure, former text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    owner CONSTANT text := (SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE oid = hook);
BEGIN
    IF owner IS DISTINCT FROM former THEN
        RAISE EXCEPTION 'closing hook % belongs to another role than when it was set', hook
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('It is %s''s now, and was %s''s.', quote_ident(owner), coalesce(quote_ident(former), 'nobody')),
                  HINT = 'Set closing_hook in credits.parameter again, as a role that can act as the owner.';
    END IF;
END
$$;
COMMENT ON FUNCTION credits._check_hook_owner(regprocedure, text) IS
'Raises 42501 when a closing hook has another owner than when it was set.';

CREATE TYPE credits._hand_over AS (
    closing_hook       text,
    closing_hook_owner text,
    notify             boolean
);
COMMENT ON TYPE credits._hand_over IS
'How closings are handed over: those of the parameters that say it.';

CREATE FUNCTION credits._hand_over_as_set() RETURNS SETOF credits._hand_over
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT parameter.closing_hook, parameter.closing_hook_owner, parameter.notify FROM credits.parameter;
END;
COMMENT ON FUNCTION credits._hand_over_as_set() IS
'Question: how closings are handed over.';

CREATE FUNCTION credits._closing_in_short(id integer) RETURNS SETOF text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT json_build_object('closing_id', closing.closing_id, 'number', closing.number, 'month', closing.month,
                             'reopened', closing.reopened_at IS NOT NULL)::text
    FROM credits.closing
    WHERE closing.closing_id = id;
END;
COMMENT ON FUNCTION credits._closing_in_short(integer) IS
'Question: what NOTIFY credits_closing says of a closing.';

CREATE FUNCTION credits._announce_closing(id integer) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parameters credits._hand_over;
    hook       regprocedure;
BEGIN
    SELECT * INTO parameters FROM credits._now(NULL::credits._hand_over, 'credits._hand_over_as_set');
    IF parameters.closing_hook IS NOT NULL THEN
        hook := credits._hook_named(parameters.closing_hook);
        IF hook IS NULL THEN
            RAISE EXCEPTION 'closing hook % does not exist', parameters.closing_hook
                USING ERRCODE = 'undefined_function', DETAIL = 'The parameter closing_hook names it.',
                      HINT = 'Create the function (closing_id integer) again, or set the parameter to another one or to null.';
        END IF;
        PERFORM credits._check_hook_owner(hook, parameters.closing_hook_owner);
        PERFORM credits._run_closing_hook(id, hook);
    END IF;
    IF parameters.notify THEN
        PERFORM pg_notify('credits_closing', credits._now(NULL::text, 'credits._closing_in_short', ROW(id)));
    END IF;
END
$$;
COMMENT ON FUNCTION credits._announce_closing(integer) IS
'Hands a closing, or its reopening, over: calls the hook, and sends NOTIFY credits_closing.';

-- The name is looked up when it is set, not at the next closing. The function runs as its owner: only who could act as he anyway
-- may name it. `setter` is current_user of whoever sets it, which within a SECURITY DEFINER function is not the role of the
-- session.
CREATE FUNCTION credits._owner_of_hook(setter text, name text, former_name text, former_owner text,
                                       restored_owner text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hook  CONSTANT regprocedure := credits._hook_named(name);
    owner CONSTANT text := (SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE oid = hook);
BEGIN
    IF credits._is_restoring()
        AND pg_has_role(setter::name, (SELECT relowner FROM pg_class WHERE oid = 'credits._parameter'::regclass), 'USAGE') THEN
        RETURN restored_owner;
    END IF;
    IF name = former_name AND (hook IS NULL OR owner = former_owner) THEN
        RETURN former_owner;
    END IF;
    IF hook IS NULL THEN
        RAISE EXCEPTION 'closing hook % does not exist', name
            USING ERRCODE = 'undefined_function',
                  HINT = 'Give the name of a function (closing_id integer), with its schema and without arguments.';
    END IF;
    IF NOT pg_has_role(setter::name, owner::name, 'USAGE') THEN
        RAISE EXCEPTION 'must be owner of function %', hook
            USING ERRCODE = 'insufficient_privilege', DETAIL = 'A closing calls it with the rights of its owner.';
    END IF;
    RETURN owner;
END
$$;
COMMENT ON FUNCTION credits._owner_of_hook(text, text, text, text, text) IS
'The owner of the function that a role sets as the closing hook; what it was before, where that stays; of a dump, what it says.
42883 no function (closing_id integer), 42501 the role cannot act as the owner.';

CREATE FUNCTION credits._check_closing_hook() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_check_closing_hook';
COMMENT ON FUNCTION credits._check_closing_hook() IS
'Trigger: parameter.closing_hook names a function (closing_id integer) of a role that whoever sets it can act as, and '
'closing_hook_owner keeps which. 42883, 42501.';

-- Before credits_set_parameters, by name: that one runs as the extension's owner, this one as whoever sets.
CREATE TRIGGER credits_check_closing_hook INSTEAD OF INSERT OR UPDATE ON credits.parameter
    FOR EACH ROW EXECUTE FUNCTION credits._check_closing_hook();

-- Whoever may write any table writes past the view: he could name a function of a superuser's that he may not call.
CREATE FUNCTION credits._keep_closing_hook() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RAISE EXCEPTION 'permission denied to set the closing hook in table "_parameter"'
            USING ERRCODE = 'insufficient_privilege', HINT = 'Set closing_hook in credits.parameter.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION credits._keep_closing_hook() IS
'Trigger: the hook and its owner are written by the view parameter, which checks the right, and by a restore.';

CREATE TRIGGER credits_keep_closing_hook BEFORE INSERT OR UPDATE OF closing_hook, closing_hook_owner ON credits._parameter
    FOR EACH ROW WHEN (NEW.closing_hook IS NOT NULL) EXECUTE FUNCTION credits._keep_closing_hook();

CREATE FUNCTION credits._forget_hook_line(source_no integer, line_key text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._do_now('DELETE FROM credits.closing_hook_line WHERE source_no = $1 AND line_key = $2',
                            ROW(source_no, line_key));
END
$$;
COMMENT ON FUNCTION credits._forget_hook_line(integer, text) IS
'Forgets a line of the closing hook''s, which the hook itself has deleted.';

CREATE FUNCTION credits._rename_hook_line(source_no integer, old_key text, new_key text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM credits._do_now('UPDATE credits.closing_hook_line SET line_key = $3 WHERE source_no = $1 AND line_key = $2',
                            ROW(source_no, old_key, new_key));
END
$$;
COMMENT ON FUNCTION credits._rename_hook_line(integer, text, text) IS
'Follows a line of the closing hook''s to its new key.';
