"""Canonical JSON and fingerprints: the published vectors of RFC 8785, and what must and must not share a hash."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.core.fingerprints import INTEGER_MAX, canonical_bytes, fingerprint, sha256_of_json
from auspex.core.problems import ValidationFailed

NUMBERS = st.integers(-INTEGER_MAX, INTEGER_MAX) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("aé€😀\ufb33", max_size=3), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> Path:
    folder = shared_data / "infra" / "jcs"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data/infra/jcs, which this machine lacks")
    return folder


class TestPublishedVectors:
    @pytest.mark.parametrize("name", ["arrays", "french", "structures", "values"])
    def test_each_document_becomes_the_published_bytes(self, vectors: Path, name: str) -> None:
        value = json.loads((vectors / "input" / f"{name}.json").read_text(encoding="utf-8"))
        expected = bytes.fromhex((vectors / "outhex" / f"{name}.txt").read_text(encoding="ascii"))
        assert canonical_bytes(value) == expected

    def test_each_of_five_thousand_doubles_is_written_as_published(self, vectors: Path) -> None:
        lines = (vectors / "es6_numbers_first5000.txt").read_text(encoding="ascii").splitlines()
        assert len(lines) == 5000
        for line in lines:
            bits, _, expected = line.partition(",")
            (number,) = struct.unpack(">d", bytes.fromhex(bits.zfill(16)))
            assert canonical_bytes(number).decode() == expected, bits


class TestWorkedCases:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ({"b": 1, "a": 1.0}, '{"a":1,"b":1}'),
            ([-0.0, 1e21, 1e-7, 100.0], "[0,1e+21,1e-7,100]"),
            ({"\ufb33": 1, "😀": 2}, '{"😀":2,"\ufb33":1}'),  # UTF-16 order, which is not that of code points
            ('\x00\x1f"\\\u2028€', '"\\u0000\\u001f\\"\\\\\u2028€"'),
            ({"list": [], "object": {}, "none": None}, '{"list":[],"none":null,"object":{}}'),
        ],
    )
    def test_canonical_form(self, value: Any, expected: str) -> None:
        assert canonical_bytes(value) == expected.encode()

    def test_a_fingerprint_is_the_hash_of_its_four_members(self) -> None:
        written = b'{"data_version":"d2","input":{"n":2},"model_version":"m1","route":"POST /v1/x"}'
        found = fingerprint(route="POST /v1/x", model_version="m1", data_version="d2", input={"n": 2.0})
        assert found == hashlib.sha256(written).hexdigest()

    @pytest.mark.parametrize("changed", ["route", "model_version", "data_version", "input"])
    def test_every_member_tells_answers_apart(self, changed: str) -> None:
        members: dict[str, Any] = {"route": "r", "model_version": "m", "data_version": "d", "input": "i"}
        assert fingerprint(**members) != fingerprint(**{**members, changed: "other"})


class TestWhatHasNoCanonicalForm:
    @pytest.mark.parametrize(
        ("value", "pointer"),
        [
            ({"a": [1, INTEGER_MAX + 1]}, "/a/1"),
            ({"a/b": {"~": -INTEGER_MAX - 1}}, "/a~1b/~0"),
            ({"x": float("inf")}, "/x"),
            ([float("nan")], "/0"),
            ({"x": "\ud800"}, "/x"),
            ({"\udfff": 1}, "/\udfff"),
        ],
    )
    def test_it_is_refused_where_it_stands(self, value: Any, pointer: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            canonical_bytes(value)
        assert [error["pointer"] for error in refused.value.errors] == [pointer]

    def test_neighbours_beyond_what_a_double_holds_are_not_made_equal(self) -> None:
        assert sha256_of_json(INTEGER_MAX) != sha256_of_json(INTEGER_MAX - 1)
        with pytest.raises(ValidationFailed):
            sha256_of_json(INTEGER_MAX + 2)

    def test_bottomless_nesting_is_refused(self) -> None:
        value: list[Any] = []
        for _ in range(100_000):
            value = [value]
        with pytest.raises(ValidationFailed):
            canonical_bytes(value)
        while value:  # taken apart by hand: freeing it in one go would nest as deeply
            value = value.pop()


class TestLaws:
    @given(st.dictionaries(st.text("abc€😀", max_size=4), VALUES, max_size=6), st.randoms())
    def test_order_of_keys_and_white_space_do_not_matter(self, value: dict[str, Any], random: Any) -> None:
        shuffled = list(value.items())
        random.shuffle(shuffled)
        rewritten = json.loads(json.dumps(dict(shuffled), indent=random.choice([None, 1, 4])))
        assert sha256_of_json(rewritten) == sha256_of_json(value)

    @given(st.integers(-INTEGER_MAX, INTEGER_MAX))
    def test_a_whole_number_is_one_value_however_it_is_typed(self, number: int) -> None:
        assert canonical_bytes(number) == canonical_bytes(float(number)) == str(number).encode()

    @given(VALUES)
    def test_canonical_bytes_parse_to_the_value_and_are_a_fixed_point(self, value: Any) -> None:
        written = canonical_bytes(value)
        again = as_doubles(json.loads(written))
        assert again == as_doubles(value)
        assert canonical_bytes(again) == written


def as_doubles(value: Any) -> Any:
    """Read integers as a JSON reader of doubles does: 6.182992139246513e16 is written as an integer that is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list):
        return [as_doubles(child) for child in value]
    return {k: as_doubles(v) for k, v in value.items()} if isinstance(value, dict) else value
