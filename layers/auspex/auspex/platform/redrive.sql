-- name: open_letters
SELECT dead_letter_id FROM platform.dead_letters
WHERE redriven_at IS NULL AND redrivable
  AND (%(stage)s::text IS NULL OR stage = %(stage)s) AND (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(queue)s::text IS NULL OR queue = %(queue)s)
ORDER BY dead_at, dead_letter_id LIMIT %(rows_max)s

-- name: count_open_letters
SELECT count(*) AS letters FROM platform.dead_letters
WHERE redriven_at IS NULL AND redrivable
  AND (%(stage)s::text IS NULL OR stage = %(stage)s) AND (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(queue)s::text IS NULL OR queue = %(queue)s)

-- name: lock_letter
SELECT queue, stage, body, redrivable, redriven_at FROM platform.dead_letters
WHERE dead_letter_id = %(dead_letter_id)s FOR UPDATE

-- name: note_redriven
UPDATE platform.dead_letters SET redriven_at = %(at)s WHERE dead_letter_id = %(dead_letter_id)s

-- name: note_unreadable
UPDATE platform.dead_letters SET redrivable = false WHERE dead_letter_id = %(dead_letter_id)s

-- name: reopen_unit
SELECT platform.reopen_unit(%(kind)s::text, %(unit_key)s::text, %(at)s::timestamptz, %(expires_at)s::timestamptz)
  AS reopened
