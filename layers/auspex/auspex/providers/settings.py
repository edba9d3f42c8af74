"""Which providers are configured. Names, models, prices and base URLs are `AUSPEX_*` settings or entries of one secret.

The secret holds the keys and may hold every setting under the same name, so that the whole deployment changes at once,
as the lease does; an environment variable wins. Configured means: key and model are set. No model name is built in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from pydantic import SecretStr, create_model

from auspex.core.config import DeploymentSettings, Settings, read_secret, read_settings
from auspex.core.telemetry import logger
from auspex.providers.contract import PROVIDERS, Capability, ProviderName

DEFAULT_BASE_URLS: dict[ProviderName, str] = {
    "openai": "https://api.openai.com/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai/",
    "groq": "https://api.groq.com/openai/v1",
    "cloudflare": "https://api.cloudflare.com/client/v4/accounts/{account}/ai/v1",
    "huggingface": "https://router.huggingface.co/v1",
}
KEY_NAMES: dict[ProviderName, str] = {
    "openai": "OPENAI_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "groq": "GROQ_API_KEY",
    "cloudflare": "CLOUDFLARE_API_TOKEN",
    "huggingface": "HF_TOKEN",
}
ACCOUNT_NAME = "CLOUDFLARE_ACCOUNT_ID"
DEFAULT_CAPABILITIES: dict[ProviderName, str] = {"openai": "json,vision", "gemini": "json,vision"}
KINDS = ("model", "base_url", "price_in_usd_per_mtok", "price_out_usd_per_mtok", "budget_usd", "capabilities")
KNOWN_CAPABILITIES: frozenset[Capability] = frozenset({"json", "vision"})
MICRO = Decimal(1_000_000)
FINGERPRINT_CHARACTERS = 16


class GatewaySettings(Settings):
    """Where the secret is, and whether a better provider is returned to by itself."""

    providers_secret_arn: str = ""
    provider_return: Literal["sticky", "auto"] = "sticky"


ProviderVariables = create_model(
    "ProviderVariables",
    __base__=Settings,
    __doc__="`AUSPEX_<KIND>_<PROVIDER>`, for instance `AUSPEX_MODEL_OPENAI`.",
    **{f"{kind}_{provider}": (str, "") for kind in KINDS for provider in PROVIDERS},  # type: ignore[call-overload] # 30 alike
)


@dataclass(frozen=True, slots=True)
class Provider:
    """One configured provider. Prices are micro-USD per token, which equals USD per million tokens."""

    name: ProviderName
    base_url: str
    model: str
    key: SecretStr
    capabilities: frozenset[Capability]
    price_in: Decimal | None = None
    price_out: Decimal | None = None
    budget_micro_usd: int | None = None

    @property
    def fingerprint(self) -> str:
        """What tells one key from another without being it."""
        return hashlib.sha256(self.key.get_secret_value().encode()).hexdigest()[:FINGERPRINT_CHARACTERS]

    @property
    def enforced_budget_micro_usd(self) -> int | None:
        """The monthly budget where it can be enforced: without both prices no cost is known."""
        return None if self.price_in is None or self.price_out is None else self.budget_micro_usd

    def candidate(self) -> dict[str, Any]:
        """Return what the lease's SQL needs to know of this provider."""
        return {
            "provider": self.name,
            "model": self.model,
            "key": self.fingerprint,
            "budget_micro_usd": self.enforced_budget_micro_usd,
        }


@dataclass(frozen=True, slots=True)
class Configuration:
    """Every configured provider, by priority."""

    providers: tuple[Provider, ...]

    def find(self, name: str | None) -> Provider | None:
        """Return a provider when it is configured."""
        return next((provider for provider in self.providers if provider.name == name), None)

    def candidates(self) -> list[dict[str, Any]]:
        """Return what the lease's SQL chooses from."""
        return [provider.candidate() for provider in self.providers]


def read_configuration() -> Configuration:
    """Return what is configured now: settings, and the secret as it stands (kept for five minutes)."""
    arn = read_settings(GatewaySettings).providers_secret_arn
    secret = _read(arn) if arn else {}
    values = {name.removeprefix("AUSPEX_"): str(value) for name, value in secret.items()}
    variables = read_settings(ProviderVariables).model_dump()
    values |= {name.upper(): value for name, value in variables.items() if value}
    local = read_settings(DeploymentSettings).stage == "local"
    found = (_provider(name, values, plain_http=local) for name in PROVIDERS)
    return Configuration(tuple(provider for provider in found if provider is not None))


def is_any_configured() -> bool:
    """Tell whether a provider could be asked at all; whether one is available, only asking tells."""
    return bool(read_configuration().providers)


def _read(arn: str) -> dict[str, Any]:
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError  # noqa: PLC0415 - brings boto3

    try:
        return read_secret(arn)
    except GetParameterError:
        logger().warning("the providers' secret cannot be read; no provider is configured")
        return {}


def _provider(name: ProviderName, values: Mapping[str, str], *, plain_http: bool) -> Provider | None:
    """Return a provider, or None when it is not (or not properly) configured."""
    suffix = name.upper()
    key, model = values.get(KEY_NAMES[name], ""), values.get(f"MODEL_{suffix}", "")
    base_url = values.get(f"BASE_URL_{suffix}") or DEFAULT_BASE_URLS[name]
    if "{account}" in base_url:
        account = values.get(ACCOUNT_NAME, "")
        base_url = base_url.replace("{account}", account) if account else ""
    if not (key and model and base_url):
        return None
    if not base_url.startswith("https://") and not plain_http:
        logger().warning("a provider's base URL is not https; it is not used", extra={"provider": name})
        return None
    given = values.get(f"CAPABILITIES_{suffix}") or DEFAULT_CAPABILITIES.get(name, "json")
    try:
        budget = _decimal(values.get(f"BUDGET_USD_{suffix}", ""))
        return Provider(
            name=name, base_url=base_url, model=model, key=SecretStr(key),
            capabilities=frozenset(c for c in KNOWN_CAPABILITIES if c in given.split(",")),
            price_in=_decimal(values.get(f"PRICE_IN_USD_PER_MTOK_{suffix}", "")),
            price_out=_decimal(values.get(f"PRICE_OUT_USD_PER_MTOK_{suffix}", "")),
            budget_micro_usd=None if budget is None else int(budget * MICRO),
        )  # fmt: skip
    except (InvalidOperation, ValueError):
        logger().warning("a provider's price or budget is no amount; it is not used", extra={"provider": name})
        return None


def _decimal(text: str) -> Decimal | None:
    if not text:
        return None
    value = Decimal(text)
    if not value.is_finite() or value < 0:
        raise ValueError("an amount is finite and not negative")
    return value
