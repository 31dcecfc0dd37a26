"""Which witnesses, and how many of them, make a checkpoint believable: the text form that logs and readers share.

Source: C2SP tlog-policy. Logs are taken with Ed25519 keys (type 0x01), witnesses with Ed25519 (0x04) and ML-DSA-44
(0x06) keys; at most 32 of each, and 32 groups.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from certify.errors import TrustError
from certify.trust.cosignature import CosignerKey, parse_cosigner_vkey
from certify.trust.note import VerifierKey, parse_vkey

LIMIT = 32
"""Logs, witnesses and groups in a policy. Source: C2SP tlog-policy, implementation limits."""
MAX_POLICY = 256 * 1024
"""Characters of a policy."""
NONE = "none"
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_BLANK = re.compile("[ \t]+")
_COUNT = re.compile("[1-9][0-9]{0,3}", re.ASCII)


@dataclass(frozen=True)
class PolicyLog:
    """A log whose checkpoints count."""

    key: VerifierKey
    """Its key; the key's name is the log's."""
    url: str | None = None
    """Where it is read or written."""


@dataclass(frozen=True)
class PolicyWitness:
    """A witness by one of its keys."""

    name: str
    """What the policy calls it."""
    key: CosignerKey
    """The key."""
    url: str | None = None
    """Where it is asked: the prefix of ``/add-checkpoint``."""


@dataclass(frozen=True)
class PolicyGroup:
    """Witnesses or groups of which some must have cosigned."""

    name: str
    """What the policy calls it."""
    threshold: int
    """How many of the members."""
    members: tuple[str, ...]
    """Names of witnesses and groups, none of which is in another group."""


@dataclass(frozen=True)
class TlogPolicy:
    """Whom to believe about a log's history."""

    logs: tuple[PolicyLog, ...] = ()
    """Logs; any of them may sign."""
    witnesses: tuple[PolicyWitness, ...] = ()
    """Witnesses."""
    groups: tuple[PolicyGroup, ...] = ()
    """Groups, each after its members."""
    quorum: str = NONE
    """The witness or group that must have cosigned; ``none`` where nobody must."""

    def satisfied(self, names: Collection[str]) -> bool:
        """Whether these witnesses, by the policy's names for them, are enough."""
        held = set(names) & {witness.name for witness in self.witnesses}
        for group in self.groups:
            if sum(member in held for member in group.members) >= group.threshold:
                held.add(group.name)
        return self.quorum == NONE or self.quorum in held

    @property
    def keys(self) -> tuple[CosignerKey, ...]:
        """The witnesses' keys."""
        return tuple(witness.key for witness in self.witnesses)

    def to_text(self) -> str:
        """The policy as a file."""
        lines = [*(_line("log", one.key.vkey, one.url) for one in self.logs)]
        lines += [_line("witness", one.name, one.key.vkey, one.url) for one in self.witnesses]
        lines += [_line("group", one.name, str(one.threshold), *one.members) for one in self.groups]
        return "\n".join([*lines, f"quorum {self.quorum}", ""])


def counted_policy(log: VerifierKey, keys: Sequence[CosignerKey], quorum: int) -> TlogPolicy:
    """The policy that any ``quorum`` of some witnesses suffice; keys of one name are one witness, and one voice.

    Raises:
        TrustError: CERT-E641, more are asked for than there are, or a key is named twice.
    """
    by_name: dict[str, list[CosignerKey]] = {}
    for key in keys:
        by_name.setdefault(key.name, []).append(key)
    if quorum > len(by_name):
        raise unusable(f"{quorum} witnesses are asked for, and {len(by_name)} are named")
    made = _Maker(logs=[PolicyLog(log)])
    for name, held in by_name.items():
        for key in held:
            made.witness(key.vkey if len(held) > 1 else name, key, None)
        if len(held) > 1:
            made.group(name, "any", [key.vkey for key in held])
    if quorum:
        made.group("+quorum", str(quorum), list(by_name))
    made.quorum = "+quorum" if quorum else NONE
    return made.finished()


@lru_cache(maxsize=16)
def parse_policy(text: str) -> TlogPolicy:
    """The policy of a text.

    Raises:
        TrustError: CERT-E641, with the line that cannot be used; CERT-E075, a key in it cannot.
    """
    if len(text) > MAX_POLICY or _FORBIDDEN.search(text):
        raise unusable(f"it holds a control character, or more than {MAX_POLICY} characters")
    if not text.endswith("\n"):
        raise unusable("its last line does not end; it may have been cut off")
    made = _Maker()
    for number, line in enumerate(text.split("\n"), 1):
        words = [word for word in _BLANK.split(line) if word]
        if words and not words[0].startswith("#"):
            made.at = f"line {number}: "
            made.take(words)
    return made.finished()


@dataclass
class _Maker:
    """A policy while it is read, line by line."""

    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[PolicyGroup] = field(default_factory=list)
    quorum: str | None = None
    free: dict[str, bool] = field(default_factory=dict)
    """Each name so far, and whether it is in no group yet."""
    at: str = ""

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) < 2:
                self.logs.append(PolicyLog(parse_vkey(vkey), *url))
            case ["witness", name, vkey, *url] if len(url) < 2:
                self.witness(name, parse_cosigner_vkey(vkey), url[0] if url else None)
            case ["group", name, threshold, *members] if members:
                self.group(name, threshold, members)
            case ["quorum", name] if self.quorum is None:
                if name != NONE and name not in self.free:
                    raise self._bad(f"the quorum {name[:80]!r} is not defined above it")
                self.quorum = name
            case ["quorum", _]:
                raise self._bad("there is a second quorum")
            case _:
                raise self._bad(f"{' '.join(words)[:80]!r} is no line of a policy")

    def witness(self, name: str, key: CosignerKey, url: str | None) -> None:
        self._name(name)
        self.witnesses.append(PolicyWitness(name, key, url))

    def group(self, name: str, threshold: str, members: list[str]) -> None:
        for member in members:
            if not self.free.get(member):
                raise self._bad(f"the member {member[:80]!r} is not defined above it, or in a group already")
            self.free[member] = False
        count = {"all": len(members), "any": 1}.get(threshold)
        if count is None and _COUNT.fullmatch(threshold):
            count = int(threshold)
        if count is None or count > len(members):
            raise self._bad(f"{threshold[:20]!r} of {len(members)} is no threshold")
        self._name(name)
        self.groups.append(PolicyGroup(name, count, tuple(members)))

    def finished(self) -> TlogPolicy:
        self.at = ""
        for label, keys in (("log", [one.key.public_key for one in self.logs]),
                            ("witness", [one.key.public_key for one in self.witnesses])):  # fmt: skip
            if len(set(keys)) < len(keys):
                raise self._bad(f"it names the key of a {label} twice")
        if max(len(self.logs), len(self.witnesses), len(self.groups)) > LIMIT:
            raise self._bad(f"it names more than {LIMIT} logs, witnesses or groups")
        if self.quorum is None:
            raise self._bad("it does not say which quorum is needed; `quorum none` where none is")
        return TlogPolicy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _name(self, name: str) -> None:
        if name == NONE or name in self.free:
            raise self._bad(f"the name {name[:80]!r} is taken")
        self.free[name] = True

    def _bad(self, why: str) -> TrustError:
        return unusable(self.at + why)


def unusable(why: str) -> TrustError:
    """The error for a policy that cannot be used."""
    hint = "correct the line; the form is described at https://c2sp.org/tlog-policy"
    return TrustError("CERT-E641", "the witness policy cannot be used", why, hint)


def _line(*words: str | None) -> str:
    return " ".join(word for word in words if word)
