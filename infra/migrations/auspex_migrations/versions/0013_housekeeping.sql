-- Retention of what the platform no longer needs.
SELECT 1;
