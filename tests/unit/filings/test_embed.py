"""The embedding model: unit vectors, the same whatever stands beside them, close to the fp32 reference."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from auspex.filings.index.embed import DIMENSIONS, Embedder
from auspex.filings.index.wordpiece import WordPiece

ROOT = Path(__file__).resolve().parents[3]

# First six of 384 numbers of a plain float32 forward pass over the published safetensors of all-MiniLM-L6-v2 (numpy,
# erf-GELU, mean pooling, L2), computed once for this test. int8 weights stay within 0.006 a component of it.
REFERENCE = {
    "Revenue grew in the quarter.": (0.04281, 0.0234, -0.01548, -0.03475, 0.00932, 0.02156),
    "Purchases of property, plant and equipment": (0.01954, 0.0431, 0.02263, -0.03086, 0.03231, 0.04857),
    "日本 – naïve café №5": (-0.02152, 0.03155, 0.04666, -0.01475, 0.0251, 0.06753),
}


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    directory = Path(os.environ.get("AUSPEX_MODEL_DIRECTORY") or ROOT / ".auspex" / "model")
    if not (directory / "model.onnx").is_file():
        pytest.skip(f"needs the embedding model: python infra/local/model.py {directory}")
    return Embedder(directory)


def test_vectors_are_unit_float32_rows_in_the_order_of_the_texts(embedder: Embedder) -> None:
    texts = [f"sentence number {number} {'about revenue ' * (number % 7)}" for number in range(70)]
    vectors = embedder.embed(texts)

    assert vectors.shape == (70, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(70), abs=1e-6)
    for row in (0, 13, 69):
        assert embedder.embed([texts[row]])[0] == pytest.approx(vectors[row], abs=1e-6)


@pytest.mark.parametrize("text", REFERENCE)
def test_vectors_agree_with_the_float32_reference(embedder: Embedder, text: str) -> None:
    assert embedder.embed([text])[0][:6] == pytest.approx(np.array(REFERENCE[text]), abs=0.006)


def test_a_short_text_is_not_changed_by_a_long_neighbour(embedder: Embedder) -> None:
    alone = embedder.embed(["revenue grew"])[0]
    beside = embedder.embed(["revenue grew", "cash flow fell because costs rose " * 60])[0]

    assert float(alone @ beside) == pytest.approx(1.0, abs=1e-6)


def test_the_text_that_answers_is_nearer_than_one_that_does_not(embedder: Embedder) -> None:
    question, answer, other = embedder.embed(
        [
            "How much did the company spend on capital expenditures?",
            "Purchases of property, plant and equipment were $1,577 million.",
            "The board of directors elected a new chair in May.",
        ]
    )

    assert float(question @ answer) > float(question @ other) + 0.2


def test_the_model_reads_254_tokens_and_counting_never_stops(embedder: Embedder) -> None:
    read = "revenue " * 254
    assert embedder.count_tokens(read) == 254
    assert embedder.count_tokens("revenue " * 1000) == 1000
    assert embedder.count_tokens("") == 0

    within, beyond, shorter = embedder.embed([read, read + "loss " * 50, "revenue " * 20])
    assert float(within @ beyond) == pytest.approx(1.0, abs=1e-6)
    assert float(within @ shorter) < 0.99999


def test_tokens_add_up_at_blanks(embedder: Embedder) -> None:
    left, right = "Net sales | 94,036", "85,777 — Überschuß №5 in-store"

    assert embedder.count_tokens(f"{left}\n{right}") == embedder.count_tokens(left) + embedder.count_tokens(right)


def test_no_texts_are_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, DIMENSIONS)


def test_a_missing_model_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"infra/local/model\.py"):
        Embedder(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"infra/local/model\.py"):
        WordPiece(tmp_path / "tokenizer.json")
