"""The SMTP half: a real server without TLS on loopback that takes any login and keeps every mail."""

from __future__ import annotations

import asyncio
import email
import email.policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from infra.local.catcher.answers import Answers
from infra.local.catcher.received import Received

MAIL_BYTES_MAX = 1_048_576
ACCEPTED = "250 OK"


class MailHandler:
    """Keeps mails; a scripted answer for a recipient (`status` is the SMTP code) is given instead of accepting."""

    def __init__(self, received: Received, answers: Answers) -> None:
        self._received = received
        self._answers = answers

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's hook
        """Take a whole mail, or refuse it as scripted."""
        recipients = [str(recipient) for recipient in envelope.rcpt_tos]
        answer = self._answers.take(recipients[0] if recipients else "")
        if answer.delay_seconds:
            await asyncio.sleep(answer.delay_seconds)
        if answer.status >= 400:  # a code of SMTP then: 4xx try again, 5xx never
            return f"{answer.status} refused by the catcher's script"
        raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        message = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
        username = session.auth_data.decode() if isinstance(session.auth_data, bytes) else None
        self._received.keep_mail(message, raw, sender=str(envelope.mail_from), recipients=recipients, username=username)
        return ACCEPTED


def start_mail_server(received: Received, answers: Answers, *, port: int) -> Controller:
    """Start the server in a thread of its own; the caller calls `stop()`. Raises OSError when the port is taken."""
    controller = Controller(
        MailHandler(received, answers), hostname="127.0.0.1", port=port, data_size_limit=MAIL_BYTES_MAX,
        authenticator=_accept, auth_require_tls=False, server_hostname="catcher.invalid",
    )  # fmt: skip
    controller.start()
    return controller


def _accept(server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: Any) -> AuthResult:  # noqa: ARG001 - aiosmtpd's signature
    """Let anybody in and remember the name."""
    return AuthResult(success=True, auth_data=getattr(auth_data, "login", b""))
