"""Work off so many of procrastinate's jobs, and print the seconds that it took."""

from __future__ import annotations

import asyncio
import logging
import sys

from tests.benchmarks.peers.procrastinate_jobs import work_off

logging.disable()
print(asyncio.run(work_off(int(sys.argv[1]))))
