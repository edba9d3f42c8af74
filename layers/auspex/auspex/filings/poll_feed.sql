-- name: read_mark
SELECT entry_updated_at FROM filings.feed_mark

-- name: move_mark
-- Two polls at once: the later mark stays.
UPDATE filings.feed_mark SET polled_at = %(at)s,
  entry_updated_at = greatest(entry_updated_at, %(updated_at)s::timestamptz)

-- name: note_poll
UPDATE filings.feed_mark SET polled_at = %(at)s
