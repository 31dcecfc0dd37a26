"""Whether a chain of steps holds, as in-toto decides it, and what each step read and wrote."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certify.attest.artifacts import Artifacts, read_artifacts
from certify.attest.envelopes import MAX_METADATA, functionary_key, in_toto
from certify.attest.manifests import expanded
from certify.attest.naming import STEP_NAME, link_name
from certify.errors import HostileInput, UsageError


@dataclass(frozen=True)
class PerformedStep:
    """One step as its functionaries told it, all of them alike."""

    name: str
    """The step."""
    materials: Artifacts
    """What it read; manifests that stand for folders are taken apart."""
    products: Artifacts
    """What it wrote."""
    signers: Mapping[str, Mapping[str, Any]]
    """In-toto's key id to the key as the layout holds it, for each link that counts."""


@dataclass(frozen=True)
class VerifiedLayout:
    """A chain of steps that holds."""

    steps: tuple[str, ...]
    """The steps in order."""
    materials: Artifacts
    """What the first step read."""
    products: Artifacts
    """What the last step wrote."""
    performed: tuple[PerformedStep, ...]
    """Each step."""
    open_rules: tuple[str, ...]
    """Steps whose rules let pass what they do not mention: in-toto allows that, layouts of ours never have it."""
    inspections: tuple[str, ...] = ()
    """Inspections that were run, because the reader named them."""

    def step(self, name: str | None) -> PerformedStep:
        """The step of that name; the last one when none is given.

        Raises:
            UsageError: CERT-E057, the layout has no such step.
        """
        found = [one for one in self.performed if name is None or one.name == name]
        if not found:
            raise UsageError("CERT-E057", f"no step is called {name!r}", hint=f"the steps are {', '.join(self.steps)}")
        return found[-1]


def verify_layout(
    path: Path,
    links: Path,
    owner_pems: Sequence[str],
    *,
    data: Sequence[Path] = (),
    data_step: str | None = None,
    base: Path | None = None,
    allowed_inspections: Sequence[str] = (),
    announce: Callable[[str], None] = lambda text: None,
) -> VerifiedLayout:
    """The chain of steps, if every link is there, signed by who may sign it, and the rules hold.

    Links that are themselves layouts are refused, and so are inspections that the reader did not name: verifying
    them runs commands.

    Args:
        path: the layout.
        links: folder of the links.
        owner_pems: public keys that must all have signed the layout.
        data: files and folders that must be exactly what a step wrote; not compared when empty.
        data_step: which step; the last when absent.
        base: folder that ``data`` is named relative to; the current one when absent.
        allowed_inspections: names of inspections that may run, in the current folder.
        announce: told before a command runs.

    Raises:
        HostileInput: CERT-E059, it does not hold; the reason is told. CERT-E120, a manifest that stands for files is
            missing or another one.
        UsageError: CERT-E057, no owner key, or a path or name that is not there.
    """
    if not owner_pems:
        raise UsageError("CERT-E057", "no key of the layout's owner was given", hint="give at least one public key")
    metadata, content = _load(path, "layout")
    _require_plain_steps(path, content)
    ran = _inspections(path, content, allowed_inspections, announce)
    for link in sorted(links.glob("*.link")):
        _load(link, "link")
    keys = {key["keyid"]: key for key in map(functionary_key, owner_pems)}
    logging.getLogger("in_toto").setLevel(logging.ERROR)  # it warns of every command that no layout of ours expects
    try:
        verifier = in_toto("verifylib")
        verifier.in_toto_verify(metadata, keys, link_dir_path=str(links), persist_inspection_links=False)
        counted = verifier.verify_link_signature_thresholds(
            content, verifier.load_links_for_layout(content, str(links))
        )
    except (UsageError, HostileInput):
        raise
    except Exception as error:  # every way of not holding has its own class without a common base
        raise _fails(f"the provenance of {path} does not hold: {_reason(error)}") from error
    performed = tuple(_performed(step.name, counted[step.name], content.keys, links) for step in content.steps)
    names, rules = tuple(step.name for step in performed), tuple(map(_is_open, content.steps))
    checked = VerifiedLayout(
        steps=names,
        materials=performed[0].materials,
        products=performed[-1].products,
        performed=performed,
        open_rules=tuple(name for name, is_open in zip(names, rules, strict=True) if is_open),
        inspections=ran,
    )
    if data:
        _require_same(checked.step(data_step), read_artifacts(data, base or Path.cwd()))
    return checked


def _require_plain_steps(path: Path, content: Any) -> None:
    """A step named like a path has in-toto look for its link elsewhere, where a layout that runs commands may lie."""
    odd = [step.name for step in content.steps if not isinstance(step.name, str) or not STEP_NAME.fullmatch(step.name)]
    if odd:
        raise _fails(f"{path} has a step called {str(odd[0])[:80]!r}, which cannot name a file beside the others")
    if not content.steps:
        raise _fails(f"{path} has no steps, so it says nothing of any data")


def _inspections(path: Path, content: Any, allowed: Sequence[str], announce: Callable[[str], None]) -> tuple[str, ...]:
    names = [inspection.name for inspection in content.inspect]
    refused = [name for name in names if name not in allowed]
    if refused:
        raise _fails(
            f"{path} asks to run commands while it is verified: {', '.join(refused)[:300]}",
            "remove its inspections, or read them and allow each by its name",
        )
    unknown = [name for name in allowed if name not in names]
    if unknown or len(set(names)) != len(names):
        raise UsageError("CERT-E057", f"{path} has no one inspection {(unknown or names)[0]!r}", hint="check the name")
    for inspection in content.inspect:
        announce(f"the layout's inspection {inspection.name} runs now: {' '.join(map(str, inspection.run))}")
    return tuple(names)


def _performed(
    name: str, links: Mapping[str, Any], keys: Mapping[str, Mapping[str, Any]], folder: Path
) -> PerformedStep:
    told = [metadata.get_payload() for metadata in links.values()]
    if any((one.materials, one.products) != (told[0].materials, told[0].products) for one in told):
        raise _fails(
            f"those who signed the step {name} tell different things of it",
            f"find out which {link_name(name, '*')} is right, and remove the other",
        )
    return PerformedStep(
        name=name,
        materials=expanded(told[0].materials, folder),
        products=expanded(told[0].products, folder),
        signers={keyid: keys[keyid] for keyid in links},
    )


def _is_open(step: Any) -> bool:
    return any(
        not rules or rules[-1] != ["DISALLOW", "*"] for rules in (step.expected_materials, step.expected_products)
    )


def _load(path: Path, kind: str) -> tuple[Any, Any]:
    if not path.is_file():
        raise UsageError("CERT-E057", f"{path} does not exist", hint="check the path")
    if path.stat().st_size > MAX_METADATA:
        raise _fails(f"{path} is larger than {MAX_METADATA} bytes")
    try:
        metadata = in_toto("models.metadata").Metadata.load(str(path))
        content = metadata.get_payload()
    except UsageError:
        raise
    except Exception as error:
        raise _fails(f"{path} is not in-toto metadata: {_reason(error)}") from error
    if content.type_ != kind:
        raise _fails(f"{path} is a {content.type_} where a {kind} is needed")
    return metadata, content


def _require_same(step: PerformedStep, found: Artifacts) -> None:
    expected = step.products
    differing = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if differing:
        where = "missing" if differing[0] not in found else "changed" if differing[0] in expected else "unexpected"
        raise _fails(
            f"{len(differing)} files differ from what the step {step.name} wrote; first {differing[0]} ({where})",
            "use the data that the steps describe, or record a step for the change",
        )


def _reason(error: Exception) -> str:
    told = " ".join(str(error).split())[:600]
    if type(error).__name__ == "SignatureVerificationError":
        return told or "it is not signed by the owner whose key was given"
    return told or type(error).__name__


def _fails(what: str, hint: str = "ask whoever performed the steps for the missing or changed files") -> HostileInput:
    return HostileInput("CERT-E059", what, "the data may not be what its steward says it is", hint)
