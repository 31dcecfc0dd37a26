"""Pages of questions that an office asks, answered from a certificate, each answer with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from certify.evidence.dataset import Declaration
from certify.evidence.visibility import withheld_fields
from certify.export.certified import Certified, notice, open_rules, particulars, unsaid
from certify.export.markdown import plain, points, table
from certify.export.origin import Origin

DECLARED = "declared, not tested"
TESTED = "evaluation"
CERTIFICATE = "certificate"


class Entry(NamedTuple):
    """One question with its answer."""

    number: str
    """How the source counts it."""
    asks: str
    """What it asks, in our words; empty where the source alone tells."""
    answer: str = ""
    """What the certificate holds; empty where it holds nothing."""
    source: str = ""
    """Where the answer comes from."""


Section = tuple[str, Sequence[Entry]]
"""A heading with its questions."""


def page(found: Certified, title: str, remarks: Sequence[str], sections: Iterable[Section], absent: str) -> str:
    """The whole page in Markdown.

    Args:
        found: the certificate.
        title: heading of the page.
        remarks: what a reader must know of the source, before anything else.
        sections: the questions, with their answers.
        absent: what stands where the certificate holds no answer.
    """
    lines = [f"# {plain(title)}", "", plain(notice(found)), "", *points(remarks), ""]
    lines += [*table(("", ""), particulars(found).items()), ""]
    for heading, entries in sections:
        rows = [(one.number, one.asks, one.answer or absent, one.source if one.answer else "") for one in entries]
        lines += [f"## {plain(heading)}", "", *table(("no.", "asks", "answer", "from"), rows), ""]
    lines += ["## Not checked, and what a reader must know", "", *points(unsaid(found)), *points(open_rules(found)), ""]
    lines += ["## Signed statements behind the answers", "", *points(_statements(found)), *points(_stewards(found))]
    return "\n".join(lines) + "\n"


def declared(said: Declaration | None, *fields: str) -> str:
    """What the owner declares in these fields, in their order; empty where nothing is."""
    values = [getattr(said, field) for field in fields] if said is not None else []
    return "; ".join(value if isinstance(value, str) else "; ".join(value) for value in values if value)


def numbers(found: Certified) -> str:
    """The numbers of the first page, as printed there."""
    return "; ".join(f"{one.name}: {one.value} ({one.detail})" for one in found.certificate.headlines)


def tested_as(found: Certified) -> str:
    """The conditions that the numbers hold for."""
    tested = found.certificate.configuration
    return (
        f"{tested.engine} ({tested.engine_version}), {tested.dtype}, quantisation {tested.quantisation}, "
        f"{tested.device}, up to {tested.context_length:,} tokens"
    )


def data_named(found: Certified) -> str:
    """The training data that the certificate names."""
    named = (
        f"{one.name}, {one.shards:,} file{'s' * (one.shards != 1)}, sha256:{one.identity}"
        for one in found.certificate.datasets
    )
    return "; ".join(named)


def _statements(found: Certified) -> Iterable[str]:
    for one in found.certificate.evidence:
        place = f", log entry {one.log_index}" if one.log_index is not None else ""
        yield f"{one.kind}: sha256:{one.payload_sha256}, signed by {one.party}{place}"


def _stewards(found: Certified) -> Iterable[str]:
    """Where descriptions of data come from, and what their steward withholds."""
    for one in found.evidence.datasets:
        hidden = tuple(each.field for each in withheld_fields(one.statement.predicate))
        yield Origin(one.payload_sha256, one.keyid, one.party, hidden).sentence
