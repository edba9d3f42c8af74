"""Read what ``samconfig.toml`` says of the local deployment, so that it stands in one place for all stages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from infra.local.state import REPOSITORY


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """State the name of the root stack and the parameters that ``[local.deploy.parameters]`` overrides."""

    stack_name: str
    parameters: dict[str, str]


def read_local_settings() -> LocalSettings:
    """Return the local settings. Raises KeyError when the section or the stack's name is missing."""
    configuration = tomllib.loads((REPOSITORY / "samconfig.toml").read_text(encoding="utf-8"))
    section = configuration["local"]["deploy"]["parameters"]
    overrides = dict(item.split("=", 1) for item in section.get("parameter_overrides", []))
    return LocalSettings(stack_name=section["stack_name"], parameters=overrides)
