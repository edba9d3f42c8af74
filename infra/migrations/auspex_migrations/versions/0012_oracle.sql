-- Oracle.
SELECT 1;
