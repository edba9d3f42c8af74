"""The formula of FILINGS 7.13 against its fixture and against an implementation that knows nothing of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.filings.index.bm25 import idf, score_all, searchable_text, term_score

FIXTURE = ("revenue grew revenue", "revenue fell", "cash flow grew strongly today")


def test_the_specification_s_fixture_scores_to_six_digits() -> None:
    scores = score_all({"revenue": 1.0, "grew": 1.0}, [text.split() for text in FIXTURE])

    assert [round(score, 6) for score in scores] == [1.155008, 0.561961, 0.390192]


def test_a_term_in_every_document_still_counts_a_little() -> None:
    assert 0.0 < idf(10, 10) < idf(10, 9) < idf(10, 1)


@given(tf=st.integers(1, 500), dl=st.integers(1, 500), average=st.floats(1.0, 500.0))
def test_no_term_frequency_lifts_a_score_to_the_bound_that_pruning_relies_on(tf: int, dl: int, average: float) -> None:
    assert 0.0 < term_score(1.0, tf, dl, average) < 2.2


def test_a_weight_scales_what_its_term_contributes() -> None:
    documents = [text.split() for text in FIXTURE]
    full, half = (score_all({"revenue": weight}, documents) for weight in (1.0, 0.5))

    assert half == pytest.approx([score / 2 for score in full])


def test_no_documents_have_no_scores() -> None:
    assert score_all({"revenue": 1.0}, []) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234,567", "1234567"),
        ("$ 94,036 million", "$ 94036 million"),
        ("in 2018,2017 and 2016", "in 2018,2017 and 2016"),
        ("June 29, 2024", "June 29, 2024"),
        ("1,23", "1,23"),
        ("a,100 and 5,000,", "a,100 and 5000,"),
    ],
)
def test_commas_go_only_where_they_group_digits(text: str, expected: str) -> None:
    assert searchable_text(text) == expected
