"""Compose what no recording holds: index pages, submissions and full submissions of filings whose documents we have.

Pure functions of the manifest's facts. Everything composed says so: a `meta` and a comment in HTML, a key in JSON, a
header line in text. A fact that is not known is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from infra.local.replay.item_titles import ITEM_TITLES

Filing = dict[str, Any]

_PAGE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
{marks}
<title>EDGAR Filing Documents for {accession}</title>
</head>
<body>
<!-- {comment} -->
{banner}<div id="contentDiv">
<div class="formDiv">
   <div id="formHeader">
      <div id="formName"><strong>Form {form}</strong></div>
      <div id="secNum">
         <strong><acronym title="Securities and Exchange Commission">SEC</acronym> Accession
         <acronym title="Number">No.</acronym></strong> {accession}
      </div>
   </div>
   <div class="formContent">
{groups}
   </div>
</div>
<div class="formDiv">
   <p>Document Format Files</p>
   <table class="tableFile" summary="Document Format Files">
      <tr>
         <th scope="col">Seq</th><th scope="col">Description</th><th scope="col">Document</th>
         <th scope="col">Type</th><th scope="col">Size</th>
      </tr>
{rows}
   </table>
</div>
<div class="filerDiv">
<div class="companyInfo">
  <span class="companyName">{name} (Filer)
 <acronym title="Central Index Key">CIK</acronym>: <a
 href="/cgi-bin/browse-edgar?CIK={cik:010d}&amp;action=getcompany">{cik:010d} (see all company filings)</a></span>
</div>
</div>
</div>
</body>
</html>
"""


def index_page(filing: Filing, company: dict[str, Any]) -> bytes:
    """Compose a filing's index page with the elements EDGAR's own page carries its facts in."""
    accession, sample = filing["accession"], bool(filing.get("sample"))
    mark = "sample" if sample else "generated"
    comment = (
        "sample: true. A fictional filing written for Auspex; no such company exists."
        if sample
        else "generated: true. Composed by the Auspex replay server from the recorded document; not a page of EDGAR."
    )
    if filing.get("filing_date_from") == "signature":
        comment += " The filing date shown is the date of the document's signature."
    page = _PAGE.format(
        marks=f'<meta name="auspex-{mark}" content="true" />',
        comment=comment,
        banner="<p><strong>sample: true</strong> (fictional company)</p>\n" if sample else "",
        accession=accession,
        form=escape(filing["form"]),
        groups="\n".join(_groups(filing)),
        rows="\n".join(_rows(filing)),
        name=escape(company["name"]),
        cik=filing["cik"],
    )
    return page.encode("utf-8")


def submissions(cik: int, company: dict[str, Any], filings: Sequence[Filing], *, sample: bool = False) -> bytes:
    """Compose a company's submissions file from its filings, newest first."""
    ordered = sorted(filings, key=lambda filing: (filing.get("filing_date", ""), filing["accession"]), reverse=True)
    columns: dict[str, list[Any]] = {name: [] for name in _ROW}
    for filing in ordered:
        for name, read in _ROW.items():
            columns[name].append(read(filing))
    document = {
        "sample" if sample else "generated": True,
        "cik": f"{cik:010d}",
        "name": company["name"],
        "tickers": company["tickers"],
        "exchanges": company.get("exchanges", []),
        "sic": company.get("sic", ""),
        "fiscalYearEnd": company.get("fiscal_year_end"),
        "formerNames": [],
        "filings": {"recent": columns, "files": []},
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def full_submission(filing: Filing, company: dict[str, Any], bodies: Iterable[tuple[dict[str, Any], bytes]]) -> bytes:
    """Compose the complete submission text: a short SGML header and every document that is there."""
    accession, stamp = filing["accession"], filing.get("filing_date", "").replace("-", "")
    mark = "sample" if filing.get("sample") else "generated"
    head = [
        f"<SEC-DOCUMENT>{accession}.txt : {stamp}",
        f"<SEC-HEADER>{accession}.hdr.sgml : {stamp}",
        *([f"<ACCEPTANCE-DATETIME>{_digits(filing['accepted'])}"] if filing.get("accepted") else []),
        f"ACCESSION NUMBER:\t\t{accession}",
        f"CONFORMED SUBMISSION TYPE:\t{filing['form']}",
        f"PUBLIC DOCUMENT COUNT:\t\t{len(filing['documents'])}",
        *([f"CONFORMED PERIOD OF REPORT:\t{_digits(filing['report_date'])}"] if filing.get("report_date") else []),
        *(f"ITEM INFORMATION:\t\t{ITEM_TITLES[item]}" for item in filing.get("items", ()) if item in ITEM_TITLES),
        *([f"FILED AS OF DATE:\t\t{stamp}"] if stamp else []),
        f"COMMENT:\t\t\t{mark}: true",
        "",
        "FILER:",
        "",
        "\tCOMPANY DATA:",
        f"\t\tCOMPANY CONFORMED NAME:\t\t\t{company['name']}",
        f"\t\tCENTRAL INDEX KEY:\t\t\t{filing['cik']:010d}",
        "</SEC-HEADER>",
        "",
    ]
    text = bytearray("\n".join(head).encode("utf-8"))
    for document, body in bodies:
        start = (
            f"<DOCUMENT>\n<TYPE>{document['type']}\n<SEQUENCE>{document['sequence']}\n"
            f"<FILENAME>{document['filename']}\n<TEXT>\n"
        )
        inline = bool(document.get("inline_xbrl"))
        text += start.encode("utf-8") + (b"<XBRL>\n" if inline else b"") + body
        text += (b"" if body.endswith(b"\n") else b"\n") + (b"</XBRL>\n" if inline else b"") + b"</TEXT>\n</DOCUMENT>\n"
    return bytes(text) + b"</SEC-DOCUMENT>\n"


def folder(filing: Filing) -> str:
    """Return the filing's folder on EDGAR."""
    return f"/Archives/edgar/data/{filing['cik']}/{filing['accession'].replace('-', '')}"


def _groups(filing: Filing) -> Iterable[str]:
    facts = [
        ("Filing Date", filing.get("filing_date")),
        ("Accepted", filing.get("accepted")),
        ("Documents", str(len(filing["documents"]))),
        ("Period of Report", filing.get("report_date")),
        ("Items", "<br />".join(f"Item {item}: {ITEM_TITLES.get(item, '')}" for item in filing.get("items", ()))),
    ]
    for label, value in facts:
        if value:
            yield f'      <div class="infoHead">{label}</div>\n      <div class="info">{value}</div>'


def _rows(filing: Filing) -> Iterable[str]:
    row = "      <tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"
    for document in filing["documents"]:
        path = f"{folder(filing)}/{document['filename']}"
        if document.get("inline_xbrl"):
            link = f'<a href="/ix?doc={path}">{document["filename"]}</a> &nbsp;<span>iXBRL</span>'
        else:
            link = f'<a href="{path}">{document["filename"]}</a>'
        description = escape(document.get("description") or document["type"])
        yield row.format(document["sequence"], description, link, escape(document["type"]), document.get("bytes", ""))
    text = f"{folder(filing)}/{filing['accession']}.txt"
    link = f'<a href="{text}">{filing["accession"]}.txt</a>'
    yield row.format("&nbsp;", "Complete submission text file", link, "&nbsp;", "&nbsp;")


def _primary(filing: Filing) -> dict[str, Any]:
    first: dict[str, Any] = filing["documents"][0]
    return first


def _size(filing: Filing) -> int:
    return sum(int(document.get("bytes", 0)) for document in filing["documents"])


def _inline(filing: Filing) -> int:
    return int(bool(_primary(filing).get("inline_xbrl")))


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


_ROW: dict[str, Callable[[Filing], Any]] = {
    "accessionNumber": lambda filing: filing["accession"],
    "filingDate": lambda filing: filing.get("filing_date", ""),
    "reportDate": lambda filing: filing.get("report_date", ""),
    "acceptanceDateTime": lambda filing: filing.get("accepted_utc", ""),
    "form": lambda filing: filing["form"],
    "items": lambda filing: ",".join(filing.get("items", ())),
    "size": _size,
    "isXBRL": _inline,
    "isInlineXBRL": _inline,
    "primaryDocument": lambda filing: _primary(filing)["filename"],
    "primaryDocDescription": lambda filing: filing["form"],
}
