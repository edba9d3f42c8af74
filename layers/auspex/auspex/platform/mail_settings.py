"""Where our own mail server is, and under which name it writes."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from auspex.core.config import Settings, Stage


class MailSettings(Settings):
    """The SMTP server; without a host this deployment sends no mail. Login comes from a secret {username, password}."""

    stage: Stage = "local"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_from: str = ""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_secret_arn: str = ""

    @model_validator(mode="after")
    def insist_on_encryption(self) -> Self:
        """Refuse an open line anywhere but on the local stack."""
        if self.smtp_security == "none" and self.stage != "local":
            raise ValueError("AUSPEX_SMTP_SECURITY=none is for the local stack alone")
        return self

    @property
    def is_configured(self) -> bool:
        """Tell whether mail can be sent."""
        return bool(self.smtp_host and self.smtp_from)
