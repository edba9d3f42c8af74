"""The refusals of the API by name: `except BalanceTooSmall as refused: refused.get("required")`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.errors import ApiProblem


class AccessionOfAnotherCompany(ApiProblem):
    """An accession that belongs to another company than the one named beside it. (422)"""

    code = "accession-of-another-company"
    remedy = "Leave `cik` and `ticker` out, or name the company that filed it."


class AlreadyHeld(ApiProblem):
    """The provider asked for holds the lease already (or one does, and none was named). (409)"""

    code = "already-held"
    remedy = "Nothing is to be done; name another provider to move the lease."


class BalanceTooSmall(ApiProblem):
    """The account has fewer tokens than the request costs; `balance` and `required` say by how much. (402)"""

    code = "balance-too-small"
    remedy = "Top the account up (packs of 10, 30 and 100 tokens), or ask for less."


class BatchAbovePlan(ApiProblem):
    """More rows than the account's plan allows in one batch. (422)"""

    code = "batch-above-plan"
    remedy = "Send fewer rows, or top the account up: docs/limits.md lists the caps."


class BatchUnreadable(ApiProblem):
    """A CSV whose header lacks columns, or that is no CSV; `errors` names the columns. (422)"""

    code = "batch-unreadable"
    remedy = "Send our columns or football-data's; docs/oracle-jobs.md lists both."


class BodyTooLarge(ApiProblem):
    """The body is larger than this route accepts. (413)"""

    code = "body-too-large"
    remedy = "Send less; docs/limits.md lists the caps."


class ChannelCodeSpent(ApiProblem):
    """The code expired, or was guessed at too often. (409)"""

    code = "channel-code-spent"
    remedy = "Delete the channel and add it again: a new code is sent."


class ChannelCodeWrong(ApiProblem):
    """The code is not the one that was sent last. (422)"""

    code = "channel-code-wrong"
    remedy = "Compare it with the newest mail; `attempts_left` says how often it may still be tried."


class ChannelExists(ApiProblem):
    """The account has a channel to the same place. (409)"""

    code = "channel-exists"
    remedy = "Use the channel named in `channel_id`; delete it first when its code is spent."


class ChannelLimitReached(ApiProblem):
    """The account has as many channels as it may have. (409)"""

    code = "channel-limit-reached"
    remedy = "Delete a channel that is no longer needed."


class CompareMissing(ApiProblem):
    """A comparative answer without something to compare with. (422)"""

    code = "compare-missing"
    remedy = "Give `compare`, a second body without a depth."


class Conflict(ApiProblem):
    """Something already under way stands against it. (409)"""

    code = "conflict"
    remedy = "Retry after the time in `Retry-After`."


class Cooldown(ApiProblem):
    """The free plan waits between two analyses. (429)"""

    code = "cooldown"
    remedy = "Wait for `Retry-After` seconds, or top up: the first payment lifts the limit."


class DailyAllowanceUsed(ApiProblem):
    """The free plan's analyses of this UTC day are used. (429)"""

    code = "daily-allowance-used"
    remedy = "Wait for the next UTC day, or top up: the first payment lifts the limit."


class DatabaseUnavailable(ApiProblem):
    """Postgres cannot be reached. (503)"""

    code = "database-unavailable"
    remedy = "Retry after the time in `Retry-After`."


class DeliveryPending(ApiProblem):
    """A delivery that is still being tried has nothing to replay. (409)"""

    code = "delivery-pending"
    remedy = "Wait for its end, or for `next_attempt_at`."


class FiledByAnotherCompany(ApiProblem):
    """The filing exists, but not of this company. (422)"""

    code = "filed-by-another-company"
    remedy = "Name the company that filed it."


class FilingNotReady(ApiProblem):
    """A filing that was not read as far as a step needs that is asked for. (409)"""

    code = "filing-not-ready"
    remedy = "Replay it with mode `auto`, which goes on where it stopped."


class IdempotencyKeyReused(ApiProblem):
    """The same Idempotency-Key came with another body. (422)"""

    code = "idempotency-key-reused"
    remedy = "Use a new key for a new request."


class InputsMissing(ApiProblem):
    """Neither strengths, nor teams of a competition, nor expected goals, nor odds: nothing to compute from. (422)"""

    code = "inputs-missing"
    remedy = "Give ratings (elo), goals (goals), a competition with its teams, or odds."


class InternalError(ApiProblem):
    """A fault of ours; the log has it under the request id. (500)"""

    code = "internal-error"
    remedy = "Retry later; quote the request id when it persists."


class JobFinished(ApiProblem):
    """The job has ended already, so that nothing is left to cancel. (409)"""

    code = "job-finished"
    remedy = "Read the job; its `status` says how it ended."


class JobNotFinished(ApiProblem):
    """The job has not ended yet, so that there are no results to read. (409)"""

    code = "job-not-finished"
    remedy = "Read the job until it has ended, or subscribe to its webhook."


class JobNotRedrivable(ApiProblem):
    """The job's missing units cannot be begun again: it was cancelled, or nothing is kept to begin them with. (409)"""

    code = "job-not-redrivable"
    remedy = "Create a new job for what is missing."


class KeyAlreadyRotated(ApiProblem):
    """A key is rotated once. (409)"""

    code = "key-already-rotated"
    remedy = "Rotate the key named in `replaced_by`; a lost secret cannot be shown again."


class KeyHasEnded(ApiProblem):
    """An expired or revoked key has nothing to hand over. (409)"""

    code = "key-has-ended"
    remedy = "Create a new key."


class KeyLimitReached(ApiProblem):
    """The account has as many working keys as it may have. (409)"""

    code = "key-limit-reached"
    remedy = "Revoke a key that is no longer needed."


class KeyOutlivesCaller(ApiProblem):
    """A new key would work longer than the key that asks for it. (403)"""

    code = "key-outlives-caller"
    remedy = "Ask for an earlier `expires_at`, or call with a key that lasts longer."


class KeySecretShownOnce(ApiProblem):
    """The same request made a key before; its secret was in that reply and is stored nowhere. (409)"""

    code = "key-secret-shown-once"
    remedy = "When that reply was lost, revoke or rotate the key named in `key_id`."


class LedgerRefused(ApiProblem):
    """The ledger refuses what would break its own rules. (409)"""

    code = "ledger-refused"
    remedy = "See `detail`; quote the request id when it is unclear."


class LeverWithoutEffect(ApiProblem):
    """A lever without a number that the asked model reads; no hidden size is invented. (422)"""

    code = "lever-without-effect"
    remedy = "Give rating_shift for elo, attack_factor or defence_factor for goals."


class LookAhead(ApiProblem):
    """`as_of` lies after the match or after today: more would be known than at the forecast's time. (422)"""

    code = "look-ahead"
    remedy = "Give an as_of that is neither after the day of the match nor in the future."


class MailNotConfigured(ApiProblem):
    """This deployment has no mail server. (503)"""

    code = "mail-not-configured"
    remedy = "The operator sets SmtpHost and SmtpFrom; other services work."


class MalformedRequest(ApiProblem):
    """The request cannot be read: no JSON, an unknown query parameter, a broken cursor or header. (400)"""

    code = "malformed-request"
    remedy = "Correct what `detail` and `errors` name."


class MarketMismatch(ApiProblem):
    """Odds of a draw for a sport without draws, or none for a sport with them. (422)"""

    code = "market-mismatch"
    remedy = "Give odds of a draw for football, and for no other sport."


class MethodNotAllowed(ApiProblem):
    """The resource exists but not with this method. (405)"""

    code = "method-not-allowed"
    remedy = "See the OpenAPI page for the methods of this path."


class ModelNotForSport(ApiProblem):
    """The goals model for a sport that is not decided by few goals. (422)"""

    code = "model-not-for-sport"
    remedy = "Use the model elo."


class NoParameters(ApiProblem):
    """No fitted parameters of this competition were in force before the day asked for. (409)"""

    code = "no-parameters"
    remedy = "Ask for a later day, or give strengths of your own."


class NoProvider(ApiProblem):
    """No provider is configured, out of its cool-down and within its budget. (409)"""

    code = "no-provider"
    remedy = "Read the status: it says of each provider why not, and until when."


class NotFound(ApiProblem):
    """There is no such thing, or it belongs to another account. (404)"""

    code = "not-found"
    remedy = "Check the identifier; lists show what exists."


class NotFoundAtSource(ApiProblem):
    """EDGAR has no such filing or document. (404)"""

    code = "not-found-at-source"
    remedy = "Check the accession number and the company."


class NotReady(ApiProblem):
    """A store that requests need does not answer; `checks` says which. (503)"""

    code = "not-ready"
    remedy = "Retry after the time in `Retry-After`."


class NotRecorded(ApiProblem):
    """The replay server holds no recording; only the embedded stack's recorded source answers so. (404)"""

    code = "not-recorded"
    remedy = "Use a recorded filing, or the live source."


class NothingAnswered(ApiProblem):
    """No shard of a job came to an end. (500)"""

    code = "nothing-answered"
    remedy = "Redrive the job: only what is missing is done again."


class OddsNotRepresentable(ApiProblem):
    """No expected goals give these probabilities. (422)"""

    code = "odds-not-representable"
    remedy = "Check the odds, or use the model elo."


class OddsSumBelowOne(ApiProblem):
    """The inverse odds add up to less than one: no single quote looks like that. (422)"""

    code = "odds-sum-below-one"
    remedy = "Give the odds of one source, or allow a negative margin where the route offers it."


class OwnAccount(ApiProblem):
    """An administrator would lock out the key that asks. (409)"""

    code = "own-account"
    remedy = "Use an administrator's key of another account."


class PredictionChanged(ApiProblem):
    """The same model issued the same prediction at the same instant before, and it said something else. (409)"""

    code = "prediction-changed"
    remedy = "A prediction is never edited; issue a new one."


class PredictionTooLate(ApiProblem):
    """A prediction was issued, or would be archived, when its outcome could be known already. (422)"""

    code = "prediction-too-late"
    remedy = "Ask for something that has not happened yet."


class ProcessingFailed(ApiProblem):
    """A message failed at every attempt; the dead letter has the last error. (500)"""

    code = "processing-failed"
    remedy = "Operator: mend the cause, then redrive the dead letter."


class ProviderNotConfigured(ApiProblem):
    """The provider named has no key or no model in this deployment. (409)"""

    code = "provider-not-configured"
    remedy = "Put its key and model into the providers' secret; docs/providers.md shows the names."


class RateLimited(ApiProblem):
    """More requests than the rate class allows. (429)"""

    code = "rate-limited"
    remedy = "Wait for `Retry-After` seconds; `RateLimit` says how many requests are left."


class RatesOutOfRange(ApiProblem):
    """The levers take the expected goals out of 0.05 to 6. (422)"""

    code = "rates-out-of-range"
    remedy = "Use smaller factors; both sides' goals stay within 0.05 and 6."


class RefundExceedsCharge(ApiProblem):
    """More would be paid back than was charged; `charged` and `refunded` say what was. (409)"""

    code = "refund-exceeds-charge"
    remedy = "Refund at most `charged` less `refunded`."


class RequestInProgress(ApiProblem):
    """A request with this Idempotency-Key is being served at this moment. (409)"""

    code = "request-in-progress"
    remedy = "Retry after the time in `Retry-After`; the retry gets the first request's reply."


class RhoOutOfRange(ApiProblem):
    """ρ would make the probability of a scoreline negative. (422)"""

    code = "rho-out-of-range"
    remedy = "Stay within `low` and `high`, or leave rho out."


class SameTeam(ApiProblem):
    """Home and away are the same. (422)"""

    code = "same-team"
    remedy = "Name two different teams."


class ScopeMissing(ApiProblem):
    """The key is valid but lacks the scope of this route. (403)"""

    code = "scope-missing"
    remedy = "Use a key that holds the scope named in `required_scope`."


class SeasonNotProjectable(ApiProblem):
    """A season that cannot be played to its end: not all of its teams are known, or its tie-breaks are not. (422)"""

    code = "season-not-projectable"
    remedy = "Give a league of your own: teams, results, fixtures and tie_break."


class SignatureInvalid(ApiProblem):
    """A signed hook came without a signature of ours, with a wrong one, or outside the tolerance of time. (401)"""

    code = "signature-invalid"
    remedy = "Sign `<webhook-id>.<webhook-timestamp>.<body>` with the shared secret, and send it within five minutes."


class SourceNotConfigured(ApiProblem):
    """A source needs a setting that this deployment lacks, so it was not called. (503)"""

    code = "source-not-configured"
    remedy = "The operator sets what `detail` names."


class SourceUnavailable(ApiProblem):
    """A source stayed unavailable through every deferral. (503)"""

    code = "source-unavailable"
    remedy = "Redrive the dead letter once the source answers again."


class SpanInvalid(ApiProblem):
    """A span that is empty, turned round, or reaches beyond the stored text. (422)"""

    code = "span-invalid"
    remedy = "Use 0 <= start < end <= the section's `chars`, in code points."


class StaleEpoch(ApiProblem):
    """The lease has another epoch by now, or nobody holds it: what the request speaks of is over. (409)"""

    code = "stale-epoch"
    remedy = "Read the status; repeat with its epoch if the wish still stands."


class StateInvalid(ApiProblem):
    """The match cannot be where it is said to be. (422)"""

    code = "state-invalid"
    remedy = "Give a minute that the period has: 0 to 47 in the first half, 45 to 94 in the second."


class TeamUnknown(ApiProblem):
    """No team or competition of this name is stored; `nearest` offers up to three. (404)"""

    code = "team-unknown"
    remedy = "Use one of `nearest`, or look it up with GET /v1/oracle/teams or /v1/oracle/competitions."


class TooLarge(ApiProblem):
    """A document exceeds the size cap; nothing of it is read. (413)"""

    code = "too-large"
    remedy = "Documents above 80 MB are not read."


class TooManyCodes(ApiProblem):
    """Codes were sent to this address, or asked for by this account, too often within a day. (429)"""

    code = "too-many-codes"
    remedy = "Wait for the time in `Retry-After`."


class Unauthenticated(ApiProblem):
    """No key, an unknown key, or one that expired or was revoked. (401)"""

    code = "unauthenticated"
    remedy = "Send `Authorization: Bearer apx_…` with a live key."


class UnknownTicker(ApiProblem):
    """A ticker or CIK that no known company bears; `nearest` offers similar ones. (422)"""

    code = "unknown-ticker"
    remedy = "Use one of the names in `nearest`, or look the company up with GET /v1/filings/companies."


class UnreadableMessage(ApiProblem):
    """A queue message does not fit its contract. (422)"""

    code = "unreadable-message"
    remedy = "Operator: compare the body with events/contracts."


class UnsupportedDocument(ApiProblem):
    """The filing's main document is neither HTML nor text. (415)"""

    code = "unsupported-document"
    remedy = "PDF and image filings are not read."


class UnsupportedMediaType(ApiProblem):
    """The body is not JSON. (415)"""

    code = "unsupported-media-type"
    remedy = "Send JSON with `Content-Type: application/json`."


class ValidationFailed(ApiProblem):
    """The request can be read, and something in it cannot be accepted. (422)"""

    code = "validation-failed"
    remedy = "Correct the fields that `errors` points at."


class WatchlistFull(ApiProblem):
    """More companies than the account's plan watches; nothing of the request was taken. (422)"""

    code = "watchlist-full"
    remedy = "Take companies off with DELETE /v1/filings/watchlist, or change the plan."


class WebhookDisabled(ApiProblem):
    """Nothing is sent to a disabled webhook. (409)"""

    code = "webhook-disabled"
    remedy = 'PATCH it with `"status": "active"` first.'


class WebhookLimitReached(ApiProblem):
    """The account has as many webhooks as it may have. (409)"""

    code = "webhook-limit-reached"
    remedy = "Delete a webhook that is no longer needed."


class WebhookRotationsPending(ApiProblem):
    """Too many secrets of a webhook are still in their overlap. (409)"""

    code = "webhook-rotations-pending"
    remedy = "Wait for an overlap to end; `secrets` of the webhook tells when, and rotate with a shorter one."


class WebhookSecretShownOnce(ApiProblem):
    """The same request made a secret before; it was in that reply and cannot be read again. (409)"""

    code = "webhook-secret-shown-once"
    remedy = "When that reply was lost, rotate the secret of the webhook named in `webhook_id`."


PROBLEMS: dict[str, type[ApiProblem]] = {
    "accession-of-another-company": AccessionOfAnotherCompany,
    "already-held": AlreadyHeld,
    "balance-too-small": BalanceTooSmall,
    "batch-above-plan": BatchAbovePlan,
    "batch-unreadable": BatchUnreadable,
    "body-too-large": BodyTooLarge,
    "channel-code-spent": ChannelCodeSpent,
    "channel-code-wrong": ChannelCodeWrong,
    "channel-exists": ChannelExists,
    "channel-limit-reached": ChannelLimitReached,
    "compare-missing": CompareMissing,
    "conflict": Conflict,
    "cooldown": Cooldown,
    "daily-allowance-used": DailyAllowanceUsed,
    "database-unavailable": DatabaseUnavailable,
    "delivery-pending": DeliveryPending,
    "filed-by-another-company": FiledByAnotherCompany,
    "filing-not-ready": FilingNotReady,
    "idempotency-key-reused": IdempotencyKeyReused,
    "inputs-missing": InputsMissing,
    "internal-error": InternalError,
    "job-finished": JobFinished,
    "job-not-finished": JobNotFinished,
    "job-not-redrivable": JobNotRedrivable,
    "key-already-rotated": KeyAlreadyRotated,
    "key-has-ended": KeyHasEnded,
    "key-limit-reached": KeyLimitReached,
    "key-outlives-caller": KeyOutlivesCaller,
    "key-secret-shown-once": KeySecretShownOnce,
    "ledger-refused": LedgerRefused,
    "lever-without-effect": LeverWithoutEffect,
    "look-ahead": LookAhead,
    "mail-not-configured": MailNotConfigured,
    "malformed-request": MalformedRequest,
    "market-mismatch": MarketMismatch,
    "method-not-allowed": MethodNotAllowed,
    "model-not-for-sport": ModelNotForSport,
    "no-parameters": NoParameters,
    "no-provider": NoProvider,
    "not-found": NotFound,
    "not-found-at-source": NotFoundAtSource,
    "not-ready": NotReady,
    "not-recorded": NotRecorded,
    "nothing-answered": NothingAnswered,
    "odds-not-representable": OddsNotRepresentable,
    "odds-sum-below-one": OddsSumBelowOne,
    "own-account": OwnAccount,
    "prediction-changed": PredictionChanged,
    "prediction-too-late": PredictionTooLate,
    "processing-failed": ProcessingFailed,
    "provider-not-configured": ProviderNotConfigured,
    "rate-limited": RateLimited,
    "rates-out-of-range": RatesOutOfRange,
    "refund-exceeds-charge": RefundExceedsCharge,
    "request-in-progress": RequestInProgress,
    "rho-out-of-range": RhoOutOfRange,
    "same-team": SameTeam,
    "scope-missing": ScopeMissing,
    "season-not-projectable": SeasonNotProjectable,
    "signature-invalid": SignatureInvalid,
    "source-not-configured": SourceNotConfigured,
    "source-unavailable": SourceUnavailable,
    "span-invalid": SpanInvalid,
    "stale-epoch": StaleEpoch,
    "state-invalid": StateInvalid,
    "team-unknown": TeamUnknown,
    "too-large": TooLarge,
    "too-many-codes": TooManyCodes,
    "unauthenticated": Unauthenticated,
    "unknown-ticker": UnknownTicker,
    "unreadable-message": UnreadableMessage,
    "unsupported-document": UnsupportedDocument,
    "unsupported-media-type": UnsupportedMediaType,
    "validation-failed": ValidationFailed,
    "watchlist-full": WatchlistFull,
    "webhook-disabled": WebhookDisabled,
    "webhook-limit-reached": WebhookLimitReached,
    "webhook-rotations-pending": WebhookRotationsPending,
    "webhook-secret-shown-once": WebhookSecretShownOnce,
}
"""Every problem by its code."""
