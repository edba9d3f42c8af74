"""Both halves together, for a process of their own (`make up`) or within a test."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from infra.local.catcher.answers import Answers
from infra.local.catcher.mail import start_mail_server
from infra.local.catcher.received import Received
from infra.local.catcher.receiver import Receiver
from infra.local.postgres import free_port

POLL_SECONDS = 0.05


class Catcher:
    """An HTTP receiver and an SMTP server on loopback that share what they caught. Use as a context manager."""

    def __init__(self, *, http_port: int = 0, smtp_port: int = 0) -> None:
        """Port 0 takes a free one. Raises OSError when a port is taken."""
        self.received = Received()
        self.mail_answers = Answers()
        self.smtp_port = smtp_port or free_port()  # aiosmtpd cannot be asked which one it took
        self.receiver = Receiver(
            self.received, port=http_port, smtp_port=self.smtp_port, mail_answers=self.mail_answers
        )
        try:
            self._mail = start_mail_server(self.received, self.mail_answers, port=self.smtp_port)
        except BaseException:
            self.receiver.server_close()
            raise
        self._thread = threading.Thread(target=self.receiver.serve_forever, kwargs={"poll_interval": POLL_SECONDS})
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the HTTP half's root."""
        return self.receiver.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop both halves; slow answers under way are cut short."""
        self.receiver.ending.set()
        self.receiver.shutdown()
        self._thread.join()
        self.receiver.server_close()
        self._mail.stop()
