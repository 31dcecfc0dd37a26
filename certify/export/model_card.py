"""A certificate as a section of a Hugging Face model card: results as YAML, and the words around them.

Source: Hugging Face Hub documentation, model cards, ``model-index``.
"""

from __future__ import annotations

from typing import Any

import yaml

from certify.evidence.decision import RuleOutcome
from certify.export.certified import Certified, Measure, measures, notice, particulars, seen, standing, unsaid
from certify.export.markdown import plain, points, table


def model_card(found: Certified) -> str:
    """The front matter and a section of Markdown, both to be merged into the model's own card.

    No result is marked as verified by the hub, which has verified none.
    """
    return _front_matter(found) + "\n".join(_section(found)) + "\n"


def _front_matter(found: Certified) -> str:
    """The results; nothing where the evaluation states no share, since the hub refuses an empty index."""
    results = [_result(found, one) for one in measures(found)]
    if not results:
        return ""
    index = {"model-index": [{"name": found.certificate.model.name, "results": results}]}
    return f"---\n{yaml.safe_dump(index, sort_keys=False, allow_unicode=True, width=120)}---\n\n"


def _result(found: Certified, one: Measure) -> dict[str, Any]:
    estimate = one.estimate
    words = f"share of right answers, 95 % interval {estimate.lower} to {estimate.upper}, {estimate.items} items"
    return {
        "task": {"type": "text-generation", "name": one.check},
        "dataset": {"type": f"certify/{one.check}", "name": f"{one.check}: {_items(found, one)}"},
        "metrics": [
            {
                "type": "accuracy",
                "name": f"{one.name.replace('_', ' ')}, {words}",
                "value": estimate.estimate,
                "args": {
                    "certificate": found.certificate.serial,
                    "standing": standing(found),
                    "lower": estimate.lower,
                    "upper": estimate.upper,
                    "items": estimate.items,
                    "samples": estimate.samples,
                },
            }
        ],
    }


def _items(found: Certified, one: Measure) -> str:
    """What was answered, as the result names it, if it does."""
    result = found.evidence.evaluation.value.checks[one.check]
    return str(result.get("benchmark") or result.get("name") or one.name.replace("_", " "))


def _section(found: Certified) -> list[str]:
    certificate = found.certificate
    numbers = [(one.name, one.value, one.detail) for one in certificate.headlines]
    return [
        f"## Certificate {certificate.serial}",
        "",
        plain(notice(found)),
        "",
        *table(("", ""), particulars(found).items()),
        "",
        "### Numbers",
        "",
        *table(("what", "value", "how sure"), numbers),
        "",
        "### Rules of the policy",
        "",
        *table(("rule", "asks", "came to", "seen"), [_rule(rule) for rule in certificate.rules]),
        "",
        *_declared(found),
        "### Not checked, and what a reader must know",
        "",
        *points(unsaid(found)),
    ]


def _rule(rule: RuleOutcome) -> tuple[str, str, str, str]:
    return rule.id, rule.title, f"{rule.status.value.replace('_', ' ')} ({rule.enforcement})", seen(rule)


def _declared(found: Certified) -> list[str]:
    said = found.certificate.declaration
    if said is None:
        return []
    words = [f"Intended use: {said.intended_use}", f"Prohibited use: {said.prohibited_use or 'not stated'}"]
    words += [f"Known risk: {text}" for text in said.known_risks or ()]
    words += [f"Out of scope: {text}" for text in said.out_of_scope or ()]
    return [f"### Declared by {plain(said.owner)}, not tested", "", *points(words), ""]
