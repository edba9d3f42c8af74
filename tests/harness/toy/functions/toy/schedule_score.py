"""Score the toy's predictions.
Schedule: every day · Reads, writes: platform.predictions, outcomes, scores"""

from __future__ import annotations

from tests.harness.toy.scoring import RULE

from auspex.platform.scorebook.score_due import scoring_schedule

handler = scoring_schedule(RULE).handler
