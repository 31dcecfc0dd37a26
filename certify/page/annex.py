"""The annexes: evidence, rules, exact configuration, limits and the owner's declaration, as rows of strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from certify.evidence.certificate import EvidenceReference
from certify.evidence.dataset import Declaration
from certify.evidence.decision import RuleOutcome
from certify.evidence.model import ModelIdentity, Serving, TestedConfiguration
from certify.page.row import Row
from certify.page.wording import RULE_MARKS, Mark, clip, minute, server_words
from certify.verify.words.rules import binding_words, consequence_words

STANDING_LIMITS = (
    "The document is tamper-evident: verification finds any change to it. Its standing can change after printing; only "
    "the status location or a fresh log tells whether it still holds.",
    "Where a rule names clauses of a law or standard, the result supports a claim about them; it does not settle one. "
    "This is not a conformity assessment under Article 43 of Regulation (EU) 2024/1689, and no endorsement.",
)

COVERAGE_WORDS = {
    "full": "decided in full",
    "partial": "decided in part",
    "evidence_only": "evidence only",
}


class EvidenceRow(NamedTuple):
    """A statement the document rests on."""

    kind: str
    """Which statement."""
    signer: str
    """Party that signed it; empty where nobody names the key."""
    key: str
    """The key that signed it."""
    digest: str
    """SHA-256 of its payload."""
    place: str
    """Index in the log, or a dash."""


class RuleRow(NamedTuple):
    """A rule, decided."""

    mark: Mark
    """Status."""
    id: str
    """The rule."""
    title: str
    """What it asks."""
    message: str
    """Observed against expected."""
    weight: str
    """Required or recommended, severity, and what follows where it is not met."""
    clauses: str
    """Clauses it supports and how far."""


def evidence_rows(references: Sequence[EvidenceReference]) -> tuple[EvidenceRow, ...]:
    """Annex A; an approver whose party also did some of the work is marked."""
    working = {one.party for one in references if one.kind not in ("approval", "waiver")}
    return tuple(
        EvidenceRow(
            clip(one.kind, 40),
            clip(one.party, 60) + (" (not independent)" if one.kind == "approval" and one.party in working else ""),
            key_words(one.keyid),
            one.payload_sha256,
            "–" if one.log_index is None else str(one.log_index),
        )
        for one in references
    )


SIGNERS_SHOWN = 3
"""Parties of a kind of statement that the short form names."""


def signer_rows(references: Sequence[EvidenceReference]) -> tuple[Row, ...]:
    """The same by kind, for pages that have no room for each: how many there are, and who signed them."""
    kinds = dict.fromkeys(one.kind for one in references)
    return tuple(
        Row(clip(kind, 40), _signers([one.party or key_words(one.keyid) for one in references if one.kind == kind]))
        for kind in kinds
    )


def _signers(parties: Sequence[str]) -> str:
    named = list(dict.fromkeys(parties))
    more = f" and {len(named) - SIGNERS_SHOWN} more" if len(named) > SIGNERS_SHOWN else ""
    return f"{len(parties)}, signed by {', '.join(clip(party, 60) for party in named[:SIGNERS_SHOWN])}{more}"


def key_words(keyid: str) -> str:
    """A key id as printed: its first eight digits."""
    return "key " + " ".join(keyid[start : start + 4] for start in range(0, 8, 4))


def rule_rows(rules: Sequence[RuleOutcome]) -> tuple[RuleRow, ...]:
    """Annex B."""
    return tuple(
        RuleRow(
            RULE_MARKS[one.status],
            clip(one.id, 24),
            clip(one.title, 160),
            clip(one.message, 240 if one.waiver is None else 600),
            _weight(one),
            _clauses(one),
        )
        for one in rules
    )


def _weight(rule: RuleOutcome) -> str:
    consequence = consequence_words(rule)
    return f"{binding_words(rule)}, {clip(rule.severity, 10)}" + (f"; {consequence}" if consequence else "")


def _clauses(rule: RuleOutcome) -> str:
    if not rule.clauses:
        return "–"
    return (
        f"supports {clip(', '.join(rule.clauses), 200)} ({COVERAGE_WORDS.get(rule.coverage, clip(rule.coverage, 20))})"
    )


def configuration_rows(model: ModelIdentity, configuration: TestedConfiguration) -> tuple[Row, ...]:
    """Annex C: everything another laboratory needs to set the same conditions."""
    sampling, reasoning = configuration.sampling, configuration.reasoning
    chosen = "; the model's own choice" if configuration.sampling_suggested else ""
    top_k = "all tokens" if sampling.top_k == 0 else f"the {sampling.top_k} likeliest tokens"
    rows = [
        Row("Weights digest", model.weights_digest),
        Row("Release digest", model.release_digest),
        Row("Engine", f"{configuration.engine}: {clip(configuration.engine_version, 160)}; {_device(configuration)}"),
        Row("Numbers", f"{configuration.dtype}, quantisation {configuration.quantisation}"),
        Row("Sampling", f"temperature {sampling.temperature:g}, top-p {sampling.top_p:g}, {top_k}{chosen}"),
        Row("Prompts", f"{configuration.prompt_style}; context {configuration.context_length:,} tokens"),
    ]
    if configuration.serving is not None:
        rows.append(Row("Server", _server(configuration.serving)))
    if configuration.chat_template_sha256:
        rows.append(Row("Chat template", configuration.chat_template_sha256))
    if configuration.system_prompt:
        rows.append(Row("System prompt", f"“{clip(configuration.system_prompt, 240)}”"))
    if reasoning:
        rows.append(Row("Reasoning", f"from {clip(reasoning.open, 40)} to {clip(reasoning.close, 40)}"))
    return tuple(Row(row.label, clip(row.text, 320)) for row in rows)


def _device(configuration: TestedConfiguration) -> str:
    """Where the engine ran, and how the work was spread."""
    shared = f", {configuration.tensor_parallel} of them together" if configuration.tensor_parallel else ""
    invariant = "; answers independent of what ran beside them" if configuration.batch_invariant else ""
    return f"{configuration.device}{shared}{invariant}"


def _server(serving: Serving) -> str:
    """Who answered, and how certain that is."""
    where = f"at {clip(serving.endpoint, 100)}" if serving.endpoint else f"by {clip(serving.command or '', 140)}"
    own = "; its own sampling settings may apply" if serving.own_sampling else ""
    return f"{server_words(serving)}; {where}, {serving.api.value} interface, as {clip(serving.model, 60)}{own}"


def declaration_rows(declaration: Declaration | None) -> tuple[Row, ...]:
    """Annex D: the owner's words."""
    if declaration is None:
        return ()
    rows = (
        Row("Intended use", declaration.intended_use),
        Row("Prohibited use", declaration.prohibited_use),
        Row("People concerned", declaration.population),
        Row("Deployment", declaration.deployment),
        Row("Monitoring", declaration.monitoring),
        Row("Part in decisions", declaration.decision_role or ""),
        Row("Users", declaration.users or ""),
        Row("Out of scope", "; ".join(declaration.out_of_scope or ())),
        Row("Known risks", "; ".join(declaration.known_risks or ())),
        Row("Human oversight", declaration.human_oversight or ""),
        Row("Updates", declaration.update_policy or ""),
        Row("Report problems to", declaration.contact or ""),
        Row("Languages", ", ".join(declaration.languages or ())),
        Row("Licence", declaration.licence or ""),
        Row("Made from", declaration.base_model or ""),
        Row("Version", declaration.version or ""),
        Row("On the Union market since", declaration.placed_on_market or ""),
        Row("Declared", minute(declaration.declared_at)),
    )
    return tuple(Row(row.label, clip(row.text, 400)) for row in rows if row.text)
