-- Who acts, and whether settings are being restored.

-- Not current_user: within these functions that is the owner.
CREATE FUNCTION credits._acting_role() RETURNS text
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'credits_acting_role';
COMMENT ON FUNCTION credits._acting_role() IS
'Returns the role of the session: the one of SET ROLE, else the one that logged in.
While code of an owner''s runs, a mapping''s, a hook''s or a trigger''s, it is the owner.';

CREATE FUNCTION credits._is_restoring() RETURNS boolean
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'credits_is_restoring';
COMMENT ON FUNCTION credits._is_restoring() IS
'Tells whether the settings that arrive are those of a dump, whose changes were recorded long ago: function bodies are not '
'checked, and the acting role owns the extension, or has the rights of its owner.';
