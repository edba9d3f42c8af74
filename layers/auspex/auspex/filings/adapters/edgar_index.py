"""Read EDGAR's filing index page: which documents a filing has, and what EDGAR states about it.

The page shows New York time without saying so; everything leaves here in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from lxml import etree, html

from auspex.filings.model import FilingHeader
from auspex.filings.source_errors import SourceUnreadable

EDGAR_TIME_ZONE = ZoneInfo("America/New_York")
DOCUMENTS_MAX = 2_000
ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")

_ITEM = re.compile(r"\bItem\s+(\d{1,2}(?:\.\d{2})?)\s*:")
_ROLE = re.compile(r"\s*\([^()]*\)\s*$")
_RENDERED = re.compile(r"/xsl[^/]*/")
_TEXT_DOCUMENT = re.compile(r"\.(?:html?|txt)$", re.IGNORECASE)
_WANTED_EXHIBIT = re.compile(r"EX-(?:99|10|13)(?:\.|$)")


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One row of the index page; `url` is the document's path on EDGAR, `size` in bytes or None where none is shown."""

    sequence: int
    type: str
    filename: str
    size: int | None
    url: str
    description: str = ""
    inline_xbrl: bool = False


@dataclass(frozen=True, slots=True)
class Filer:
    """A company or person named on the page, with its role (`Filer`, `Issuer`, `Reporting`, `Subject` …)."""

    cik: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class FilingIndex:
    """What the index page of one filing states. Dates are None where the page shows none; `accepted_at` is UTC."""

    accession: str
    form: str
    items: tuple[str, ...]
    filing_date: date | None
    report_date: date | None
    accepted_at: datetime | None
    documents: tuple[IndexDocument, ...]
    filers: tuple[Filer, ...]
    full_submission_url: str | None
    sample: bool = False
    generated: bool = False

    @property
    def primary(self) -> IndexDocument | None:
        """The document that is the filing itself: the first of sequence 1 that a person wrote."""
        return next((document for document in self.documents if document.sequence == 1), None)

    def header(self, cik: int) -> FilingHeader:
        """Return the filing's header for one of its filers. Raises SourceUnreadable without filing date or document."""
        primary = self.primary
        if primary is None or self.filing_date is None:
            missing = "primary document" if primary is None else "filing date"
            raise SourceUnreadable(f"the index page of {self.accession} shows no {missing}")
        return FilingHeader(
            accession=self.accession,
            cik=cik,
            form=self.form,
            items=self.items,
            filing_date=self.filing_date,
            report_date=self.report_date,
            accepted_at=self.accepted_at,
            primary_document=primary.filename,
            inline_xbrl=primary.inline_xbrl,
        )


def documents_to_fetch(index: FilingIndex) -> tuple[IndexDocument, ...]:
    """Choose what is read of a filing: the primary document, every EX-99*, EX-10* and EX-13* (FILINGS 7.2).

    Data files and graphics are left out; a wanted exhibit that is no HTML or text (a PDF beside its HTML twin) too,
    unless it is the primary document. Order is the page's.
    """
    primary = index.primary
    return tuple(
        document
        for document in index.documents
        if document is primary or (_WANTED_EXHIBIT.match(document.type) and _TEXT_DOCUMENT.search(document.filename))
    )


def parse_filing_index(body: bytes, accession: str) -> FilingIndex:
    """Parse an index page; `accession` (with dashes) must be the one it shows. Raises SourceUnreadable."""
    try:
        page = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError) as error:
        raise SourceUnreadable(f"the index page of {accession} is no HTML") from error
    shown = ACCESSION.search(_text(_elements(page, "//*[@id='secNum']")))
    if shown is None or shown.group() != accession:
        raise SourceUnreadable(f"the index page of {accession} names accession {shown and shown.group()}")
    labels = _labelled(page)
    documents, full_submission_url = _documents(page)
    return FilingIndex(
        accession=accession,
        form=_text(_elements(page, "//*[@id='formName']/strong")).removeprefix("Form").strip(),
        items=tuple(dict.fromkeys(_ITEM.findall(labels.get("Items", "")))),
        filing_date=_date(labels.get("Filing Date")),
        report_date=_date(labels.get("Period of Report")),
        accepted_at=_accepted_at(labels.get("Accepted")),
        documents=documents,
        filers=tuple(_filers(page)),
        full_submission_url=full_submission_url,
        sample=_marked(page, "sample"),
        generated=_marked(page, "generated"),
    )


def new_york_to_utc(value: datetime) -> datetime:
    """Read a clock time of EDGAR's offices as UTC; in the repeated hour of autumn the first is meant."""
    return value.replace(tzinfo=EDGAR_TIME_ZONE).astimezone(UTC)


def _labelled(page: html.HtmlElement) -> dict[str, str]:
    """Map each heading of the form's box to the text beneath it."""
    pairs: dict[str, str] = {}
    for head in page.xpath("//div[@class='infoHead']"):
        value = head.getnext()
        if value is not None and value.get("class") == "info":
            pairs[_text([head])] = _text([value])
    return pairs


def _documents(page: html.HtmlElement) -> tuple[tuple[IndexDocument, ...], str | None]:
    """Read the rows of both tables; a row without a sequence number is the complete submission."""
    documents: list[IndexDocument] = []
    full_submission_url = None
    for row in page.xpath("//table[@class='tableFile']//tr[td]")[:DOCUMENTS_MAX]:
        cells = row.xpath("./td")
        links = row.xpath("./td[3]//a/@href")
        if len(cells) < 5 or not links:
            continue
        url = str(links[0]).removeprefix("/ix?doc=")
        sequence = _text([cells[0]])
        if not sequence.isdecimal():
            full_submission_url = url if url.endswith(".txt") else full_submission_url
            continue
        if _RENDERED.search(url):  # a style sheet's view of the XML document in the next row
            continue
        size = _text([cells[4]])
        documents.append(
            IndexDocument(
                sequence=int(sequence),
                type=_text([cells[3]]),
                filename=url.rsplit("/", 1)[-1],
                size=int(size) if size.isdecimal() else None,
                url=url,
                description=_text([cells[1]]),
                inline_xbrl=str(links[0]).startswith("/ix?doc="),
            )
        )
    return tuple(documents), full_submission_url


def _filers(page: html.HtmlElement) -> Iterable[Filer]:
    for company in page.xpath("//span[@class='companyName']"):
        cik = re.search(r"CIK=0*(\d{1,10})", " ".join(company.xpath(".//a/@href")))
        title = " ".join(str(company.text_content()).split()).split(" CIK:", 1)[0]
        role = _ROLE.search(title)
        if cik:
            name = title[: role.start()] if role else title
            yield Filer(cik=int(cik.group(1)), name=name.strip(), role=role.group().strip(" ()") if role else "")


def _marked(page: html.HtmlElement, word: str) -> bool:
    """Whether the replay server marked this page (`<meta name="auspex-…" content="true">`)."""
    return bool(page.xpath(f"//meta[@name='auspex-{word}' and @content='true']"))


def _elements(page: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    found = page.xpath(path)
    return [element for element in found if isinstance(element, html.HtmlElement)] if isinstance(found, list) else []


def _text(elements: Sequence[html.HtmlElement]) -> str:
    """Return the words of elements; a line break between two of them is a space."""
    return " ".join(" ".join(str(piece) for element in elements for piece in element.itertext()).split())


def _date(text: str | None) -> date | None:
    match = re.search(r"\d{4}-\d{2}-\d{2}", text or "")
    return date.fromisoformat(match.group()) if match else None


def _accepted_at(text: str | None) -> datetime | None:
    match = re.search(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})", text or "")
    return new_york_to_utc(datetime.fromisoformat(f"{match[1]}T{match[2]}")) if match else None
