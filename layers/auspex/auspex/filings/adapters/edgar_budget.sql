-- The one shared row that spaces every request to EDGAR (FILINGS 7.1). Run these autocommitted: the row's lock must not
-- outlive the statement. Time is the database's own, the only one that all functions share; a proof states another.

-- name: take_slot
-- A slot that lies further ahead than the caller would wait is not taken, so that deferred callers use none up.
WITH taken AS (
  UPDATE filings.edgar_budget
  SET tat = greatest(tat, coalesce(%(at)s::timestamptz, clock_timestamp()), coalesce(paused_until, '-infinity'))
            + interval '125 ms'
  WHERE id = 1
    AND greatest(tat, coalesce(paused_until, '-infinity'))
        <= coalesce(%(at)s::timestamptz, clock_timestamp()) + %(wait_seconds_max)s::double precision * interval '1 second'
  RETURNING tat - interval '125 ms' AS slot, coalesce(%(at)s::timestamptz, clock_timestamp()) AS now, paused_until
),
counted AS (
  INSERT INTO filings.edgar_minutes AS m (minute, slots) SELECT date_trunc('minute', slot), 1 FROM taken
  ON CONFLICT (minute) DO UPDATE SET slots = m.slots + 1
)
SELECT slot, now, paused_until FROM taken;

-- name: read_budget
SELECT greatest(tat, coalesce(%(at)s::timestamptz, clock_timestamp()), coalesce(paused_until, '-infinity')) AS slot,
       coalesce(%(at)s::timestamptz, clock_timestamp()) AS now, paused_until, strikes
FROM filings.edgar_budget
WHERE id = 1;

-- name: pause
-- Several requests in flight can be refused at once: only the first of them is a strike. Ten quiet minutes after a
-- pause forget earlier strikes (EDGAR's own rule for letting a caller in again). The right-hand sides see the old row.
UPDATE filings.edgar_budget
SET strikes = CASE
      WHEN paused_until > %(slot)s::timestamptz THEN strikes
      WHEN paused_until < coalesce(%(at)s::timestamptz, clock_timestamp()) - interval '600 seconds' THEN 1
      ELSE strikes + 1
    END,
    paused_until = greatest(
      coalesce(paused_until, '-infinity'),
      coalesce(%(at)s::timestamptz, clock_timestamp()) + interval '1 second' * greatest(
        %(retry_after_seconds)s::double precision,
        CASE
          WHEN paused_until > %(slot)s::timestamptz THEN 0
          WHEN paused_until < coalesce(%(at)s::timestamptz, clock_timestamp()) - interval '600 seconds' THEN 30
          ELSE least(600, 30 * power(2, least(strikes, 10)))
        END))
WHERE id = 1
RETURNING strikes, paused_until, coalesce(%(at)s::timestamptz, clock_timestamp()) AS now;
