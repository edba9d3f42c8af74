"""Canonical text: the rules of FILINGS 7.3, and that the same bytes always give the same spans."""

from __future__ import annotations

import gzip
import re
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auspex.filings.model import NormalizedDocument
from auspex.filings.reading.document_json import document_from_json, document_to_json
from auspex.filings.reading.normalize import UnsupportedDocumentError, normalize

INLINE = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi">
<head><title>not shown</title></head><body>
<div style="display:none"><ix:header><ix:hidden>
<ix:nonFraction name="us-gaap:Assets" contextRef="now" unitRef="usd" decimals="-6" scale="6">7</ix:nonFraction>
</ix:hidden><ix:resources>
<xbrli:context id="q"><xbrli:entity/><xbrli:period><xbrli:startDate>2024-03-31</xbrli:startDate>
<xbrli:endDate>2024-06-29</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="now"><xbrli:entity/>
<xbrli:period><xbrli:instant>2024-06-29</xbrli:instant></xbrli:period></xbrli:context>
<xbrli:context id="seg"><xbrli:entity><xbrli:segment>
<xbrldi:explicitMember dimension="srt:ProductOrServiceAxis">us-gaap:ProductMember
</xbrldi:explicitMember></xbrli:segment></xbrli:entity><xbrli:period><xbrli:startDate>2024-03-31</xbrli:startDate>
<xbrli:endDate>2024-06-29</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<xbrli:unit id="eps"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unitNumerator>
<xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator></xbrli:divide></xbrli:unit>
</ix:resources></ix:header></div>
<p>Period: <ix:nonNumeric name="dei:DocumentFiscalYearFocus" contextRef="q">2024</ix:nonNumeric></p>
<table><tr><td>Products</td><td>$</td><td><ix:nonFraction name="us-gaap:Revenues" contextRef="seg" unitRef="usd"
 decimals="-6" scale="6" format="ixt:num-dot-decimal">294,866</ix:nonFraction></td><td></td></tr>
<tr><td>Loss</td><td>(</td><td><ix:nonFraction name="us-gaap:NetIncomeLoss" contextRef="q" unitRef="usd" sign="-"
 decimals="-6" scale="6" format="ixt:num-dot-decimal">1,234</ix:nonFraction></td><td>)</td></tr>
<tr><td>Diluted</td><td>$</td><td><ix:nonFraction name="us-gaap:EarningsPerShareDiluted" contextRef="q" unitRef="eps"
 decimals="2" scale="0">6.08</ix:nonFraction></td><td/></tr></table></body></html>"""


def text_of(html: str) -> str:
    return normalize(html.encode(), filename="a.htm").text


def test_a_block_is_a_line_and_a_paragraph_stands_apart() -> None:
    assert text_of("<html><body><div>a</div><div>b<br>c</div><p>d</p><p>e</p></body></html>") == "a\nb\nc\n\nd\n\ne"


def test_blanks_fold_and_three_newlines_become_two() -> None:
    html = "<div>a&nbsp;&#160; \t b</div><div><br/></div><div><br/></div><div>&nbsp;</div><div>c</div>"
    assert text_of(f"<html><body>{html}</body></html>") == "a b\n\nc"


def test_scripts_styles_headers_and_hidden_parts_are_dropped() -> None:
    html = "<html><head><title>t</title><style>p{}</style></head><body><script>x</script><p>seen</p>"
    assert text_of(html + '<div style="Display : none">unseen</div></body></html>') == "seen"


def test_a_row_is_a_line_and_signs_stick_to_their_figures() -> None:
    html = (
        "<table><tr><td>Sales</td><td></td><td>$</td><td>1,234</td><td></td><td>$</td><td>(5</td><td>)</td></tr>"
        "<tr><td>Growth</td><td>(</td><td>3.2</td><td>)%</td><td>&nbsp;</td><td>$</td><td>—</td></tr>"
        "<tr><td>&#160;</td></tr></table>"
    )
    assert text_of(f"<html><body>{html}</body></html>") == "Sales | $1,234 | $(5)\nGrowth | (3.2)% | $—"


def test_a_table_that_only_arranges_blocks_gives_lines() -> None:
    inner = "<table><tr><td>a</td><td>1</td></tr></table>"
    html = f"<html><body><table><tr><td><p>one</p><p>two</p></td><td>{inner}</td></tr></table></body></html>"
    assert text_of(html) == "one\n\ntwo\n\na | 1"


def test_inline_facts_carry_value_scale_sign_and_place() -> None:
    document = normalize(INLINE.encode(), filename="a.htm")
    facts = {fact.concept: fact for fact in document.facts}
    assert document.text == "Period: 2024\n\nProducts | $294,866\nLoss | (1,234)\nDiluted | $6.08"
    shown = {name: document.text[f.start : f.end] for name, f in facts.items() if f.start is not None}
    assert shown == {
        "us-gaap:Revenues": "294,866",
        "us-gaap:NetIncomeLoss": "1,234",
        "us-gaap:EarningsPerShareDiluted": "6.08",
    }
    assert facts["us-gaap:Revenues"].value == Decimal("294866000000")
    assert facts["us-gaap:Revenues"].dims_hash
    assert facts["us-gaap:NetIncomeLoss"].value == Decimal("-1234000000")
    assert (facts["us-gaap:EarningsPerShareDiluted"].value, facts["us-gaap:EarningsPerShareDiluted"].unit) == (
        Decimal("6.08"),
        "USD/shares",
    )
    assert (facts["us-gaap:Assets"].value, facts["us-gaap:Assets"].start) == (Decimal(7_000_000), None)
    assert document.properties == {"DocumentFiscalYearFocus": "2024"}
    assert not document.degraded


def test_headings_are_lines_set_apart_by_their_type() -> None:
    html = "<html><body><p><b>Outlook</b></p><p>We <b>expect</b> much.</p><p align='center'>THE END</p></body></html>"
    assert [heading.text for heading in normalize(html.encode(), filename="a.htm").headings] == ["Outlook", "THE END"]


@pytest.mark.parametrize(
    ("raw", "text", "reasons"),
    [
        ("<p>caf\u00e9 \u20ac</p>".encode(), "caf\u00e9 \u20ac", ()),
        (b"<p>caf\xe9 \x93q\x94</p>", "caf\u00e9 \u201cq\u201d", ()),
        (b'<?xml version="1.0" encoding="utf-8"?><p>caf\xe9</p>', "caf\u00e9", ("charset_wrong",)),
        ("<p>\u041f\u0440</p>".encode("koi8-r"), "\u00f0\u00d2", ()),
        (b'<meta charset="koi8-r"><p>' + "\u041f\u0440".encode("koi8-r") + b"</p>", "\u041f\u0440", ()),
        (b"<p>&#147;q&#148; &amp; x&#0;</p>", "\u201cq\u201d & x\ufffd", ()),
        ("\ufeff<p>a</p>".encode("utf-16"), "a", ()),
    ],
)
def test_charset_is_declared_or_utf8_or_windows(raw: bytes, text: str, reasons: tuple[str, ...]) -> None:
    document = normalize(raw, filename="a.htm")
    assert (document.text, document.reasons) == (text, reasons)


def test_broken_xhtml_is_read_and_says_so() -> None:
    raw = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>one<td/>&nbsp;two<p>three</body>'
    document = normalize(raw, filename="a.htm")
    assert (document.degraded, document.reasons) == (True, ("markup_broken",))
    assert document.text.split() == ["one", "two", "three"]


def test_broken_facts_are_left_out_and_counted() -> None:
    raw = INLINE.replace('contextRef="seg"', 'contextRef="gone"').replace("6.08<", "six<").encode()
    document = normalize(raw, filename="a.htm")
    assert document.reasons == ("xbrl_unreadable_facts:2",)
    assert {fact.concept for fact in document.facts} == {"us-gaap:NetIncomeLoss", "us-gaap:Assets"}
    assert "$294,866" in document.text


@pytest.mark.parametrize(
    ("raw", "name"),
    [(b"%PDF-1.7", "a.htm"), (b"x", "a.pdf"), (b"\x89PNG\r\n", "a"), (b"begin 644 a.jpg\n", "a.txt"),
     (b"a\x00b", "a.txt"),
     (b"<DOCUMENT>\n<TYPE>EX\n<TEXT>\n<PDF>\nbegin 644 a.pdf\n</PDF></TEXT></DOCUMENT>", "a.txt")],
)  # fmt: skip
def test_what_is_neither_html_nor_text_is_refused(raw: bytes, name: str) -> None:
    with pytest.raises(UnsupportedDocumentError):
        normalize(raw, filename=name)


def test_entities_of_a_document_type_are_not_expanded() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><html xmlns="x"><p>1 &b; 2</p></html>'
    )
    assert "haha" not in text_of(bomb)


def test_hostile_depth_is_read_without_recursion() -> None:
    assert text_of("<html><body>" + "<div>" * 20_000 + "deep" + "</div>" * 20_000 + "</body></html>") in {"deep", ""}


def test_text_filings_lose_their_marks_and_flow_by_paragraph() -> None:
    raw = (
        b"<PAGE>\n     The Company makes instruments for laboratories, and it sells them all\nover the world."
        b"\n\n<TABLE>\n<CAPTION>\n<S>          <C>\nNet sales     $1,234   $1,100\nCosts           900      800\n"
        b"</TABLE>\nAT&amp;T\n"
    )
    document = normalize(raw, filename="a.txt")
    assert document.text == (
        "The Company makes instruments for laboratories, and it sells them all over the world.\n\n"
        "Net sales $1,234 $1,100\nCosts 900 800\n\nAT&T"
    )


FRAGMENTS = st.lists(
    st.sampled_from(["<p>", "</p>", "<div>", "</div>", "<table><tr><td>", "</td><td>", "</td></tr></table>", "<br>",
                     "<b>", "</b>", " ", "\u00a0", "$", "(", ")", "%", "1,234", "caf\u0065\u0301", "\u0301",
                     "word", "\u200b", "Item 1. ", "&#146;"]),
    max_size=40,
)  # fmt: skip


@given(FRAGMENTS)
@settings(max_examples=300, deadline=None)
def test_any_markup_gives_canonical_text(fragments: list[str]) -> None:
    raw = ("<html><body>" + "".join(fragments) + "</body></html>").encode()
    document = normalize(raw, filename="a.htm")
    text = document.text
    assert text == unicodedata.normalize("NFC", text)
    assert not re.search(r"\n{3}|[^\S\n]{2}|\u00a0|^\s|\s$", text)
    for table in document.tables:
        assert [text[cell.start : cell.end] for cell in table.cells] == [cell.text for cell in table.cells]
    assert [text[heading.start : heading.end] for heading in document.headings] == [h.text for h in document.headings]
    assert normalize(raw, filename="a.htm") == document


def test_a_stored_document_comes_back_the_same() -> None:
    document = normalize(INLINE.encode(), filename="a.htm")
    assert document_from_json(document_to_json(document)) == document


@pytest.fixture(scope="session")
def apple(shared_data: Path) -> NormalizedDocument:
    path = shared_data / "filings" / "sections" / "10-K_AAPL_0000320193-24-000123.html.gz"
    return normalize(gzip.decompress(path.read_bytes()), filename="aapl-20240928.htm")


def test_every_fact_of_a_recorded_10k_shows_its_own_figure(apple: NormalizedDocument) -> None:
    shown = [fact for fact in apple.facts if fact.start is not None and fact.value is not None]
    assert len(shown) > 800
    for fact in shown:
        assert re.fullmatch(r"[\d.,]+|—|[A-Za-z -]+", apple.text[fact.start : fact.end]), fact


def test_a_recorded_10k_shows_its_products_revenue(apple: NormalizedDocument) -> None:
    table = next(table for table in apple.tables if "STATEMENTS OF OPERATIONS" in table.caption)
    cell = next(cell for cell in table.cells if cell.text == "$294,866")
    assert (cell.row_label, cell.row_group, cell.header) == (
        "Products",
        "Net sales:",
        ("Years ended", "September 28, 2024"),
    )
    assert (table.scale, table.per_share_exempt, table.shares_exempt, table.shares_scale) == (6, True, True, 3)


def test_a_hidden_block_that_nobody_closed_does_not_swallow_the_document() -> None:
    document = normalize(
        b'<html><body><div style="display:none">note<p>Item 2.02 Results</p><p>Revenue grew.</p></body></html>',
        filename="open.htm",
    )
    assert "Revenue grew." in document.text
    assert document.degraded
    assert "only_hidden_text" in document.reasons


def test_a_hidden_block_stays_hidden_beside_visible_text() -> None:
    document = normalize(
        b'<html><body><div style="display:none">secret</div><p>Revenue grew.</p></body></html>', filename="closed.htm"
    )
    assert document.text.strip() == "Revenue grew."
    assert not document.degraded
