"""Admission: whose key it is, whether the rate allows it, what balance it has; one round trip, committed by itself.

Every request is counted, refused ones too; one without a valid key counts for its address.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from auspex.core.config import Settings, read_settings
from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.problems import Unauthenticated
from auspex.platform.accounts import Authenticated, bearer_of, refuse_test_key, sha256_of_secret
from auspex.platform.rates import RateClass, RateState, rate_class

SQL = load_sql(Path(__file__).with_suffix(".sql"))


class EdgeSettings(Settings):
    """How many proxies of ours stand before the API and append to X-Forwarded-For (the CloudFront of edge.yaml: 1)."""

    trusted_proxies: int = 0


@dataclass(frozen=True, slots=True)
class Admission:
    """A request that was counted: its caller (None on a public route), and what is left of its rate."""

    caller: Authenticated | None
    balance: int
    rate: RateState


def admit(
    connection: Connection, *, authorization: str | None, address: str, rate: RateClass, at: datetime
) -> Admission:
    """Count a request and say who calls; refusing what `rate` says, and who has no key, is the shell's next step.

    Raises Unauthenticated for a test key in production.
    """
    secret = bearer_of(authorization)
    digest = sha256_of_secret(secret) if secret else None
    public = rate_class("public")
    row = fetch_one(
        connection,
        SQL["admit"],
        {
            "key_sha256": digest, "rate_class": rate.name, "emission": rate.emission_ms, "burst": rate.burst,
            "address": address, "address_emission": public.emission_ms, "address_burst": public.burst, "at": at,
        },
    )  # fmt: skip
    assert row is not None
    known = digest is not None and row["holder"] is not None and hmac.compare_digest(bytes(row["key_sha256"]), digest)
    state = RateState(rate if known else public, row["remaining"], row["full_in"], row["retry_in"])
    if not known:
        return Admission(caller=None, balance=0, rate=state)
    caller = Authenticated(
        account_id=row["holder"], key_id=row["key_id"], scopes=frozenset(row["scopes"]), plan=row["plan"]
    )
    refuse_test_key(row["mode"])
    return Admission(caller=caller, balance=row["balance"], rate=state)


def refuse_unknown(admission: Admission) -> Authenticated:
    """Return who calls. Raises Unauthenticated without saying which part was wrong."""
    if admission.caller is None:
        raise Unauthenticated(
            detail="Send `Authorization: Bearer` with an API key that is live: "
            "none was given, or it is unknown, expired or revoked, or its account is suspended."
        )
    return admission.caller


def address_of(forwarded_for: str | None, peer: str | None) -> str:
    """Return the address a request counts for: what the outermost of our proxies saw; of IPv6 the /64."""
    hops = [hop.strip() for hop in (forwarded_for or "").split(",") if hop.strip()]
    index = len(hops) - 1 - read_settings(EdgeSettings).trusted_proxies
    given = hops[max(index, 0)] if hops else (peer or "")
    try:
        address = ip_address(given)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64)) + "/64"
    return str(address)
