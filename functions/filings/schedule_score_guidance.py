"""Hold open guidance and expectations against new figures, and issue new expectations.
Schedule: every 15 minutes · Reads: filings.guidance, kpis · Writes: filings.guidance_outcomes, expectations,
platform.predictions, outcomes"""

from __future__ import annotations

from auspex.filings.score_guidance import score_guidance
from auspex.platform.schedule import schedule

handler = schedule("filings-score-guidance", score_guidance).handler
