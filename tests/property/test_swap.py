"""Parts of one certificate in another: no mixture of two sound certificates is a third one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")

from certify.evidence import statement as kinds
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.trust.bundle import parse_bundle, statement_of
from certify.verify.document import RegistryAnswer
from certify.verify.expectations import Expectations
from certify.verify.verification import Verification
from certify.verify.verify import verify_certificate
from tests.fakes.chain import Chain, level_one, level_one_of_another_model
from tests.fakes.related import later_run, of_other_data, under_another_version

Parts = dict[str, Any]
RELATED: dict[str, Callable[[], Chain]] = {
    "another model": level_one_of_another_model,
    "another run": later_run,
    "other data": of_other_data,
    "another policy version": under_another_version,
}
EVIDENCE = ("plan", "evaluation", "contamination", "dataset", "declaration", "decision")
COARSE = ("schema", "certificate", "certificateProof", "policy", *EVIDENCE)
INSIDE = {
    "payload": ("dsseEnvelope", "payload"),
    "payloadType": ("dsseEnvelope", "payloadType"),
    "sig": ("dsseEnvelope", "signatures", 0, "sig"),
    "keyid": ("dsseEnvelope", "signatures", 0, "keyid"),
    "hint": ("verificationMaterial", "publicKey", "hint"),
    "mediaType": ("mediaType",),
}


@pytest.fixture(params=list(RELATED))
def pair(request: pytest.FixtureRequest) -> tuple[Chain, Chain]:
    return level_one(), RELATED[request.param]()


def parts_of(bundle: bytes) -> Parts:
    """Every field of a certificate file, its statements by kind."""
    document = parse_json(bundle)
    statements = {
        kinds.SHORT_NAMES[statement_of(parse_bundle(one)).predicate_type]: one
        for one in document.pop("statements").values()
    }
    assert set(document) | set(statements) == set(COARSE)
    return document | statements


def file_of(parts: Mapping[str, Any], names: Mapping[str, str] | None = None) -> bytes:
    """The certificate file of parts; statements are filed under their own digest, or under given names."""
    document = {name: part for name, part in parts.items() if name not in EVIDENCE}
    filed = {(names or {}).get(kind) or _digest(parts[kind]): parts[kind] for kind in EVIDENCE}
    return canonical_bytes(document | {"statements": filed})


def _digest(document: dict[str, Any]) -> str:
    return parse_bundle(document).payload_sha256


def mixtures(mine: Parts, theirs: Parts, sizes: Iterable[int]) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """The files in which some of the parts are those of the other certificate."""
    for size in sizes:
        for taken in combinations(COARSE, size):
            yield taken, file_of(mine | {name: theirs[name] for name in taken})


def judged(chain: Chain, data: bytes, answer: RegistryAnswer | None = None) -> Verification:
    """What a reader is told while both certificates are valid."""
    at = max(chain.at, *(make().at for make in RELATED.values()))
    return verify_certificate(data, trust=chain.trust, expectations=Expectations(at=at), answer=answer)


def believed(chain: Chain, made: Iterator[tuple[tuple[str, ...], bytes]], whole: set[bytes]) -> list[tuple[str, ...]]:
    """Which mixtures were not refused, those left out that are one of the two certificates again."""
    return [taken for taken, data in made if data not in whole and judged(chain, data).verdict != "invalid"]


def test_every_certificate_taken_apart_and_put_together_is_valid(pair):
    for chain in pair:
        assert file_of(parts_of(chain.bundle)) == chain.bundle
        assert judged(chain, chain.bundle).verdict == "valid"


def test_the_certificates_differ_in_every_part_that_could_be_told_apart(pair):
    mine, theirs = (parts_of(chain.bundle) for chain in pair)
    same = {name for name in COARSE if mine[name] == theirs[name]}
    assert same <= {"schema", "policy"}
    assert ("policy" in same) == (pair[0].policy.reference == pair[1].policy.reference)


@pytest.mark.parametrize("turned", [False, True], ids=["theirs in mine", "mine in theirs"])
def test_no_one_or_two_parts_of_another_certificate_are_believed(turned, pair):
    mine, theirs = (parts_of(chain.bundle) for chain in (reversed(pair) if turned else pair))
    made = list(mixtures(mine, theirs, (1, 2)))
    assert len(made) == 55
    assert believed(pair[0], iter(made), {pair[0].bundle, pair[1].bundle}) == []


@pytest.mark.slow
def test_no_mixture_at_all_is_believed(pair):
    mine, theirs = (parts_of(chain.bundle) for chain in pair)
    made = list(mixtures(mine, theirs, range(len(COARSE) + 1)))
    assert len(made) == 2 ** len(COARSE)
    whole = {pair[0].bundle, pair[1].bundle}
    assert {data for _, data in made} > whole
    assert believed(pair[0], iter(made), whole) == []


def fine_mixtures(mine: Parts, theirs: Parts, *, renamed: bool) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """The files in which one or two fields of one signed statement are those of the other certificate's."""
    names = {kind: _digest(mine[kind]) for kind in EVIDENCE}
    for kind in ("certificate", *EVIDENCE):
        for size in (1, 2):
            for taken in combinations(INSIDE, size):
                changed = json.loads(json.dumps(mine[kind]))
                for field in taken:
                    _put(changed, INSIDE[field], _get(theirs[kind], INSIDE[field]))
                yield (kind, *taken), file_of(mine | {kind: changed}, None if renamed else names)


def _get(document: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def _put(document: Any, path: tuple[str | int, ...], value: Any) -> None:
    _get(document, path[:-1])[path[-1]] = value


@pytest.mark.parametrize("renamed", [False, True], ids=["filed as before", "filed anew"])
def test_no_field_inside_a_statement_of_another_certificate_is_believed(renamed, pair):
    mine, theirs = (parts_of(chain.bundle) for chain in pair)
    made = list(fine_mixtures(mine, theirs, renamed=renamed))
    assert len(made) == 7 * 21
    assert believed(pair[0], iter(made), {pair[0].bundle}) == []


def test_a_statement_under_a_field_of_another_kind_is_not_believed(pair):
    """The places of two statements of one certificate exchanged, and each statement as the certificate."""
    mine = parts_of(pair[0].bundle)
    names = {kind: _digest(mine[kind]) for kind in EVIDENCE}
    for one, other in combinations(EVIDENCE, 2):
        exchanged = file_of(mine | {one: mine[other], other: mine[one]}, names)
        assert judged(pair[0], exchanged).verdict == "invalid"
    for kind in EVIDENCE:
        assert judged(pair[0], file_of(mine | {"certificate": mine[kind]})).verdict == "invalid"


def test_no_part_of_the_registrys_answer_about_another_certificate_is_believed(pair):
    """The answer of another log's copy would be signed by the same key; only its checkpoint may be exchanged."""
    mine, theirs = (chain.answer.document() for chain in pair)
    fields = ("serial", "rendering", "renderingProof")
    for size in (1, 2, 3):
        for taken in combinations(fields, size):
            answer = RegistryAnswer.from_document(mine | {name: theirs[name] for name in taken})
            assert judged(pair[0], pair[0].pdf, answer).verdict == "invalid", taken
    assert judged(pair[0], pair[0].pdf, pair[0].answer).verdict == "valid"


def test_a_page_with_the_bundle_of_another_certificate_is_not_believed(pair):
    """Exchanged by a PDF tool, which keeps the page; the signature is then that of another file."""
    pikepdf = pytest.importorskip("pikepdf")
    import io

    with pikepdf.open(io.BytesIO(pair[0].pdf)) as document:
        name = "bundle.json"
        document.attachments[name] = pikepdf.AttachedFileSpec(document, pair[1].bundle, filename=name)
        stream = io.BytesIO()
        document.save(stream)
    assert judged(pair[0], stream.getvalue()).verdict == "invalid"
    assert judged(pair[0], pair[0].pdf).verdict == "valid"
