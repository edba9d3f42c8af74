-- name: find_preferences
SELECT frequency, kinds, digest_time, digest_weekday, time_zone, quiet_start, quiet_end, max_per_day, updated_at
FROM platform.notification_preferences WHERE account_id = %(account_id)s

-- name: ensure_preferences
INSERT INTO platform.notification_preferences (account_id, frequency, kinds, digest_time, digest_weekday, time_zone,
                                               quiet_start, quiet_end, max_per_day, updated_at)
VALUES (%(account_id)s, %(frequency)s, %(kinds)s, %(digest_time)s, %(digest_weekday)s, %(time_zone)s, %(quiet_start)s,
        %(quiet_end)s, %(max_per_day)s, %(at)s)
ON CONFLICT (account_id) DO NOTHING

-- name: lock_preferences
SELECT frequency, kinds, digest_time, digest_weekday, time_zone, quiet_start, quiet_end, max_per_day, updated_at
FROM platform.notification_preferences WHERE account_id = %(account_id)s FOR UPDATE

-- name: write_preferences
UPDATE platform.notification_preferences SET
  frequency = %(frequency)s, kinds = %(kinds)s, digest_time = %(digest_time)s, digest_weekday = %(digest_weekday)s,
  time_zone = %(time_zone)s, quiet_start = %(quiet_start)s, quiet_end = %(quiet_end)s, max_per_day = %(max_per_day)s,
  updated_at = %(at)s
WHERE account_id = %(account_id)s

-- name: list_kinds_waiting
SELECT DISTINCT kind FROM platform.notifications
WHERE account_id = %(account_id)s AND route = 'digest' AND digest_id IS NULL

-- name: put_off_waiting
UPDATE platform.notifications SET route = %(route)s, deliver_at = %(deliver_at)s
WHERE account_id = %(account_id)s AND route = 'digest' AND digest_id IS NULL AND kind = ANY (%(kinds)s::text[])
