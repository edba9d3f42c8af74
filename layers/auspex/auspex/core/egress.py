"""Where the platform may send what a customer chose: https to public addresses, checked when it is sent.

A name is resolved once per sending, every address it has must be public, and exactly a checked address is connected to
(`core.egress_transport`): what the name resolves to a moment later does not matter.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from auspex.core.config import Settings, Stage, read_settings
from auspex.core.limits import EGRESS_ADDRESSES_MAX, EGRESS_URL_CHARACTERS_MAX
from auspex.core.problems import ValidationFailed, pointer_error

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]
"""Maps a host name and a port to the textual addresses it has now; raises OSError."""
Refusal = Literal["name-unresolved", "address-refused", "timeout", "tls-failed", "connection-failed", "protocol-error"]

HTTPS_PORT: Final = 443
PORT_MAX: Final = 65_535
_PRINTABLE = re.compile(r"[\x21-\x5b\x5d-\x7e]+")
_NAME = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".onion", ".invalid")
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# IANA's special-purpose registries (RFC 6890 and its updates), as far as they are not for everybody to reach; of IPv6
# everything outside 2000::/3 is refused anyway: loopback, mapped and compatible IPv4, NAT64, link-local, unique local.
_SPECIAL: tuple[Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarking
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address, public or not
    )
)  # fmt: skip


class EgressSettings(Settings):
    """What a deployment allows; the loopback switch counts with stage local alone."""

    stage: Stage = "local"
    egress_ports: str = "443"
    egress_allow_loopback: bool = False


class EgressError(Exception):
    """Nothing was delivered; `kind` is one of a few words that may be shown to the customer."""

    def __init__(self, kind: Refusal, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class EgressRules:
    """Which ports https may use, and whether this machine itself is a destination (the local stack)."""

    ports: frozenset[int] = frozenset({HTTPS_PORT})
    loopback: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that may be sent to as far as its text tells; `target` is path and query."""

    scheme: Literal["https", "http"]
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        """The name as `Host` states it; the port only where it is not the scheme's own."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (HTTPS_PORT if self.scheme == "https" else 80) else f"{name}:{self.port}"


def read_rules() -> EgressRules:
    """Return this deployment's rules."""
    settings = read_settings(EgressSettings)
    return EgressRules(
        ports=frozenset(int(port) for port in settings.egress_ports.split(",")),
        loopback=settings.egress_allow_loopback and settings.stage == "local",
    )


def parse_destination(url: str, rules: EgressRules) -> Destination:
    """Read a customer's URL. Raises ValidationFailed, pointing at `/url`, for what will never be sent to.

    Of a name only the form is judged here; where it leads is judged whenever something is sent.
    """
    if len(url) > EGRESS_URL_CHARACTERS_MAX or not _PRINTABLE.fullmatch(url):
        raise _refused(f"a URL has at most {EGRESS_URL_CHARACTERS_MAX} printable ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused("this is no URL") from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"https", "http"} or not host:
        raise _refused("give an https URL with a host")
    if "@" in parts.netloc or "#" in url:
        raise _refused("no credentials and no fragment in the URL")
    scheme: Literal["https", "http"] = "https" if parts.scheme == "https" else "http"
    own = rules.loopback and _names_loopback(host)
    _check_host(host, own=own)
    chosen = port if port is not None else (HTTPS_PORT if scheme == "https" else 80)
    if scheme == "http" and not own:
        raise _refused("only https is sent to")
    if not own and chosen not in rules.ports:
        raise _refused(f"port {chosen} is not sent to; allowed: {', '.join(map(str, sorted(rules.ports)))}")
    if not 1 <= chosen <= PORT_MAX:
        raise _refused("this is no port")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(scheme, host, chosen, target)


def find_addresses(destination: Destination, rules: EgressRules, *, resolve: Resolve) -> list[str]:
    """Resolve a destination once and return its addresses. Raises EgressError unless every one may be connected to."""
    literal = _literal(destination.host)
    try:
        found = [str(literal)] if literal is not None else resolve(destination.host, destination.port)
    except OSError as error:
        raise EgressError("name-unresolved", "the name does not resolve") from error
    if not found:
        raise EgressError("name-unresolved", "the name has no address")
    for text in found:
        address = _literal(text)
        own = address is not None and rules.loopback and address.is_loopback
        if address is None or not (own or (destination.scheme == "https" and is_public(address))):
            raise EgressError("address-refused", "the name leads to an address that is not public")
    return list(dict.fromkeys(found))[:EGRESS_ADDRESSES_MAX]


def is_public(address: Address) -> bool:
    """Tell whether anybody on the internet may be reached there: no special-purpose network of either family."""
    if address.version == 6 and address not in _PUBLIC_V6:
        return False
    return not any(address in network for network in _SPECIAL if network.version == address.version)


def resolve_by_system(host: str, port: int) -> list[str]:
    """Ask the machine's resolver; a zone of a link-local address is kept, so that it is refused."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def _check_host(host: str, *, own: bool) -> None:
    literal = _literal(host)
    if own:
        return
    if literal is not None:
        if not is_public(literal):
            raise _refused("this address is not public")
        return
    if not _NAME.fullmatch(host) or host.endswith(_LOCAL_SUFFIXES):
        raise _refused("give a public host name in its ASCII form")


def _names_loopback(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" if literal is None else literal.is_loopback


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _refused(message: str) -> ValidationFailed:
    return ValidationFailed(detail=message, errors=[pointer_error("/url", message)])
