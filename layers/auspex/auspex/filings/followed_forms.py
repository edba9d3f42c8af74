"""Which forms are read. A filing of any other form is stored as `skipped`, and read when somebody asks for it."""

from __future__ import annotations

from functools import cache

from auspex.core.config import Settings, read_settings

FOLLOWED_BY_DEFAULT = ("8-K", "10-Q", "10-K", "8-K/A", "10-Q/A", "10-K/A")


class FormSettings(Settings):
    """The forms that are followed, separated by commas."""

    filings_forms: str = ",".join(FOLLOWED_BY_DEFAULT)


@cache
def followed_forms() -> tuple[str, ...]:
    """Return the forms that this deployment reads, in their stated order. Raises ValueError when it reads none."""
    stated = (form.strip().upper() for form in read_settings(FormSettings).filings_forms.split(","))
    forms = tuple(dict.fromkeys(form for form in stated if form))
    if not forms:
        raise ValueError("AUSPEX_FILINGS_FORMS names no form")
    return forms
