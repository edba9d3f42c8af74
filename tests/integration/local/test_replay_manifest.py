"""The committed manifest and corpus: up to date, complete, honest about what was composed or invented."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from infra.local.replay import build_manifest
from infra.local.replay.sample import build as build_corpus
from infra.local.replay.store import CORPUS, MANIFEST, Store

DEMO = MANIFEST.with_name("demo_filings.json")


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return document


def test_the_manifest_is_what_the_recordings_give(shared_data: Path) -> None:
    assert build_manifest.render(build_manifest.build(shared_data / "filings")) == MANIFEST.read_text(encoding="utf-8")


def test_the_corpus_is_what_its_code_writes() -> None:
    written = build_corpus.files()
    found = {path.relative_to(CORPUS).as_posix(): path.read_bytes() for path in CORPUS.rglob("*") if path.is_file()}
    assert found == written


def test_every_path_of_the_manifest_has_an_answer(manifest: dict[str, Any], shared_data: Path) -> None:
    store = Store(shared_data / "filings")
    for entry in manifest["entries"]:
        stored = store.answer(entry["path"])
        assert stored is not None, entry["path"]
        assert stored.body, entry["path"]


def test_every_filing_of_the_section_set_is_served_with_page_document_and_submissions(manifest: dict[str, Any]) -> None:
    paths = {entry["path"] for entry in manifest["entries"]}
    from_sections = [
        filing
        for filing in manifest["filings"].values()
        if filing["documents"] and filing["documents"][0].get("file", "").startswith("sections/")
    ]
    assert len(from_sections) == 49
    for filing in from_sections:
        folder = f"/www/Archives/edgar/data/{filing['cik']}/{filing['accession'].replace('-', '')}"
        assert f"{folder}/{filing['accession']}-index.html" in paths
        assert f"{folder}/{filing['documents'][0]['filename']}" in paths
        assert f"/data/submissions/CIK{filing['cik']:010d}.json" in paths


def test_a_filing_date_always_says_where_it_is_from(manifest: dict[str, Any]) -> None:
    for filing in manifest["filings"].values():
        if not filing.get("sample"):
            assert ("filing_date" in filing) == ("filing_date_from" in filing), filing["accession"]


def test_an_accession_that_is_not_real_is_recognised_by_its_prefix(manifest: dict[str, Any]) -> None:
    invented = [a for a, filing in manifest["filings"].items() if "replay accession" in filing.get("facts_from", "")]
    assert invented
    assert all(accession.startswith("9999999998-") for accession in invented)


def test_the_manifest_names_no_folder_of_a_machine(manifest: dict[str, Any]) -> None:
    files = [entry["file"] for entry in manifest["entries"] if "file" in entry]
    assert files
    assert not [name for name in files if name.startswith("/") or ".." in name]


def test_every_page_and_every_json_of_the_corpus_shows_that_it_is_a_sample() -> None:
    for path in CORPUS.rglob("*"):
        if path.suffix == ".json":
            assert json.loads(path.read_text(encoding="utf-8"))["sample"] is True, path.name
        elif path.is_file():
            assert "sample: true" in path.read_text(encoding="utf-8"), path.name


def test_the_demo_names_filings_that_are_served(manifest: dict[str, Any]) -> None:
    demo = json.loads(DEMO.read_text(encoding="utf-8"))
    for kind in ("recorded", "sample"):
        assert [one["form"] for one in demo[kind]] == ["8-K", "10-Q", "10-K"]
        for one in demo[kind]:
            filing = manifest["filings"][one["accession"]]
            assert (filing["cik"], filing["ticker"], filing["form"]) == (one["cik"], one["ticker"], one["form"])
            assert [document["type"] for document in filing["documents"]] == one["documents"]
            assert filing["filing_date_from"] != "signature" if kind == "recorded" else filing["sample"]


def test_without_recordings_only_samples_are_served() -> None:
    store = Store(None)
    assert store.answer("/data/submissions/CIK0000320193.json") is None
    answer = store.answer("/data/submissions/CIK9999999001.json")
    assert answer is not None
    assert answer.source == "sample"


def test_no_sample_ticker_belongs_to_a_listed_company(shared_data: Path) -> None:
    answer = Store(shared_data / "filings").answer("/www/files/company_tickers.json")
    assert answer is not None
    listed = {row["ticker"] for row in json.loads(answer.body).values()}
    ours = {row["ticker"] for row in _tickers() if isinstance(row, dict)}
    assert ours
    assert not ours & listed


def _tickers() -> list[Any]:
    text = (CORPUS / "www" / "files" / "company_tickers.json").read_text(encoding="utf-8")
    return list(json.loads(text).values())


def test_the_manifest_has_one_line_an_entry() -> None:
    lines = MANIFEST.read_text(encoding="utf-8").splitlines()
    assert sum(bool(re.match(r'  \{"path":', line)) for line in lines) == len(json.loads("\n".join(lines))["entries"])
