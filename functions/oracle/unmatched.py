"""Answer paths that no route of this API serves, and methods that a path does not offer.
Route: $default · Reads: auspex/openapi.json of the code layer · Fails: not-found, method-not-allowed"""

from __future__ import annotations

from auspex.platform.unmatched import unmatched

api = unmatched(__name__)
handler = api.handler
