"""What a batch is asked with: rows as JSON or CSV, each accepted or rejected by itself, and options for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, ValidationError, WrapValidator, model_validator

from auspex.core.limits import BATCH_ROWS_MAX, REJECTIONS_SHOWN_MAX
from auspex.core.problems import BodyTooLarge, ValidationFailed, pointer_error
from auspex.oracle.batch_csv import CsvRow, column_at, read_batch
from auspex.oracle.batch_rows import BatchFixture
from auspex.oracle.football_data import UnreadableFileError
from auspex.oracle.job_problems import BatchUnreadable
from auspex.oracle.model import Depth, ModelFamily
from auspex.platform.replies import Representation, Request

AsOf = Literal["row", "now"]
OWN_CODES = {"same-team", "market-mismatch"}
CODES = {"missing": "value-missing", "extra_forbidden": "unknown-field"}
EXAMPLE: dict[str, Any] = {
    "fixtures": [
        {"home": {"name": "Alpha", "rating": 1600}, "away": {"name": "Bravo", "rating": 1500}, "client_reference": "1"},
        {"home": {"name": "Gamma", "rating": 1450}, "away": {"name": "Delta", "rating": 1520}, "client_reference": "2"},
    ],
    "depth": "headline_pick",
    "model": "elo",
    "as_of": "row",
    "use_market": False,
}
CSV_EXAMPLE = "home,away,home_rating,away_rating,home_goals,away_goals\nAlpha,Bravo,1600,1500,2,1\n"


class Rejected(Representation):
    """A row that was not accepted: `row` counts from 1, `pointer` leads into the JSON body or to the CSV's cell."""

    row: int
    code: str
    pointer: str
    detail: str


class ReadRow(BaseModel):
    """A row as it was read: a fixture, or why it is none. `row` is the CSV's line under the header."""

    model_config = ConfigDict(frozen=True)

    fixture: BatchFixture | None = None
    row: int | None = None
    code: str = ""
    place: str = ""
    detail: str = ""

    def rejected(self, position: int) -> Rejected:
        """Return what the caller is told of a row that is no fixture; `position` counts from 0."""
        if self.row is not None:
            return Rejected(row=self.row, code=self.code, pointer=f"/{self.row}/{self.place}", detail=self.detail)
        pointer = f"/fixtures/{position}" + (f"/{self.place}" if self.place else "")
        return Rejected(row=position + 1, code=self.code, pointer=pointer, detail=self.detail)


def _read_row(value: Any, handler: Any) -> ReadRow:
    """Validate a row by itself: what is wrong with it rejects it alone."""
    line = value if isinstance(value, CsvRow) else None
    if line is not None and line.code is not None:
        return ReadRow(row=line.row, code=line.code, place=str(line.column), detail="This line cannot be read.")
    try:
        return ReadRow(fixture=handler(line.value if line else value), row=line.row if line else None)
    except ValidationError as error:
        first = error.errors()[0]
        place = column_at(first["loc"]) if line else "/".join(str(part) for part in first["loc"])
        return ReadRow(row=line.row if line else None, code=_code_of(first), place=place, detail=str(first["msg"]))


def _code_of(error: Mapping[str, Any]) -> str:
    own = str(error.get("ctx", {}).get("error", "")).partition(":")[0]
    return own if own in OWN_CODES else CODES.get(str(error["type"]), "value-invalid")


def _write_row(row: ReadRow) -> Any:
    return row.model_dump(mode="json", exclude_unset=True)


class CreateBatch(Request):
    """Fixtures to answer at one depth. Rows that cannot be accepted are named in the reply; the others are answered."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    fixtures: Annotated[
        list[Annotated[BatchFixture, WrapValidator(_read_row), PlainSerializer(_write_row)]],
        Field(min_length=1, max_length=BATCH_ROWS_MAX),
    ]
    depth: Depth = Depth.HEADLINE
    model: ModelFamily = ModelFamily.GOALS
    as_of: Annotated[
        AsOf,
        Field(
            description="`row`: parameters fitted on what was known before each row's own week; `now`: those stored "
            "already. Neither ever uses the row's day or later"
        ),
    ] = "row"
    use_market: Annotated[bool, Field(description="Pool each row's `market` into its forecast")] = False

    @model_validator(mode="before")
    @classmethod
    def read_body(cls, body: Any) -> Any:
        """Read a CSV body, and refuse one with too many rows. Raises BodyTooLarge, BatchUnreadable."""
        if isinstance(body, bytes):
            body = {"fixtures": _read_csv(body)}
        rows = body.get("fixtures") if isinstance(body, dict) else None
        if isinstance(rows, list) and len(rows) > BATCH_ROWS_MAX:
            raise BodyTooLarge(detail=f"The batch has {len(rows)} rows; at most {BATCH_ROWS_MAX} are accepted.")
        return body

    @model_validator(mode="after")
    def keep_some(self) -> Self:
        """Refuse a batch without a good row, and a depth that needs a second body. Raises ValidationFailed."""
        if self.depth is Depth.COMPARISON:
            raise ValueError("comparative_analysis compares a fixture with a second body, which a row has no place for")
        if not self.accepted():
            rejected = self.rejected()
            raise ValidationFailed(
                detail=f"None of the {len(rejected)} rows can be accepted.",
                errors=[pointer_error(r.pointer, f"{r.code}: {r.detail}") for r in rejected[:REJECTIONS_SHOWN_MAX]],
            )
        return self

    def accepted(self) -> list[tuple[int, BatchFixture]]:
        """Return the rows that can be answered, by their numbers from 1."""
        return [(row.row or place, row.fixture) for place, row in self._read() if row.fixture is not None]

    def rejected(self) -> list[Rejected]:
        """Return the rows that cannot."""
        return [row.rejected(place - 1) for place, row in self._read() if row.fixture is None]

    def rows(self) -> list[tuple[int, dict[str, Any]]]:
        """Return the rows that can be answered as they are kept."""
        return [(number, row.model_dump(mode="json", exclude_unset=True)) for number, row in self.accepted()]

    def options(self) -> dict[str, Any]:
        """Return what holds for all rows."""
        return self.model_dump(mode="json", include={"depth", "model", "as_of", "use_market"})

    def with_options(self, **given: Any) -> CreateBatch:
        """Return the batch with options of the query, which a CSV body has no place for.

        Raises ValidationFailed where the body says something else.
        """
        options = {name: value for name, value in given.items() if value is not None}
        contradicted = [n for n, value in options.items() if n in self.model_fields_set and getattr(self, n) != value]
        if contradicted:
            raise ValidationFailed(
                detail="The query and the body say different things.",
                errors=[pointer_error(f"/{name}", "stands in the query with another value") for name in contradicted],
            )
        return self.model_copy(update=options)

    def _read(self) -> list[tuple[int, ReadRow]]:
        rows: list[Any] = self.fixtures  # what the validator of a row returned in its place
        return list(enumerate(rows, start=1))


def _read_csv(content: bytes) -> list[CsvRow]:
    try:
        return read_batch(content)
    except UnreadableFileError as error:
        raise BatchUnreadable(
            detail=f"The CSV cannot be read: {error}.",
            errors=[pointer_error(f"/0/{name}", error.code) for name in error.columns]
            or [pointer_error("", error.code)],
        ) from error
