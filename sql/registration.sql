-- Registrations by hand, of what stands on no document. Nothing of this stays.
\getenv sources PG_ABS_SRCDIR
BEGIN;
\i :sources/sql/shop.psql

-- Each returns the number of its first entry.
SELECT credits.register_sale('ACME', 'SUPPORT', 3, 100, 'Paid in cash', '2026-01-10');
SELECT credits.register_sale('ACME', 'SUPPORT', 10, 900, 'By bank', '2026-01-11');
SELECT credits.register_consumption('ACME', 'SUPPORT', 4, 'By telephone', '2026-01-12');
SELECT entry_no, booked_on, kind, document_kind, description, quantity, value, lot_no, balance_after
FROM credits.history ORDER BY entry_no;

-- That was a mistake: it is reversed as a whole, once.
SELECT credits.reverse_registration('ACME', 'SUPPORT', 3, 'Not ours');
SELECT entry_no, booked_on, kind, document_kind, description, quantity, value, lot_no, balance_after
FROM credits.history WHERE entry_no > 4 ORDER BY entry_no;
SELECT credits.reverse_registration('ACME', 'SUPPORT', 3, 'Not ours');
SELECT credits.reverse_registration('ACME', 'SUPPORT', 4, 'Not ours');

-- A sale can be reversed while nothing of it is consumed.
SELECT credits.register_consumption('ACME', 'SUPPORT', 1, 'By telephone', '2026-01-13');
SELECT credits.reverse_registration('ACME', 'SUPPORT', 1, 'Not paid after all');
SELECT credits.reverse_registration('ACME', 'SUPPORT', 2, 'Not paid after all');
SELECT lot_no, quantity, remaining, value, remaining_value FROM credits.open_lot ORDER BY lot_no;

-- What cannot be.
SELECT credits.register_consumption('ACME', 'SUPPORT', 3, 'Too much');
SELECT credits.register_consumption('ACME', 'SUPPORT', 0, 'Nothing');
SELECT credits.register_consumption('ACME', 'SUPPORT', NULL, 'Nothing');
SELECT credits.register_sale('ACME', 'SUPPORT', 1, -1, 'For less than nothing');
SELECT credits.register_sale('ACME', 'HOURS', 1, 100, 'An unknown type');
SELECT credits.register_sale('NOBODY', 'SUPPORT', 1, 100, 'An unknown customer');
SELECT credits.register_sale('CAFE', 'SUPPORT', 1, 100, 'A customer without credits');

-- What was open before the extension came, with its value.
SELECT credits.register_opening('ACME', 'SUPPORT', 5, 425, 'From the old books', '2025-12-31');
SELECT credits.register_opening('ACME', 'SUPPORT', 5, -425, 'Worth less than nothing');
SELECT entry_no, booked_on, kind, document_kind, description, quantity, value, lot_no, balance_after
FROM credits.history WHERE kind = 'opening';

-- It is for credits_registration; an ERP's role has not even that.
CREATE ROLE credits_regress_clerk;
SET ROLE credits_regress_clerk;
SELECT credits.register_consumption('ACME', 'SUPPORT', 1, 'Not allowed');
RESET ROLE;
GRANT credits_registration TO credits_regress_clerk;
SET ROLE credits_regress_clerk;
SELECT credits.register_consumption('ACME', 'SUPPORT', 1, 'Allowed', '2026-01-14');
SELECT entry_no, description, recorded_by FROM credits.history WHERE recorded_by = current_user;
RESET ROLE;
SELECT * FROM credits.verify();
ROLLBACK;

-- Nothing is booked in a transaction that only reads.
BEGIN READ ONLY;
SELECT credits.register_consumption('ACME', 'SUPPORT', 1, 'by phone');
ROLLBACK;
