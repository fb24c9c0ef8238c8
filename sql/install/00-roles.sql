-- The roles of the extension. They belong to the cluster, so they are made only when missing, and stay when the extension goes.
\echo Use "CREATE EXTENSION credits" to load this file. \quit

DO $$
DECLARE
    role name;
BEGIN
    FOREACH role IN ARRAY ARRAY['credits_reader', 'credits_registration', 'credits_management'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role);
        END IF;
    END LOOP;
    GRANT credits_reader TO credits_registration;
    GRANT credits_reader, credits_registration TO credits_management;
END
$$;
