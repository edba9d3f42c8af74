-- Jobs whose price is counted in delivered items.
SELECT 1;
