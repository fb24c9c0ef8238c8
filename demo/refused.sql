-- Included after a statement that must have been refused: ends the story if it was not.
\if :ERROR
    \set ON_ERROR_STOP on
\else
    \set ON_ERROR_STOP on
    DO $$ BEGIN RAISE EXCEPTION 'the statement above should have been refused'; END $$;
\endif
