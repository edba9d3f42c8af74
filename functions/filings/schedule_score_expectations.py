"""Score archived guidance and expectations whose figure is reported.
Schedule: every hour · Reads: platform.predictions, outcomes · Writes: platform.scores
Fails: nothing of its own; a prediction that the rule cannot read is tried again"""

from __future__ import annotations

from auspex.filings.expectation_scores import RULE
from auspex.platform.scorebook.score_due import scoring_schedule

handler = scoring_schedule(RULE).handler
