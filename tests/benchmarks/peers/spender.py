"""One connection that spends from accounts in turn for some seconds, and prints how often."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime

import psycopg

SPEND = """
SELECT charged FROM platform.spend(%s, %s, 1, NULL, false, 0, interval '0', 'POST /benchmark', %s, %s::timestamptz)
"""


def main() -> None:
    """Spend until the time is over."""
    number, seconds, accounts = sys.argv[1], float(sys.argv[2]), sys.argv[3].split(",")
    with psycopg.connect(os.environ["AUSPEX_DATABASE_URL"], autocommit=True, prepare_threshold=None) as connection:
        began, spent = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            key = f"{number}-{spent}"
            connection.execute(SPEND.encode(), (accounts[spent % len(accounts)], key, key, datetime.now(UTC)))
            spent += 1
        print(spent / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
