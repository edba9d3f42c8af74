"""Exit codes of the command line, which scripts count on and docs/client.md lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auspex_client import ApiProblem, AuspexError, ConnectionFailedError, DeadlineExceededError, JobNotFinishedError
from auspex_client import UnreadableReplyError as Unreadable
from auspex_client.cli import exit_codes
from auspex_client.cli.exit_codes import exit_code_of

PAGE = Path(__file__).resolve().parents[3] / "docs" / "client.md"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        *((ApiProblem(status, {}), code) for status, code in exit_codes.BY_STATUS.items()),
        (ApiProblem(500, {}), exit_codes.SERVER),
        (ApiProblem(503, {}), exit_codes.SERVER),
        (ApiProblem(418, {}), exit_codes.FAILED),
        (ConnectionFailedError(), exit_codes.NO_REPLY),
        (DeadlineExceededError(), exit_codes.NO_REPLY),
        (Unreadable(), exit_codes.FAILED),
        (JobNotFinishedError(), exit_codes.JOB_NOT_FINISHED),
    ],
    ids=str,
)
def test_an_error_has_its_code_and_the_page_lists_it(error: AuspexError, code: int) -> None:
    assert exit_code_of(error) == code
    table = PAGE.read_text(encoding="utf-8").partition("| exit code |")[2].partition("\n\n")[0]
    listed = {int(number) for row in table.splitlines()[1:] for number in re.findall(r"\d+", row.split("|")[1])}
    assert code in listed
