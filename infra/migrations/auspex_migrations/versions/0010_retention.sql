-- Retention: the one role that deletes, and what it deleted.
SELECT 1;
