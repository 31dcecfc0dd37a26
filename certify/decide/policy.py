"""From a name or a path to a policy that may decide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from certify.decide.form import CheckRequest, Policy, Rule
from certify.decide.inheritance import extend
from certify.decide.mistakes import closest, mistake
from certify.decide.source import Source, parse_yaml, read_bytes, unreadable
from certify.errors import HostileInput, UsageError
from certify.evidence.canonical import canonical_digest, parse_json
from certify.evidence.instances import entry_for
from certify.evidence.parameters import PARAMETER_TYPES
from certify.evidence.plan import PolicyReference
from certify.resources import room

__all__ = ["LoadedPolicy", "Policy", "Rule", "load_policy", "policy_from_document", "read_policy", "shipped_policies"]

MAX_EXTENDS = 8
_SHIPPED = re.compile(r"[a-z][a-z0-9-]{0,59}")
_EXAMPLES = ("pass", "fail")


@dataclass(frozen=True)
class LoadedPolicy:
    """A policy with everything it extends resolved."""

    policy: Policy
    """What is asked."""
    document: dict[str, Any]
    """The same as a JSON object; decisions can be taken again from it alone."""
    reference: PolicyReference
    """Id, version and digest of that object."""
    source: Source = field(default=Source(None, {}, "policy"), repr=False, compare=False)
    """The file, for line numbers; empty when the policy was read back from a document."""
    inherited: frozenset[str] = frozenset()
    """Rules that come from an extended policy."""
    evidence: Mapping[str, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)
    """The complete examples by name, ``pass`` and ``fail``, when there are any."""
    from_file: bool = True
    """Whether the policy was read from its author's file, with examples."""

    def parameters_of(self, check: str) -> dict[str, Any]:
        """The parameters the policy gives to a check it runs, defaults filled in.

        Raises:
            KeyError: the policy does not run it.
        """
        return {request.id: request.with_ for request in self.policy.checks}[check]

    @property
    def check_ids(self) -> tuple[str, ...]:
        """The checks it runs, in its order."""
        return tuple(request.id for request in self.policy.checks)


def load_policy(name_or_path: str | Path, *, tried: bool = True) -> LoadedPolicy:
    """The policy of this name or at this path, linted and tried on its own examples.

    Args:
        name_or_path: the id of a shipped policy, a folder with ``policy.yaml``, or such a file.
        tried: whether the examples are run; lint refuses a policy without them all the same. A shipped policy is then
            not linted either: the tests of this very release did both.

    Raises:
        UsageError: CERT-E050 unreadable or absent, E051 a mistake in its form, E052 no rules,
            E053 lint errors, E054 an example does not end as it should.
    """
    from certify.decide.examples import require_examples
    from certify.decide.lint import note_clean, require_clean

    policy = read_policy(name_or_path)
    if not tried and _is_shipped(str(name_or_path)):
        note_clean(policy)
        return policy
    require_clean(policy)
    if tried:
        require_examples(policy)
    return policy


def read_policy(name_or_path: str | Path) -> LoadedPolicy:
    """The policy as written, for tools that show, lint or test it; not for deciding.

    Raises:
        UsageError: CERT-E050, CERT-E051, CERT-E052 as for ``load_policy``.
    """
    file, folder = _find(str(name_or_path), Path())
    return _resolve(file, folder, depth=0)


def policy_from_document(document: Any) -> LoadedPolicy:
    """The policy of a JSON object made by ``load_policy``, held to the same rules except for examples.

    Raises:
        UsageError: CERT-E051, E052, E053 as for ``load_policy``.
    """
    from certify.decide.lint import require_clean

    source = Source(document, {}, "the policy")
    policy = _normalised(_parse(source), source)
    if policy.extends or policy.move:
        raise UsageError("CERT-E051", "the policy is not in its resolved form", hint="use the document of load_policy")
    loaded = _loaded(policy, source, document=document, from_file=False)
    require_clean(loaded)
    return loaded


def shipped_policies() -> tuple[str, ...]:
    """Ids of the policies that come with certify, sorted."""
    return tuple(sorted(entry.name for entry in room("policies").iterdir() if (entry / "policy.yaml").is_file()))


def _is_shipped(name: str) -> bool:
    return _SHIPPED.fullmatch(name) is not None and name in shipped_policies()


def _find(name: str, beside: Path) -> tuple[Path | Traversable, Path | Traversable]:
    if _is_shipped(name):
        folder = room("policies") / name
        return folder / "policy.yaml", folder
    path = beside / name
    try:
        if path.is_dir():
            return path / "policy.yaml", path
        if path.exists():
            return path, path.parent
    except (OSError, ValueError) as error:
        raise unreadable(repr(name), str(error)) from error
    known = shipped_policies()
    raise UsageError(
        "CERT-E050",
        f"there is no policy {name!r}",
        why="it is neither the id of a shipped policy nor a file or folder",
        hint=closest(name, known) or f"shipped policies: {', '.join(known)}",
    )


def _resolve(file: Path | Traversable, folder: Path | Traversable, depth: int) -> LoadedPolicy:
    source = parse_yaml(read_bytes(file), name=str(file))
    policy = _normalised(_parse(source), source)
    evidence = _complete_examples(folder)
    if not policy.extends:
        if policy.move:
            raise UsageError("CERT-E051", f"{source.name}: 'move' without 'extends'", hint="name the extended policy")
        return _loaded(policy, source, evidence=evidence)
    if depth >= MAX_EXTENDS:
        raise unreadable(source.name, f"it extends more than {MAX_EXTENDS} policies, or itself")
    base = _resolve(*_find(policy.extends, folder if isinstance(folder, Path) else Path()), depth + 1)
    merged = extend(base.policy, policy, source)
    inherited = frozenset(rule.id for rule in base.policy.rules)
    return _loaded(merged, source, evidence={**base.evidence, **evidence}, inherited=inherited)


def _parse(source: Source) -> Policy:
    try:
        return Policy.model_validate(source.content)
    except ValidationError as error:
        raise mistake(error, source) from error


def _normalised(policy: Policy, source: Source) -> Policy:
    """The policy with every check's parameters validated and defaults filled in."""
    checks = tuple(_check(request, index, source) for index, request in enumerate(policy.checks))
    return policy.model_copy(update={"checks": checks})


def _check(request: CheckRequest, index: int, source: Source) -> CheckRequest:
    form = entry_for(request.id, PARAMETER_TYPES)
    if form is None:
        line = source.lines.get(("checks", index, "id"))
        raise UsageError(
            "CERT-E051",
            f"{source.name}{f', line {line}' if line else ''}: no check is called {request.id!r}",
            hint=closest(request.id, PARAMETER_TYPES) or f"checks: {', '.join(sorted(PARAMETER_TYPES))}",
        )
    try:
        parameters = form.model_validate(request.with_)
    except ValidationError as error:
        raise mistake(error, source, ("checks", index, "with"), form) from error
    return request.model_copy(update={"with_": parameters.document()})


def _loaded(policy: Policy, source: Source, *, document: dict[str, Any] | None = None, **more: Any) -> LoadedPolicy:
    if not policy.rules:
        raise UsageError("CERT-E052", f"{source.name} has no rules", why="it would certify anything", hint="add rules")
    document = document or _document(policy)
    try:
        digest = canonical_digest(document)
    except HostileInput as error:
        raise UsageError("CERT-E051", f"{source.name} has no canonical form", why=error.what) from error
    reference = PolicyReference(id=policy.id, version=policy.version, sha256=digest)
    return LoadedPolicy(policy, document, reference, source, **more)


def _document(policy: Policy) -> dict[str, Any]:
    """What decides, without what only its author needs: examples, and where it was derived from."""
    rules = tuple(rule.model_copy(update={"examples": None}) for rule in policy.rules)
    document = policy.model_copy(update={"extends": None, "rules": rules}).document()
    return {name: value for name, value in document.items() if name != "move"}


def _complete_examples(folder: Path | Traversable) -> dict[str, dict[str, Any]]:
    found = {}
    for name in _EXAMPLES:
        file = folder / "examples" / name / "evidence.json"
        data = read_bytes(file) if file.is_file() else b""
        if data.strip():  # a shell empties the file before `certify policy example` can fill it
            found[name] = _evidence(data, str(file))
    return found


def _evidence(data: bytes, name: str) -> dict[str, Any]:
    try:
        content = parse_json(data, name=name)
    except HostileInput as error:
        raise unreadable(name, error.what) from error
    if not isinstance(content, dict):
        raise unreadable(name, "it is not a JSON object")
    return content
