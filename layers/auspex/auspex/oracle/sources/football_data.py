"""football-data's files: one per division and season, one of matches to come."""

from __future__ import annotations

from dataclasses import dataclass

from auspex.oracle.football_data import ParsedFile, UnreadableFileError, parse_results
from auspex.oracle.seasons import source_season
from auspex.oracle.source_errors import SourceUnreadable
from auspex.oracle.sources.transport import Fetched, SourceTransport

FIXTURES_PATH = "/fixtures.csv"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it came and as it reads."""

    fetched: Fetched
    parsed: ParsedFile


class FootballData:
    """Read football-data. Every method may raise the exceptions of `source_errors`."""

    def __init__(self, transport: SourceTransport) -> None:
        self.transport = transport

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def results_path(self, source_code: str, season: str) -> str:
        """Return the path of a division's season."""
        return f"/mmz4281/{source_season(season)}/{source_code}.csv"

    def read(self, path: str, *, etag: str | None = None, last_modified: str | None = None) -> SourceFile:
        """Fetch and read a file. Raises SourceUnreadable for a web page, half a file or no CSV."""
        fetched = self.transport.fetch(path, etag=etag, last_modified=last_modified)
        try:
            return SourceFile(fetched, parse_results(fetched.body))
        except UnreadableFileError as error:
            raise SourceUnreadable(f"{path}: {error}", status=200) from error
