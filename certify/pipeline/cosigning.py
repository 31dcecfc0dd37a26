"""The witnesses of the workspace's log are asked, and told of when they are too few."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from certify.errors import RegistryError
from certify.files import read_file, write_whole
from certify.pipeline.workspace import Workspace
from certify.trust.note import parse_checkpoint, parse_note, parse_vkey
from certify.trust.tlog_policy import MAX_POLICY, PolicyLog, TlogPolicy, parse_policy, unusable
from certify.trust.tlog_proof import parse_tlog_proof
from certify.trust.witnessed import witnessed

if TYPE_CHECKING:
    from certify_registry import Registry
    from certify_registry.witness.asking import Cosigned

WITNESSES = "witnesses.policy"
"""The workspace's file that says which witnesses to ask, and where. Source: C2SP tlog-policy."""

TRIES = 5
"""How often the witnesses are asked while others make the log grow; each round takes a second or so."""


def print_nothing(text: str) -> None:
    """Listens, and says nothing."""


def choose_witnesses(workspace: Workspace, text: str | None) -> None:
    """Asks these witnesses from now on; none with no text.

    Raises:
        TrustError: CERT-E641, the policy cannot be used, or names no witness with an address; CERT-E075, a key cannot.
    """
    if text is None:
        (workspace.home / WITNESSES).unlink(missing_ok=True)
        return
    if not any(one.url for one in parse_policy(text).witnesses):
        raise unusable("none of its witnesses has an address, so nobody can be asked")
    write_whole(workspace.home / WITNESSES, text.encode("utf-8", "surrogateescape"))


def witnesses_of(workspace: Workspace, vkey: str) -> TlogPolicy | None:
    """Whom the workspace asks about its log; None where nobody was named.

    Raises:
        TrustError: CERT-E641, CERT-E075, the workspace's file cannot be used.
    """
    path = workspace.home / WITNESSES
    if not path.is_file():
        return None
    text = read_file(path, max_bytes=MAX_POLICY).decode("utf-8", "surrogateescape")
    return replace(parse_policy(text), logs=(PolicyLog(parse_vkey(vkey)),))


def cosign_log(workspace: Workspace, note: Callable[[str], None] = print_nothing) -> Cosigned | None:
    """Asks the log's witnesses to cosign its newest checkpoint, within ``writing``; None where there are none.

    A witness that does not answer costs its time limit; nothing waits for it, and ``note`` is told. Where others make
    the log grow meanwhile, what was cosigned is the newest checkpoint no more, and they are asked about that one.
    """
    registry = workspace.registry
    policy = witnesses_of(workspace, registry.vkey)
    if policy is None:
        return None
    found = cosign(registry, policy, note)
    if found.deficit(policy):
        note(f"witnesses: {found.deficit(policy)}")
    return found


def cosign(registry: Registry, policy: TlogPolicy, note: Callable[[str], None] = print_nothing) -> Cosigned:
    """Asks the witnesses of a policy to cosign a registry's newest checkpoint, and publishes it with what they said.

    Where the log has grown meanwhile they are asked again, a few times.

    Args:
        registry: open with its key.
        policy: the witnesses of its log.
        note: is told where the log grows faster than they answer.

    Raises:
        RegistryError: CERT-E071 busy; CERT-E073 the disk is full.
    """
    for _ in range(TRIES):
        found = _ask(registry, policy)
        if registry.publish_cosigned(found.note):
            return found
    note(f"witnesses: the log grew each of the {TRIES} times they were asked")
    return replace(found, published=False)


def _ask(registry: Registry, policy: TlogPolicy) -> Cosigned:
    from certify_registry.witness.client import ask_witnesses

    last, known = registry.cosigned(), dict[str, int]()
    if last is not None:
        before = parse_note(last)
        known = dict.fromkeys((line.name for line in before.signatures), parse_checkpoint(before.text).size)
    return ask_witnesses(registry.checkpoint(), registry.consistency, policy, known=known)


def witnessed_proofs(
    workspace: Workspace, places: Mapping[str, int], note: Callable[[str], None] = print_nothing
) -> dict[str, str]:
    """The log's proofs of these entries, cosigned by as many witnesses as the trust file asks for.

    The log may grow between the witnesses' answer and the taking of a proof, which is then against a checkpoint that
    nobody has cosigned; the witnesses are asked again, and only what holds is handed out.

    Args:
        workspace: whose registry it is, within ``writing``.
        places: log index of each.
        note: is told of witnesses that do not answer.

    Raises:
        RegistryError: CERT-E646, they are too few, or the log grows faster than they answer.
    """
    policy = workspace.trust.log.policy
    for _ in range(TRIES):
        require_cosigned(workspace, note)
        proofs = {name: workspace.registry.proof(index) for name, index in places.items()}
        notes = {parse_tlog_proof(proof).checkpoint for proof in proofs.values()}
        if policy.satisfied(()) or all(witnessed(one, policy).satisfied for one in notes):
            return proofs
    raise _outrun()


def require_cosigned(workspace: Workspace, note: Callable[[str], None] = print_nothing) -> None:
    """The same, where the trust file lets nothing count that too few witnesses have cosigned.

    Raises:
        RegistryError: CERT-E646, they are too few, or the log grows faster than they answer.
    """
    policy = workspace.trust.log.policy
    checkpoint = workspace.registry.checkpoint()
    if policy.satisfied(()) and not (workspace.home / WITNESSES).is_file():
        return
    found = cosign_log(workspace, note)
    state = witnessed(found.note if found is not None else checkpoint, policy)
    if state.satisfied:
        if found is not None and not found.published and not policy.satisfied(()):
            raise _outrun()
        return
    told = "" if found is None else "; ".join(f"{name}: {why}" for name, why in found.troubles)
    raise RegistryError(
        "CERT-E646",
        f"too few witnesses: {state.words(policy)}" + (f" ({told})" if told else ""),
        "no reader of the trust file would take the certificate for valid; what was done before is kept",
        "give the same command again once they answer; certify registry cosign --policy FILE says whom to ask",
    )


def _outrun() -> RegistryError:
    return RegistryError(
        "CERT-E646",
        f"the log grew each of the {TRIES} times its witnesses were asked",
        "a proof is against the newest checkpoint, which they had not seen then; what was done before is kept",
        "give the same command again when fewer statements are logged at once",
    )
