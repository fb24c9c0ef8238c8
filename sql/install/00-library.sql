-- Script and library know each other's version: a library that is older than this script refuses it here, before anything is
-- made.

CREATE FUNCTION credits._library_version() RETURNS text
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'credits_library_version';
COMMENT ON FUNCTION credits._library_version() IS
'Returns the version of the library that the session has loaded.';

CREATE FUNCTION credits._meet_library() RETURNS void
LANGUAGE c AS 'MODULE_PATHNAME', 'credits_meet_library';
COMMENT ON FUNCTION credits._meet_library() IS
'Has every session compare its library with the extension anew. Every script calls it: that of an update too.
Errors:
- 55000: the library is older than the extension';

SELECT credits._meet_library();

CREATE FUNCTION credits._own_columns() RETURNS TABLE (
    table_name  text,
    number      smallint,
    column_name text,
    type        regtype,
    is_not_null boolean
)
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'credits_own_columns';
COMMENT ON FUNCTION credits._own_columns() IS
'Returns what the library knows of the extension''s own tables: the columns that it reads and writes.
It compares them with the catalog when it first meets them.';
