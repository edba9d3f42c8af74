"""`python -m auspex_client` is `auspex`."""

from __future__ import annotations

import sys

from auspex_client.cli import main

sys.exit(main())
