-- Who may do what. Privileges are few: the ledger is written by the module, which needs none and gives none.
--
-- Schema USAGE goes to everybody: who settles the lines that he may save has no role of ours, and a name that can be seen
-- opens nothing. Whoever lacks a right is told which table or function it is about.

GRANT USAGE ON SCHEMA credits TO PUBLIC;

REVOKE ALL ON ALL TABLES IN SCHEMA credits FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA credits FROM PUBLIC;

-- Each checks by itself who asks, and says what he lacks: all but settle that he is in credits_management and owns the table,
-- settle that he may save lines or their document.
GRANT EXECUTE ON FUNCTION
    credits.attach,
    credits.bind_customers,
    credits.bind_articles,
    credits.unbind,
    credits.detach,
    credits.settle
TO PUBLIC;

-- Whoever may read a view may run its plan.
GRANT EXECUTE ON FUNCTION credits._account_no_of, credits._account_nos_of TO PUBLIC;

-- Sequences, too: pg_dump reads them.
GRANT SELECT ON ALL TABLES IN SCHEMA credits TO credits_reader;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA credits TO credits_reader;
GRANT EXECUTE ON FUNCTION
    credits.balance,
    credits.preview_line,
    credits.is_consumption,
    credits.price_for,
    credits.verify,
    credits.entry_of,
    credits.history_of,
    credits._newest_entries,
    credits._type_named,
    credits.open_lot_as_of,
    credits.portfolio_as_of,
    credits.deferred_revenue,
    credits.deferred_revenue_detail,
    credits.statement,
    credits.statement_week,
    credits.statement_month,
    credits.statement_quarter,
    credits.consumption_by_month,
    credits.consumption_by_day,
    credits.budget,
    credits.preview_closing,
    credits.statement_html,
    credits.portfolio_html,
    credits.statement_due,
    credits.attach_call,
    credits.bind_call
TO credits_reader;

GRANT EXECUTE ON FUNCTION
    credits.register_consumption,
    credits.register_sale,
    credits.register_opening,
    credits.reverse_registration
TO credits_registration;

GRANT INSERT, UPDATE, DELETE ON credits.credit_type, credits.article, credits.customer, credits.parameter, credits.customer_role,
    credits.page_template, credits.page_text TO credits_management;
GRANT DELETE ON credits.statement_issue TO credits_management;
GRANT EXECUTE ON FUNCTION
    credits.set_alarm_level,
    credits.revalue,
    credits.close_month,
    credits.reopen_month,
    credits.statement_run,
    credits.take_in,
    credits.archive,
    credits.archive_lost
TO credits_management;

-- Whoever asks for one customer is given these views, and the function that says which customer; what the views call, everybody
-- may.
GRANT SELECT ON credits.own_portfolio, credits.own_open_lot, credits.own_history, credits.own_statement TO credits_customer;
GRANT EXECUTE ON FUNCTION credits.act_for TO credits_customer, credits_reader;
-- A view's, and a table's CHECK.
GRANT EXECUTE ON FUNCTION credits._acted_for, credits._entry_kind, credits._movement_of TO PUBLIC;
-- PostgreSQL gives a new partition its root's row triggers in the name of whoever adds it.
GRANT EXECUTE ON FUNCTION credits._price_line TO PUBLIC;
