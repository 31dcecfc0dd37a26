"""How dates, sizes, digests, levels and statuses read on a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from certify.counting import counted
from certify.evidence.certificate import Level
from certify.evidence.dataset import DataExamined, DatasetIdentity
from certify.evidence.decision import RuleStatus, Verdict
from certify.evidence.model import ServedIdentity, Serving, TestedConfiguration
from certify.evidence.plan import EntropyKind
from certify.verify.words.caveats import data_words, digest_words


class Mark(NamedTuple):
    """A status that survives a grey copier: sign, word and shape; colour only on top."""

    sign: str
    """One character."""
    word: str
    """The status in a word or two."""
    tone: str
    """good, bad, open or plain; drawn as a filled disc, an octagon, a diamond or a bare square."""


RULE_MARKS = {
    RuleStatus.MET: Mark("✓", "Met", "good"),
    RuleStatus.NOT_MET: Mark("✗", "Not met", "bad"),
    RuleStatus.INCONCLUSIVE: Mark("≈", "Inconclusive", "open"),
    RuleStatus.MISSING: Mark("–", "Missing", "open"),
    RuleStatus.NOT_APPLICABLE: Mark("·", "Not applicable", "plain"),
    RuleStatus.WAIVED: Mark("!", "Waived", "open"),
}

VERDICT_MARKS = {
    Verdict.CERTIFIED: Mark("–", "Not issued", "open"),
    Verdict.REFUSED: Mark("✗", "Refused", "bad"),
    Verdict.INCONCLUSIVE: Mark("≈", "Inconclusive", "open"),
    Verdict.INCOMPLETE: Mark("–", "Incomplete", "open"),
}
"""For screening reports; a certified run that ends in one was not issued."""

BECAUSE = {
    Verdict.REFUSED: "Refused because these required rules are not met",
    Verdict.INCONCLUSIVE: "Not certified because the evidence neither meets nor fails these required rules",
    Verdict.INCOMPLETE: "Not certified because these required rules lack their evidence",
}
"""What heads the rules behind a verdict on page one."""

TITLES = {
    Level.SELF_DECLARED: "Self-declared evaluation",
    Level.ISSUER_RUN: "Certificate of evaluation",
    Level.INDEPENDENTLY_RERUN: "Certificate of evaluation, independently re-run",
    Level.ACCREDITED: "Certificate of evaluation, accredited issuer",
}

INDEPENDENCE = {
    Level.SELF_DECLARED: (
        "Level 0, self-declared: one party holds every role, or drew its own seed. Nobody else confirms it."
    ),
    Level.ISSUER_RUN: (
        "Level 1, issuer-run: issuer, evaluator and data steward are different parties; the seed was not theirs to "
        "choose. Nobody else ran the model."
    ),
    Level.INDEPENDENTLY_RERUN: "Level 2, independently re-run: a second party’s re-run agrees; it is in the evidence.",
    Level.ACCREDITED: "Level 3, accredited: the trust file names the party that accredits the issuer.",
}

SEED_WORDS = {
    EntropyKind.SELF: "drawn by the issuer itself, who could have chosen it",
    EntropyKind.SEED_WITNESSES: "from seed witnesses, fixed before they answered",
    EntropyKind.BEACON: "from a public randomness beacon, fixed by the plan’s logged time",
}

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UNITS = ("%", "points?", "kB", "MB", "GB", "TB", "PB", "bytes", "billion", "million", "trillion", *_MONTHS)
_UNIT = re.compile(rf"(?<=\d) (?=(?:{'|'.join(_UNITS)})(?!\w))|(?<=[a-z]{{3}}) (?=20\d\d\b)")
_UNFINISHED = re.compile(r"[ (\[–,;:=+−]+$")
_CERTAIN = re.compile(r"\b(chance|power) 1\.00\b")
_NEVER = re.compile(r"\b(chance|power) 0\.00\b")


def long_date(time: str) -> str:
    """``2026-11-23T17:00:00Z`` as ``23 November 2026``."""
    year, month, day = time[:10].split("-")
    index = int(month) - 1
    return f"{int(day)} {_MONTHS[index] if 0 <= index < len(_MONTHS) else month} {year}"


def minute(time: str) -> str:
    """``2026-11-23T17:00:05Z`` as ``2026-11-23 17:00 UTC``."""
    return f"{time[:10]} {time[11:16]} UTC"


def size(count: int) -> str:
    """Bytes in decimal units, as disks are sold: ``3.1 MB``."""
    value, units = float(count), ["bytes", "kB", "MB", "GB", "TB", "PB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{count:,} bytes" if units[0] == "bytes" else f"{value:.1f} {units[0]}"


def weights(count: int) -> str:
    """A number of weights: ``0.7 million parameters``."""
    for limit, word in ((10**12, "trillion"), (10**9, "billion"), (10**5, "million")):
        if count >= limit:
            return f"{count / max(limit, 10**6):.1f} {word} parameters"
    return f"{count:,} parameters"


def groups(digest: str, lines: int = 2) -> tuple[str, ...]:
    """A digest in groups of four characters over ``lines`` even lines, to be read aloud and compared."""
    parts = [digest[start : start + 4] for start in range(0, len(digest), 4)]
    width = -(-len(parts) // lines)
    return tuple(" ".join(parts[start : start + width]) for start in range(0, len(parts), width))


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters, an ellipsis where something was cut; never inside a number."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    kept = flat[: limit - 1]
    if not flat[limit - 1].isspace() and any(character.isdigit() for character in _last_word(flat, limit - 1)):
        kept = kept[: len(kept) - len(kept.rpartition(" ")[2])] or kept
    return _UNFINISHED.sub("", kept).rstrip() + "…"


def _last_word(flat: str, end: int) -> str:
    """The word that a cut before ``end`` goes through."""
    return flat[:end].rpartition(" ")[2] + flat[end:].partition(" ")[0]


def told(text: str) -> str:
    """Words of a number as a page prints them: a chance that only rounding makes certain is not called so."""
    return _NEVER.sub(r"\1 below 0.01", _CERTAIN.sub(r"\1 above 0.99", text))


def bound(text: str) -> str:
    """The text with its numbers tied to their units, so that no line ends between them."""
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


def plain_times(text: str) -> str:
    """The text with each ``2026-12-24T12:00:00Z`` as ``2026-12-24 12:00 UTC``."""
    return _TIME.sub(r"\1 \2 UTC", text)


_TIME = re.compile(r"\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\dZ")


def data_sentence(examined: DataExamined, datasets: Sequence[DatasetIdentity]) -> str:
    """How much training data was read: kind, datasets, files and size, and where digests were not computed from it."""
    word = data_words(examined)
    word = word[:1].upper() + word[1:]
    if not datasets:
        return f"{word}."
    shards, total = sum(one.shards for one in datasets), sum(one.bytes for one in datasets)
    found = f"{counted(len(datasets), 'dataset')}, {counted(shards, 'file')}, {size(total)}"
    return f"{word}: {found}{digest_words(datasets)}."


def configuration_sentence(configuration: TestedConfiguration) -> str:
    """The tested configuration in one line."""
    decoding = decoding_words(configuration)
    quantised = "not quantised" if configuration.quantisation == "none" else f"quantised {configuration.quantisation}"
    served = ""
    if configuration.serving is not None:
        served, quantised = f"{server_words(configuration.serving)}; ", f"files {quantised}"
    return clip(
        f"{served}{configuration.engine} on {configuration.device}, {configuration.dtype}, {quantised}, "
        f"{configuration.prompt_style} prompts, {decoding}, context {configuration.context_length:,} tokens",
        220,
    )


def decoding_words(configuration: TestedConfiguration) -> str:
    """How the next token was drawn, and whether the model's own files ask for that."""
    sampling = configuration.sampling
    drawn = "greedy" if sampling.temperature == 0 else f"temperature {sampling.temperature:g}, top-p {sampling.top_p:g}"
    return f"{drawn} (the model's own choice)" if configuration.sampling_suggested else drawn


def server_words(serving: Serving) -> str:
    """Whether what answered is known to be the model's files."""
    if serving.identity is ServedIdentity.VERIFIED:
        return f"{serving.software} server started by certify on these files"
    return "endpoint identity not verified"
