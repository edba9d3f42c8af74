"""Names of teams: their identifiers, which names resemble each other, and spellings that other sources use.

Resemblance serves suggestions and refusals only: no name is ever taken for another because it looks like it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

RESEMBLES = 0.8
"""Share of matching characters from which on a new name may be a misspelt old one."""
NEAREST = 3

_OTHER = re.compile(r"[^a-z0-9]+")

# Other sources' names of teams (casefolded), by the name in football-data's files.
SPELLINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "England": {
        "Birmingham": ("Birmingham City",), "Blackburn": ("Blackburn Rovers",), "Bolton": ("Bolton Wanderers",),
        "Bournemouth": ("AFC Bournemouth",), "Brighton": ("Brighton and Hove Albion", "Brighton & Hove Albion"),
        "Burnley": ("Burnley FC",), "Cardiff": ("Cardiff City",), "Derby": ("Derby County",), "Hull": ("Hull City",),
        "Huddersfield": ("Huddersfield Town",), "Ipswich": ("Ipswich Town",), "Leeds": ("Leeds United",),
        "Leicester": ("Leicester City",), "Luton": ("Luton Town",), "Man City": ("Manchester City",),
        "Man United": ("Manchester United",), "Newcastle": ("Newcastle United",), "Norwich": ("Norwich City",),
        "Nott'm Forest": ("Nottingham Forest",), "QPR": ("Queens Park Rangers",), "Stoke": ("Stoke City",),
        "Swansea": ("Swansea City",), "Tottenham": ("Tottenham Hotspur",), "West Brom": ("West Bromwich Albion",),
        "West Ham": ("West Ham United",), "Wigan": ("Wigan Athletic",), "Wolves": ("Wolverhampton Wanderers",),
    },
    "Germany": {
        "Bayern Munich": ("FC Bayern München", "FC Bayern Munich"), "Dortmund": ("Borussia Dortmund",),
        "Ein Frankfurt": ("Eintracht Frankfurt",), "FC Koln": ("1. FC Köln",), "Hamburg": ("Hamburger SV",),
        "Hannover": ("Hannover 96",), "Hertha": ("Hertha Berlin", "Hertha BSC"), "Leverkusen": ("Bayer Leverkusen",),
        "M'gladbach": ("Borussia Monchengladbach", "Borussia Mönchengladbach"), "Mainz": ("FSV Mainz 05",),
        "Schalke 04": ("FC Schalke 04",), "Stuttgart": ("VfB Stuttgart",), "Wolfsburg": ("VfL Wolfsburg",),
    },
    "Spain": {
        "Ath Bilbao": ("Athletic Bilbao", "Athletic Club"), "Ath Madrid": ("Atlético Madrid", "Atletico Madrid"),
        "Betis": ("Real Betis",), "Celta": ("Celta Vigo",), "Espanol": ("Espanyol",),
        "La Coruna": ("Deportivo La Coruña",), "Sociedad": ("Real Sociedad",), "Sp Gijon": ("Sporting Gijón",),
        "Vallecano": ("Rayo Vallecano",), "Valladolid": ("Real Valladolid",),
    },
}  # fmt: skip


def normal_form(name: str) -> str:
    """Return a name in lower case without accents and punctuation: what two spellings of one name share."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub(" ", plain.replace("'", "")).strip()


def team_identifier(country: str, name: str) -> str:
    """Return the identifier of a team: its country and its name in letters, digits and hyphens."""
    return "-".join((normal_form(country) + " " + normal_form(name)).split())


def resembling(name: str, known: Iterable[str]) -> list[str]:
    """Return known names that this one may be a misspelling of, in their order."""
    wanted = normal_form(name)
    return [other for other in known if _likeness(wanted, normal_form(other)) >= RESEMBLES]


def nearest_names(name: str, known: Iterable[str], *, count: int = NEAREST) -> list[str]:
    """Return the known names most like this one, the nearest first; equally near ones in alphabetical order."""
    wanted = normal_form(name)
    ranked = sorted(set(known), key=lambda other: (-_closeness(wanted, normal_form(other)), other))
    return ranked[:count]


def _closeness(wanted: str, other: str) -> float:
    begins = bool(wanted) and (other.startswith(wanted) or wanted.startswith(other))
    return _likeness(wanted, other) + (1.0 if begins else 0.0)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(a=one, b=other, autojunk=False).ratio()
