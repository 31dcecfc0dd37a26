"""Alerts are sent to web addresses, signed, at least once and in order.

Each request carries the time it was sent (``Certify-Timestamp``, seconds since 1970) and HMAC-SHA-256 over that time, a
dot and the body (``Certify-Signature: sha256=...``), so that nobody else can send one and an old one can be told.
Source: RFC 2104.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import NamedTuple

from certify.errors import CertifyError, UsageError
from certify_registry.exchange import Allowed, exchange, public_only
from certify_registry.follow.state import Alert, MonitorState, Target

SHORTEST_SECRET = 32
"""Characters of a secret. Source: RFC 2104 section 3, a key of the hash's length at least."""
LONGEST_PAUSE = 3600.0
"""Seconds between two tries at a target that does not answer."""
AGE = 300
"""Seconds after which a receiver should take a request for a repeated one."""


class Delivery(NamedTuple):
    """How a target was served."""

    url: str
    sent: int
    """Alerts it took."""
    trouble: str = ""
    """Why it did not take the next one."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The value of ``Certify-Signature``: what a receiver computes again and compares in constant time."""
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def require_secret(secret: str) -> str:
    """The secret, if it is long enough.

    Raises:
        UsageError: CERT-E011, it is not.
    """
    if len(secret) < SHORTEST_SECRET:
        why = "whoever guesses it can raise false alarms"
        raise UsageError("CERT-E011", f"the webhook secret has fewer than {SHORTEST_SECRET} characters", why,
                         "make one: python3 -c 'import secrets; print(secrets.token_hex(32))'")  # fmt: skip
    return secret


def deliver(
    state: MonitorState, url: str, secret: str, clock: Callable[[], float], *, allowed: Allowed = public_only
) -> Delivery:
    """Sends a target the alerts that it has not taken yet, until one fails; the rest waits for a later call.

    Args:
        state: the outbox.
        url: the target; an address in a private network is refused unless ``allowed`` takes it.
        secret: shared with the target.
        clock: seconds since 1970.
        allowed: judges the addresses that the target's name means.
    """
    target, sent = state.target(url), 0
    if clock() < target.retry_at:
        return Delivery(url, 0, f"it is tried again in {target.retry_at - clock():.0f} seconds")
    while True:
        waiting = state.alerts(target.told, 100)
        for alert in waiting:
            trouble = _send(url, secret, alert, int(clock()), allowed)
            if trouble:
                pause = min(LONGEST_PAUSE, 2.0 ** min(target.failures, 12))
                state.move(url, Target(target.told, target.failures + 1, clock() + pause))
                return Delivery(url, sent, trouble)
            target, sent = Target(alert.id, 0, 0.0), sent + 1
            state.move(url, target)
        if not waiting:
            return Delivery(url, sent)


def _send(url: str, secret: str, alert: Alert, timestamp: int, allowed: Allowed) -> str:
    """Why an alert was not taken; empty where it was."""
    told = {"schema": "certify/alert/v1", "id": alert.id, "event": alert.kind, "seenAt": alert.seen_at, **alert.body}
    body = json.dumps(told, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "Certify-Timestamp": str(timestamp),
        "Certify-Signature": signature(secret, timestamp, body),
    }
    try:
        answer = exchange("POST", url, body, headers, max_body=64 * 1024, allowed=allowed)
    except CertifyError as error:
        return error.what + (f" ({error.why})" if error.code == "CERT-E645" else "")
    return "" if 200 <= answer.status < 300 else f"it answered with status {answer.status}"
