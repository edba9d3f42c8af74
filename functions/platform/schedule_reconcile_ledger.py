"""Compare every balance with the ledger's entries and every reservation with its cause.
Schedule: nightly · Reads: platform.ledger_entries, balances, reservations, jobs · Writes: platform.reconciliations"""

from __future__ import annotations

from auspex.platform.bookkeeping import reconcile_ledger
from auspex.platform.schedule import schedule

handler = schedule("platform-reconcile-ledger", reconcile_ledger).handler
