"""Every part of `make bench` is on the page of measurements, so that nobody has to read code to run one."""

from __future__ import annotations

from infra.local.state import REPOSITORY
from tests.benchmarks.__main__ import PARTS


def test_every_part_is_named_on_the_page_of_measurements() -> None:
    page = (REPOSITORY / "docs" / "measurements.md").read_text(encoding="utf-8")
    _, _, after = page.partition("python -m tests.benchmarks --only")
    listed = after.partition("some of `")[2].partition("`")[0]
    assert {part.strip() for part in listed.split(",")} == set(PARTS)
