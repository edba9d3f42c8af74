"""Shapes that several of oracle's endpoints share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auspex.platform.replies import Representation

CompetitionCode = Annotated[
    str, Field(pattern=r"^[A-Z]{1,3}[0-9]?$", description="Code of a competition", examples=["E0"])
]
Season = Annotated[str, Field(pattern=r"^[0-9]{4}/[0-9]{2}$", description="A season", examples=["2018/19"])]


class ThreeWay(Representation):
    """Probabilities of a match's outcomes; they add up to 1."""

    home: float
    draw: float
    away: float
