"""What the service refuses, and with which words."""

from __future__ import annotations

from certify.errors import HostileInput, RegistryError, UsageError


class BusyError(RegistryError):
    """The service takes no more right now; the same request may be sent again.

    Args:
        code: as for every error.
        what: what happened.
        why: the reason.
        hint: what to do.
        retry_after: seconds to wait.
    """

    def __init__(self, code: str, what: str, why: str = "", hint: str = "", retry_after: float = 1.0) -> None:
        super().__init__(code, what, why, hint)
        self.retry_after = retry_after


def other_subject(what: str) -> HostileInput:
    """A statement whose subject is not what its claim is about."""
    why = "whoever looks the subject up would find a claim about something else"
    return HostileInput("CERT-E660", what, why, "let certify make and sign the statement")


def no_credentials(what: str) -> UsageError:
    """Nobody that this service knows."""
    hint = "send `Authorization: Bearer` with an API key or a token of an OpenID provider named in its settings"
    return UsageError("CERT-E662", what, "", hint)


def not_allowed(who: str, needed: str) -> UsageError:
    """Somebody who may do other things."""
    return UsageError("CERT-E663", f"{who} may not do this", f"it takes the role {needed}", "ask the operator for it")


def too_often(retry_after: float) -> BusyError:
    """A caller who asks more often than anybody may."""
    hint = "wait as long as Retry-After says, then send the same request"
    return BusyError("CERT-E664", "too many requests from this caller", "", hint, retry_after)


def too_large(limit: int) -> HostileInput:
    """A body that goes on and on."""
    return HostileInput("CERT-E665", f"the body is longer than {limit:,} bytes", "", "send less at once")


def wrong_form(what: str, hint: str) -> HostileInput:
    """A body in a form that is not read."""
    return HostileInput("CERT-E666", what, "", hint)


def too_slow(seconds: float) -> HostileInput:
    """A body that never ends."""
    why = "slow senders would keep others waiting"
    return HostileInput("CERT-E667", f"the body did not arrive within {seconds:g} seconds", why, "send it again")


def bad_request(what: str) -> HostileInput:
    """A request that means nothing."""
    return HostileInput("CERT-E668", what, "", "see /api/v1/openapi.json")


def nothing_here(what: str) -> UsageError:
    """An address, or a method, that the service does not have."""
    return UsageError("CERT-E669", what, "", "see /api/v1/openapi.json")


def overloaded(waiting: int) -> BusyError:
    """More statements wait for the log than it can take soon."""
    why = f"{waiting:,} statements wait already; this one was not taken"
    return BusyError("CERT-E670", "the log cannot take more right now", why, "send the same request again", 1.0)


def still_waiting(seconds: float) -> BusyError:
    """The log has a statement, and has not said where."""
    why = "it may be logged by now; nothing is ever logged twice"
    return BusyError("CERT-E670", f"the log did not answer within {seconds:g} seconds", why, "send it again", 2.0)


def unclaimed(digest: str) -> HostileInput:
    """A file that no logged statement names."""
    why = "only PDFs that a logged rendering statement names are kept"
    return HostileInput("CERT-E671", f"no logged statement names the file {digest}", why, "log its rendering first")


def other_bytes(digest: str, found: str) -> HostileInput:
    """A file under another file's name."""
    return HostileInput("CERT-E671", f"the file has the digest {found}, not {digest}", "", "send the original file")


def takes_nothing() -> UsageError:
    """A service for reading."""
    why = "this server was started without the log's key"
    return UsageError("CERT-E676", "this server takes no statements", why, "ask the operator where statements go")
