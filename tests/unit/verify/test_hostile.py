"""Documents made to break whoever reads them: always a verdict with a code, never an exception."""

import random

import pytest

from certify.evidence.canonical import canonical_bytes, parse_json
from certify.trust.bundle import parse_bundle
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.forgery import forge, parts_of

DEEP = b'{"certificate":' + b"[" * 50_000 + b"]" * 50_000 + b"}"


def first(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


HOSTILE = {
    "nothing": (lambda _: b"", "CERT-E080"),
    "one brace": (lambda _: b"{", "CERT-E046"),
    "an empty object": (lambda _: b"{}", "CERT-E045"),
    "a list": (lambda _: b"[]", "CERT-E080"),
    "text": (lambda _: b"hello", "CERT-E080"),
    "zero bytes": (lambda _: bytes(4096), "CERT-E080"),
    "deep brackets": (lambda _: DEEP, "CERT-E049"),
    "deep braces": (lambda _: b'{"a":' * 50_000, "CERT-E049"),
    "a key twice": (lambda data: first(data, b'{"certificate":', b'{"certificate":{},"certificate":'), "CERT-E047"),
    "NaN": (lambda data: first(data, b'"validityDays":365', b'"validityDays":NaN'), "CERT-E048"),
    "infinity": (lambda data: first(data, b'"validityDays":365', b'"validityDays":-Infinity'), "CERT-E048"),
    "a number beyond floats": (lambda data: first(data, b'"validityDays":365', b'"validityDays":1e999'), "CERT-E048"),
    "a number beyond exactness": (
        lambda data: first(data, b'"validityDays":365', b'"validityDays":' + b"9" * 400),
        "CERT-E048",
    ),
    "another spelling of a number": (
        lambda data: first(data, b'"validityDays":365', b'"validityDays":365.0'),
        "CERT-E045",
    ),
    "a space": (lambda data: data + b" ", "CERT-E045"),
    "a new line": (lambda data: data + b"\n", "CERT-E045"),
    "a space in front": (lambda data: b" " + data, "CERT-E045"),
    "an escape": (lambda data: first(data, b'"schema"', b'"\\u0073chema"'), "CERT-E045"),
    "a field nobody knows": (lambda data: first(data, b'{"certificate":', b'{"aside":1,"certificate":'), "CERT-E045"),
    "another schema": (lambda data: first(data, b"certify/bundle/v1", b"certify/bundle/v9"), "CERT-E081"),
    "not UTF-8": (lambda data: first(data, b'"schema"', b'"sch\xffma"'), "CERT-E046"),
    "a null character": (lambda data: first(data, b'"schema":"', b'"schema":"\\u0000'), "CERT-E046"),
    "cut off": (lambda data: data[: len(data) // 2], "CERT-E046"),
    "twice over": (lambda data: data + data, "CERT-E046"),
    "another program's bundle": (lambda data: canonical_bytes(parse_json(data)["certificate"]), "CERT-E045"),
}


@pytest.mark.parametrize("trusted", [True, False], ids=["with trust", "without"])
@pytest.mark.parametrize(("make", "code"), HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_document_is_invalid_with_its_own_code(make, code, trusted, chain, failed):
    data = make(chain.bundle)
    trust = chain.trust if trusted else None
    found = verify_certificate(data, trust=trust, expectations=Expectations(at=chain.at), answer=chain.answer)
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in failed(found)] == [("document", code)]


def test_a_hundred_megabytes_are_not_read(chain, judge, failed):
    for head, code in ((b"{", "CERT-E046"), (b"%PDF-", "CERT-E088")):
        found = judge(head + b" " * 100_000_000)
        assert [(line.id, line.code) for line in failed(found)] == [("document", code)]


def in_envelope(change):
    def make(data):
        document = parse_json(data)
        change(document["certificate"])
        return canonical_bytes(document)

    return make


def second_signature(document):
    document["dsseEnvelope"]["signatures"].append(dict(document["dsseEnvelope"]["signatures"][0]))


ENVELOPES = {
    "a second signature": (second_signature, "CERT-E043"),
    "no signature": (lambda document: document["dsseEnvelope"].update(signatures=[]), "CERT-E043"),
    "no envelope": (lambda document: document.pop("dsseEnvelope"), "CERT-E045"),
    "another media type": (lambda document: document.update(mediaType="text/plain"), "CERT-E045"),
    "another payload type": (lambda document: document["dsseEnvelope"].update(payloadType="text/plain"), "CERT-E045"),
    "a payload that is not base 64": (lambda document: document["dsseEnvelope"].update(payload="%%"), "CERT-E045"),
    "an unknown field": (lambda document: document["dsseEnvelope"].update(aside=1), "CERT-E045"),
    "snake case": (
        lambda document: document.update(dsse_envelope=document.pop("dsseEnvelope")),
        "CERT-E045",
    ),
    "another hint": (
        lambda document: document["verificationMaterial"]["publicKey"].update(hint="00" * 32),
        "CERT-E045",
    ),
}


@pytest.mark.parametrize(("change", "code"), ENVELOPES.values(), ids=list(ENVELOPES))
def test_a_hostile_envelope_is_invalid_with_its_own_code(change, code, chain, judge, failed):
    found = judge(in_envelope(change)(chain.bundle))
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in failed(found)] == [("document", code)]


def test_a_certificate_that_is_no_certificate(chain, judge, failed):
    document = parse_json(chain.bundle)
    document["certificate"] = parts_of(chain.bundle)["plan"].document
    found = judge(canonical_bytes(document))
    assert [line.id for line in failed(found)] == ["certificate-signature"]
    found = verify_certificate(canonical_bytes(document), trust=None, expectations=Expectations(at=chain.at))
    assert [(line.id, line.code) for line in failed(found)] == [("form", "CERT-E081")]


def test_random_bytes_behind_every_beginning(chain, failed):
    generator = random.Random(2)
    for head in (b"", b"{", b"%PDF-1.7\n", chain.pdf[:4000], chain.bundle[:4000]):
        for _ in range(20):
            data = head + generator.randbytes(generator.randrange(2000))
            found = verify_certificate(
                data, trust=chain.trust, expectations=Expectations(at=chain.at), answer=chain.answer
            )
            assert found.verdict == "invalid"
            assert all(line.code for line in failed(found))


WORTHLESS = (None, [], {}, "", "x", -1, 0, 1.5, True, ["x"], {"x": 1}, 2**53 - 1)


def places(value, path=()):
    """Every place of a JSON value."""
    yield path
    if isinstance(value, dict):
        for name, part in value.items():
            yield from places(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from places(part, (*path, index))


def spoil(document, generator):
    """Puts something worthless into one place of a document."""
    path = generator.choice([path for path in places(document) if path])
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = generator.choice(WORTHLESS)


@pytest.mark.parametrize("kind", ["plan", "evaluation", "dataset", "declaration", "contamination", "certificate"])
def test_whatever_trusted_keys_sign_is_judged_and_not_fallen_over(kind, chain, failed):
    """Signed by the right key in the right role: reading goes on far behind the signature."""
    generator = random.Random(f"spoil {kind}")
    for _ in range(40):
        data = forge(chain, {kind: lambda document: spoil(document, generator)})
        found = verify_certificate(data, trust=chain.trust, expectations=Expectations(at=chain.at), answer=None)
        assert found.verdict in ("invalid", "valid", "expired", "not_yet_valid")
        assert all(line.code and line.code != "CERT-E099" for line in failed(found))


@pytest.mark.parametrize("part", ["policy", "certificateProof", "statements"])
def test_whatever_stands_in_the_bundle_unsigned_is_judged(part, chain, failed):
    generator = random.Random(f"spoil {part}")
    for _ in range(60):
        document = parse_json(chain.bundle)
        before = canonical_bytes(document)
        if isinstance(document[part], str):
            document[part] = str(generator.choice(WORTHLESS))
        else:
            spoil(document[part], generator)
        found = verify_certificate(canonical_bytes(document), trust=chain.trust, expectations=Expectations(at=chain.at))
        if canonical_bytes(document) != before:
            assert found.verdict == "invalid"
            assert all(line.code for line in failed(found))


def test_a_policy_nobody_signed_is_not_even_read(chain, judge, failed, monkeypatch):
    monkeypatch.setattr("certify.verify.chain.policy_from_document", lambda _: pytest.fail("it was read"))
    document = parse_json(chain.bundle)
    document["policy"]["rules"][0]["assert"] = "size(" * 30 + ")" * 30
    found = judge(canonical_bytes(document))
    assert [(line.id, line.code) for line in failed(found)] == [("decision", "CERT-E091")]


def test_the_bundle_reader_keeps_what_it_read(chain):
    for part in parts_of(chain.bundle).values():
        assert parse_bundle(part.to_bytes()) == part
