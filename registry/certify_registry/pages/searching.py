"""What somebody looks for, out of a form."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlencode

from certify_registry.pages.catalogue import Brief, Catalogue
from certify_registry.pages.faults import unreadable
from certify_registry.pages.wording import STATUSES, Status
from certify_registry.store.finding import Question

_LONGEST = 300
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Form(NamedTuple):
    """The fields of the search form, as given."""

    q: str = ""
    """Part of a model's or issuer's name, a serial, or a digest, in groups or not."""
    issuer: str = ""
    """An issuer's whole name."""
    policy: str = ""
    """A policy's id, or id and version joined by ``@``."""
    status: str = ""
    """A key of the statuses."""
    before: str = ""
    """Log index that continues an earlier answer."""

    @property
    def asked(self) -> bool:
        """Whether anything is looked for."""
        return any((self.q, self.issuer, self.policy, self.status))

    def query(self, **changes: str) -> str:
        """The form as a query string."""
        fields = {**self._asdict(), **changes}
        return urlencode({name: value for name, value in fields.items() if value})


class Result(NamedTuple):
    """A line of the answer."""

    brief: Brief
    """The certificate."""
    status: Status
    """How it stands by the index."""


class Results(NamedTuple):
    """A page of answers."""

    lines: tuple[Result, ...]
    """Newest first."""
    more: str
    """Query string of the next page; empty on the last one."""


def search(catalogue: Catalogue, form: Form) -> Results:
    """The certificates a form asks for, as many as a page holds.

    Raises:
        UsageError: CERT-E681, a field holds nothing that can be looked up.
    """
    _require_readable(form)
    limit = catalogue.settings.listed
    found = catalogue.reader.find(
        _question(form),
        status=form.status or None,
        now=catalogue.now,
        before=int(form.before) if form.before else None,
        limit=limit + 1,
    )
    lines = tuple(Result(catalogue.brief(one.row), STATUSES[one.standing]) for one in found[:limit])
    more = form.query(before=str(lines[-1].brief.row.log_index)) if len(found) > limit else ""
    return Results(lines, more)


def _question(form: Form) -> Question:
    text = form.q.strip()
    packed = "".join(text.split()).lower().removeprefix("sha256:")
    terms = [
        (kind, value.strip()) for kind, value in (("issuer", form.issuer), ("policy", form.policy)) if value.strip()
    ]
    if _DIGEST.fullmatch(packed):
        return Question(digest=packed, terms=tuple(terms))
    return Question(text=text or None, terms=tuple(terms))


def _require_readable(form: Form) -> None:
    for field in form:
        if len(field) > _LONGEST or any(character < " " for character in field):
            raise unreadable("a field is too long or holds control characters", "look for a name, serial or digest")
    if form.status and form.status not in STATUSES:
        raise unreadable(f"there is no status {form.status!r}", f"one of {', '.join(STATUSES)}")
    if form.before and not re.fullmatch(r"[0-9]{1,15}", form.before, re.ASCII):
        raise unreadable("the place to go on from is no log index", "begin the search again")
