"""What is built of a channel's tokens leads to the service's own host, and nowhere else unless the stack is local."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from requests import PreparedRequest, Response, Session

from auspex.core.config import forget_settings
from auspex.platform.channel_sender import ChannelRefusedError, ChannelText, send_over_channel

TEXT = ChannelText(title="A title", body="A body.")
TARGETS = {
    "slack": {"token_a": "T1JJ3T3L2", "token_b": "B1BRTD4JD", "token_c": "TIiajkdnlazkcOXrIdevi7FQ"},
    "discord": {"webhook_id": "100000000000000000", "webhook_token": "t" * 68},
    "telegram": {"bot_token": "123456789:" + "b" * 35, "chat_id": "-1001234567890"},
    "teams": {"environment": "default" + "0a" * 15, "partition": "d4", "workflow": "ab" * 16, "signature": "S" * 43},
}
ADDRESSES = {
    "slack": "https://hooks.slack.com/services/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",
    "discord": "https://discord.com/api/webhooks/100000000000000000/" + "t" * 68,
    "telegram": "https://api.telegram.org/bot123456789:" + "b" * 35 + "/sendMessage",
    "teams": "https://default" + "0a" * 15 + ".d4.environment.api.powerplatform.com/powerautomate/automations/direct/"
    "workflows/" + "ab" * 16 + "/triggers/manual/paths/invoke",
}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[PreparedRequest, dict[str, object]]]]:
    """Requests as they would leave, with how they would be sent; each is answered 302 to somewhere private."""
    caught: list[tuple[PreparedRequest, dict[str, object]]] = []

    def send(_: Session, request: PreparedRequest, **options: object) -> Response:
        caught.append((request, options))
        response = Response()
        response.status_code = 302
        response.headers["location"] = "http://169.254.169.254/latest"
        response.request = request
        return response

    monkeypatch.setattr(Session, "send", send)
    forget_settings()
    yield caught
    forget_settings()


@pytest.mark.parametrize("service", sorted(TARGETS))
def test_a_text_leaves_to_the_services_own_host_and_follows_no_redirect(
    sent: list[tuple[PreparedRequest, dict[str, object]]], service: str
) -> None:
    with pytest.raises(ChannelRefusedError):
        send_over_channel(service, TARGETS[service], TEXT)
    ((request, options),) = sent
    assert (request.url or "").partition("?")[0] == ADDRESSES[service]
    assert options["allow_redirects"] is False
    assert options["verify"]
    assert options["timeout"]


@pytest.mark.parametrize("service", sorted(TARGETS))
def test_a_refusal_never_quotes_a_credential(
    sent: list[tuple[PreparedRequest, dict[str, object]]], service: str, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = {name: "no " + value for name, value in TARGETS[service].items()}
    for credentials in (TARGETS[service], broken):
        with pytest.raises(ChannelRefusedError) as refused:
            send_over_channel(service, credentials, TEXT)
        said = str(refused.value) + repr(refused.value.__cause__) + "".join(capfd.readouterr())
        assert not any(value in said for value in credentials.values())


@pytest.mark.parametrize(
    ("stage", "url"),
    [("production", "http://127.0.0.1:9"), ("staging", "http://127.0.0.1:9"), ("local", "http://example.org"),
     ("local", "http://127.0.0.1.example.org"), ("local", "http://169.254.169.254/")],
)  # fmt: skip
def test_no_other_place_stands_in_for_a_service_but_a_catcher_of_the_local_stack(
    monkeypatch: pytest.MonkeyPatch, sent: list[tuple[PreparedRequest, dict[str, object]]], stage: str, url: str
) -> None:
    monkeypatch.setenv("AUSPEX_STAGE", stage)
    monkeypatch.setenv("AUSPEX_NOTIFY_SERVICES_URL", url)
    with pytest.raises(ValueError, match="loopback"):
        send_over_channel("slack", TARGETS["slack"], TEXT)
    assert sent == []


def test_mail_goes_out_in_the_open_on_the_local_stack_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_settings()
    monkeypatch.setenv("AUSPEX_STAGE", "production")
    monkeypatch.setenv("AUSPEX_SMTP_SECURITY", "none")
    with pytest.raises(ValueError, match="local stack alone"):
        send_over_channel("email", {"address": "a@example.org"}, TEXT)
    forget_settings()
