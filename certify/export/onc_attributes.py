"""The source attributes that US rules ask of predictive decision support in health records, as far as stated.

Source: 45 CFR 170.315(b)(11)(iv)(B)(1) to (9). Numbers, groups and what most of them ask agree with secondary sources;
they were not compared with the published text, so an attribute whose wording is not known is named by its number alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from certify.export.certified import Certified
from certify.export.sheet import DECLARED, TESTED, Entry, Section, declared, numbers, page

CITED = "45 CFR 170.315(b)(11)(iv)(B)"
REMARKS = (
    f"{CITED} lists 31 source attributes in nine groups. Groups and numbers were taken from secondary sources and not "
    "compared with the published text; what an attribute asks is told in our words where they are known, and by its "
    "number alone where not. Read the regulation before relying on this sheet.",
    "As of 2026-11-23 the requirement was in force. HTI-5 (90 FR 60970, 2025-12-29, comments closed 2026-02-27) "
    "proposes to remove it; no final rule was found on that day.",
    "The numbers come from general tests of the model, not from patients or a clinical setting.",
)
GROUPS: tuple[tuple[str, int], ...] = (
    ("Details and output", 4),
    ("Purpose", 4),
    ("Out-of-scope use", 2),
    ("Development and input", 4),
    ("Fairness in development", 2),
    ("External validation", 4),
    ("Quantitative measures of performance", 5),
    ("Maintenance", 4),
    ("Update and validation schedule", 2),
)
"""Group and number of its attributes, 31 together. Source: as above."""
ASKS: Mapping[str, str] = {
    "(1)(i)": "developer, with contact",
    "(1)(ii)": "funding of the development",
    "(2)(i)": "intended use",
    "(2)(ii)": "intended population",
    "(2)(iii)": "intended users",
    "(2)(iv)": "role in decisions",
    "(3)(i)": "uses it is not made for",
    "(3)(ii)": "known risks and limitations",
    "(4)(i)": "criteria of inclusion and exclusion of training data",
    "(4)(ii)": "use of demographic variables",
    "(4)(iii)": "demographic representativeness",
    "(4)(iv)": "relevance of training data to the setting of use",
    "(6)(i)": "data of the external validation",
    "(6)(ii)": "party that made it",
    "(6)(iii)": "representativeness of its data",
    "(6)(iv)": "process of the external validation",
    "(7)(i)": "validity in test data",
    "(7)(ii)": "fairness in test data",
    "(7)(iii)": "validity in external data",
    "(7)(iv)": "fairness in external data",
    "(7)(v)": "references to studies of outcomes",
}
"""What an attribute asks, where that is known."""
_NUMERALS = ("i", "ii", "iii", "iv", "v")


def onc_attributes(found: Certified) -> str:
    """The sheet in Markdown: 31 attributes, each filled or said not to be declared."""
    answers = _answers(found)
    sections: list[Section] = []
    for group, (heading, count) in enumerate(GROUPS, start=1):
        ids = [f"({group})({numeral})" for numeral in _NUMERALS[:count]]
        entries = [Entry(one, ASKS.get(one, ""), *answers.get(one, ("", ""))) for one in ids]
        whole = answers.get(f"({group})")
        if whole is not None and whole[0]:
            entries.append(Entry(f"({group})", "stated for the group as a whole", *whole))
        sections.append((f"({group}) {heading}", entries))
    return page(found, f"Source attributes, {CITED}", REMARKS, sections, "not declared")


def _answers(found: Certified) -> dict[str, tuple[str, str]]:
    """Answer and source by number of the attribute, or of a group that is answered as a whole."""
    said = found.certificate.declaration
    stated = {
        "(1)(i)": declared(said, "owner", "contact"),
        "(2)(i)": declared(said, "intended_use"),
        "(2)(ii)": declared(said, "population"),
        "(2)(iii)": declared(said, "users"),
        "(2)(iv)": declared(said, "decision_role"),
        "(3)(i)": declared(said, "out_of_scope", "prohibited_use"),
        "(3)(ii)": declared(said, "known_risks"),
        "(8)": declared(said, "monitoring", "human_oversight"),
        "(9)": declared(said, "update_policy"),
    }
    return {
        **{number: (words, DECLARED) for number, words in stated.items()},
        "(7)": (numbers(found), f"{TESTED}, by {found.evidence.evaluation.party}"),
    }
