-- The roles of the extension. They belong to the cluster, so they are made only when missing, and stay when the extension goes.
\echo Use "CREATE EXTENSION credits" to load this file. \quit

DO $$
DECLARE
    role    name;
    purpose text;
BEGIN
    FOR role, purpose IN VALUES
        ('credits_reader', 'reads every table and view of the extension credits'),
        ('credits_registration', 'registers sales and consumptions of credits by hand'),
        ('credits_management', 'changes credit types, articles, customers and parameters of the extension credits, attaches and '
                               'binds tables that it owns, takes existing documents in, revalues credits, '
                               'closes and reopens months'),
        ('credits_customer', 'reads the credits of one customer, in the views own_portfolio, own_open_lot and own_history; '
                             'for web shops and portals')
    LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role);
        END IF;
        EXECUTE pg_catalog.format('COMMENT ON ROLE %I IS %L', role, purpose);
    END LOOP;
    GRANT credits_reader TO credits_registration;
    GRANT credits_reader, credits_registration TO credits_management;
END
$$;

COMMENT ON SCHEMA credits IS
'Prepaid credits, sold and consumed by the document lines of an ERP. What starts with _ is private.';
