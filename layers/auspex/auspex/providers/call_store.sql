-- name: record_call
SELECT providers.record_call(%(call_id)s, %(epoch)s, %(provider)s, %(model)s, %(purpose)s, %(ref_id)s,
  %(prompt_sha256)s, %(params)s::jsonb, %(raw)s, %(raw_sha256)s, %(tokens_in)s, %(tokens_out)s, %(cost_micro_usd)s,
  %(latency_ms)s, %(http_status)s, %(outcome)s, %(rule)s, %(started_at)s, %(at)s)
