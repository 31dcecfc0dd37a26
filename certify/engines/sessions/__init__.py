"""Sessions: what leads a conversation with a model, replayed alike by worker, judge and auditor."""

from __future__ import annotations

from certify.engines.sessions.base import Message, Session
from certify.engines.sessions.script import Script, script
from certify.engines.sessions.tools import Tools
from certify.errors import UsageError

__all__ = ["SESSIONS", "Message", "Session", "script", "session_of"]

SESSIONS: dict[str, Session] = {session.id: session for session in (Script(), Tools())}
"""Session id to the session."""


def session_of(name: str) -> Session:
    """The session of this id.

    Raises:
        UsageError: CERT-E102, there is none.
    """
    if name not in SESSIONS:
        raise UsageError("CERT-E102", f"no session is called {name!r}", hint="use certify of the plan's version")
    return SESSIONS[name]
