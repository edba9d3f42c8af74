-- Money: ledger, balances, reservations, allowance, rates, cache.
SELECT 1;
