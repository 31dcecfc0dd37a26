"""A registry with a certificate of every standing, with hostile names, signed and logged like any other.

Only the model's answers are made up: statements, signatures, log, proofs and PDFs are real.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.attest.statements import (
    certificate_statement,
    declaration_statement,
    rendering_statement,
    status_statement,
)
from certify.evidence.canonical import canonical_digest, sha256_hex
from certify.evidence.certificate import (
    Certificate,
    CertificateFile,
    EvidenceReference,
    Level,
    Rendering,
    State,
    Status,
    serial_for,
)
from certify.evidence.evaluation import NotRun
from certify.evidence.model import ModelIdentity
from certify.evidence.plan import PolicyReference
from certify.evidence.statement import DATASET, EVALUATION, PLAN, SHORT_NAMES, VSA
from certify.issue.render import render
from certify.issue.sign import issuer_certificate, sign_pdf
from certify.page.page import page_of
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner, generate_signer
from certify_registry import Registry
from tests.fakes import certificate_sample as sample
from tests.fakes.logged_statements import CONFIGURATION, POLICY, payload_of, signed

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
ORIGIN = "registry.example/certify"
NOW = "2026-11-23T17:00:00Z"
TODAY = "2026-12-01T09:30:00Z"
"""When readers look."""
WHEN = datetime(2026, 11, 23, 17, 0, 5, tzinfo=UTC)
PARTIES = {
    "data-steward": "Archiv für Trainingsdaten",
    "evaluator": "Prüflabor Nord GmbH",
    "issuer": "Institut für Modellprüfung",
    "revoker": "Aufsicht des Instituts",
}
POLICY_USED = PolicyReference(id="starter", version="1.0.0", sha256=canonical_digest(sample.policy()))
HOSTILE = "<script>window.pwned=1</script>\"'><img src=x onerror=window.pwned=1>{{7*7}}"
CORPUS = (
    HOSTILE,
    "</title></script></style></textarea><svg/onload=window.pwned=1>",
    '"onmouseover=window.pwned=1 x="',
    "'onfocus=window.pwned=1 autofocus='",
    "<a href=javascript:window.pwned=1>x</a>",
    "]]><foreignObject><iframe srcdoc='<script>parent.pwned=1</script>'>",
    "<!--<script>window.pwned=1//-->",
    "<base href=//evil.example/><meta http-equiv=refresh content=0;url=//evil.example>",
    "{{ ''.__class__.__mro__ }}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "&lt;script&gt;window.pwned=1&lt;/script&gt; &#60;img src=x&#62;",
    "<style>*{display:none}</style><link rel=stylesheet href=//evil.example>",
    '=HYPERLINK("http://evil.example")',
    "+cmd|' /C calc'!A0",
    "<form action=//evil.example><button>Verify</button></form>",
    "\u202e\u2066evil\u2069\u200b\ufeff a\u0301\u0301\u0301\u0301\u0301\u0301",
)
"""Texts that become markup, script, formulas or another order of reading where a page is careless."""
LONG = "W" * 3000
RIGHT_TO_LEFT = "نموذج التفكير \u202egpj.exe"


@dataclass(frozen=True)
class Issued:
    """A certificate, as logged and as handed out."""

    certificate: Certificate
    bundle: bytes = field(repr=False)
    """The file ``SERIAL.json``."""
    pdf: bytes = field(repr=False)
    """The signed PDF; where nobody drew it, a file with the bundle attached and no pages."""

    @property
    def serial(self) -> str:
        """Its serial."""
        return self.certificate.serial


@dataclass
class PagesWorld:
    """A registry folder, its keys, the files beside it, and what was issued, by name."""

    root: Path
    signers: dict[str, KeySigner]
    log_key: Ed25519PrivateKey
    issued: dict[str, Issued] = field(default_factory=dict)

    @property
    def registry(self) -> Path:
        """The registry's folder."""
        return self.root / "registry"

    @property
    def files(self) -> Path:
        """The folder of certificates' files."""
        return self.root / "certificates"

    def open(self) -> Registry:
        """The registry, for reading."""
        return Registry.open(self.registry)


@cache
def registry_world(*, drawn: bool = False) -> PagesWorld:
    """The registry; with ``drawn``, the PDF of ``active`` is a real one, which takes seconds."""
    root = Path(tempfile.mkdtemp(prefix="certify-pages-", dir=MEMORY))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    signers = {role: generate_signer("ed25519" if role == "evaluator" else "ecdsa") for role in PARTIES}
    world = PagesWorld(root, signers, Ed25519PrivateKey.generate())
    world.files.mkdir()
    with Registry.create(world.registry, ORIGIN, world.log_key) as registry:
        for role, signer in signers.items():
            registry.enroll(signer.public_pem, PARTIES[role], role)
        _fill(world, registry, drawn)
    return world


def _fill(world: PagesWorld, registry: Registry, drawn: bool) -> None:
    model, other = sample.MODEL, _model("grammar-coach-1b")
    _issue(world, registry, "superseded", model, weaker=True)
    _issue(world, registry, "active", model, draw=drawn)
    _issue(world, registry, "revoked", other)
    _issue(world, registry, "suspended", _model("ledger-checker-3b"))
    _issue(world, registry, "expired", _model("archive-reader-0.5b"), valid_until="2026-11-30T00:00:00Z")
    _issue(world, registry, "hostile", _model(f"{HOSTILE} {LONG[:200]}"), **_hostile())
    _issue(world, registry, "right-to-left", _model(RIGHT_TO_LEFT))
    _issue(world, registry, "reinstated", _model("triage-notes-7b"))
    change = _changer(world, registry)
    change("superseded", State.SUPERSEDED, f"A newer certificate takes its place: {world.issued['active'].serial}.")
    change("revoked", State.REVOKED, "The evaluator's key was stolen on 24 November; its answers cannot be relied on.")
    change("suspended", State.SUSPENDED, "A benchmark it was tested with was found in public training data.")
    change("hostile", State.SUSPENDED, HOSTILE)
    change("reinstated", State.SUSPENDED, "Reported answers are being looked into.")
    change("reinstated", State.REINSTATED, "The report could not be confirmed.")


def _model(name: str) -> ModelIdentity:
    names = {field: sample.digest(f"{field} {name}") for field in ("identity", "weights_digest", "release_digest")}
    return sample.MODEL.model_copy(update={"name": name, **names})


def _hostile() -> dict[str, Any]:
    """Every text of a certificate that strangers write, each from the corpus in turn."""
    texts = cycle(CORPUS)

    def in_turn(value: Any, *names: str) -> Any:
        return value.model_copy(update={name: next(texts) for name in names})

    plain = sample.certificate(Level.ISSUER_RUN)
    declared = [name for name, value in sample.DECLARATION_VALUE if isinstance(value, str) and name != "declared_at"]
    return {
        "issuer": HOSTILE,
        "caveats": (*CORPUS, LONG),
        "rules": tuple(in_turn(one, "id", "title", "message", "severity", "coverage") for one in plain.rules),
        "headlines": tuple(in_turn(one, "name", "value", "detail") for one in plain.headlines),
        "declaration": in_turn(sample.DECLARATION_VALUE, *declared),
        "configuration": in_turn(sample.CONFIGURATION, "engine", "engine_version", "dtype", "system_prompt"),
        "datasets": (in_turn(sample.DATA, "name"),),
        "not_checked": tuple(NotRun(check=one, reason=one) for one in CORPUS[:3]),
        "clauses": tuple(in_turn(one, "clause", "title") for one in sample.clauses()),
        "policy": PolicyReference(id=CORPUS[2], version=CORPUS[4], sha256=canonical_digest(sample.policy())),
    }


def _changer(world: PagesWorld, registry: Registry) -> Any:
    def change(name: str, state: State, reason: str) -> None:
        issued = world.issued[name]
        status = Status(serial=issued.serial, state=state, reason=reason, declared_at="2026-11-25T08:00:00Z")
        payload = parse_bundle(CertificateFile.from_bytes(issued.bundle, name="file").certificate).payload_sha256
        registry.append(sign_statement(status_statement(status, payload), world.signers["revoker"]), now=NOW)

    return change


def _issue(
    world: PagesWorld,
    registry: Registry,
    name: str,
    model: ModelIdentity,
    *,
    draw: bool = False,
    weaker: bool = False,
    **changes: Any,
) -> None:
    """Log the evidence, the certificate and its rendering, and keep its files."""
    statements, places = _evidence(world, registry, name, model)
    serial = serial_for(payload_of(statements["decision"]))
    if weaker:
        changes["headlines"] = tuple(
            one.model_copy(update={"value": "88.3 %"}) if number == 0 else one
            for number, one in enumerate(sample.certificate(Level.ISSUER_RUN).headlines)
        )
    certificate = sample.certificate(
        Level.ISSUER_RUN,
        serial=serial,
        model=model,
        evidence=tuple(_reference(kind, bundle, places.get(kind)) for kind, bundle in statements.items()),
        proofs={kind: registry.proof(places[kind]) for kind in ("plan", "evaluation", "decision")},
        status_location=f"{ORIGIN}/c/{serial}",
        **{"policy": POLICY_USED, **changes},
    )
    issuer = world.signers["issuer"]
    bundle = sign_statement(certificate_statement(certificate), issuer)
    appended = registry.append(bundle, now=NOW)
    file = CertificateFile(
        certificate=parse_bundle(bundle).document,
        certificate_proof=appended.proof,
        statements={payload_of(one): parse_bundle(one).document for one in statements.values()},
        policy=sample.policy(),
    ).to_bytes()
    pdf = _draw(certificate, file, issuer) if draw else _undrawn(file)
    rendering = Rendering(
        serial=serial,
        certificate_sha256=payload_of(bundle),
        pdf_sha256=sha256_hex(pdf),
        renderer="weasyprint",
        rendered_at=NOW,
    )
    registry.append(sign_statement(rendering_statement(rendering), issuer), now=NOW)
    (world.files / f"{serial}.json").write_bytes(file)
    (world.files / f"{serial}.pdf").write_bytes(pdf)
    world.issued[name] = Issued(certificate, file, pdf)


def _evidence(
    world: PagesWorld, registry: Registry, name: str, model: ModelIdentity
) -> tuple[dict[str, bytes], dict[str, int]]:
    """The statements behind a certificate by kind, and where those that are logged stand."""
    evaluator, steward = world.signers["evaluator"], world.signers["data-steward"]
    identity, document = model.identity, model.document()
    planned = {**_PLAN, "applicant": f"Kontor Analytics GmbH, {name}"[:90], "model": document}
    made = {
        "dataset": signed(DATASET, sample.DATA.identity, {**sample.DATA.document(), "for": name[:40]}, steward),
        "declaration": sign_statement(declaration_statement(sample.DECLARATION_VALUE, model), steward),
        "plan": signed(PLAN, identity, planned, evaluator),
    }
    made["evaluation"] = signed(EVALUATION, identity, _evaluated(payload_of(made["plan"]), document), evaluator)
    verdict = {"timeVerified": NOW, "verificationResult": "PASSED", "inputAttestations": [], "for": identity}
    made["decision"] = signed(VSA, identity, {**verdict, "run": name[:40]}, world.signers["issuer"])
    logged = ("plan", "evaluation", "decision")
    return made, {kind: registry.append(made[kind], now=NOW).index for kind in logged}


_PLAN: dict[str, Any] = {
    "configuration": CONFIGURATION,
    "policy": POLICY,
    "checks": [{"id": "fresh-reasoning", "version": 1, "parameters": {}, "items": 9, "samples": 1, "maxTokens": 64}],
    "dataExamined": "full",
    "entropy": {"kind": "self"},
    "tokens": 1,
    "plannedAt": "2026-11-23T16:00:00Z",
    "deadline": "2026-11-24T17:00:00Z",
}


def _evaluated(plan_sha256: str, model: dict[str, Any]) -> dict[str, Any]:
    digest = sample.digest
    return {
        "planSha256": plan_sha256,
        "model": model,
        "configuration": CONFIGURATION,
        "entropy": {"kind": "self", "value": digest("entropy")},
        "seed": digest("seed"),
        "journal": {"questions": 1, "questionsRoot": digest("q"), "records": 1, "recordsRoot": digest("r")},
        "checks": {check: result.document() for check, result in sample.results().items()},
        "attempts": {"number": 1, "excludable": True},
        "startedAt": "2026-11-23T16:10:00Z",
        "finishedAt": "2026-11-23T16:20:00Z",
    }


def _reference(kind: str, bundle: bytes, place: int | None) -> EvidenceReference:
    read = parse_bundle(bundle)
    kind_uri = statement_of(read).predicate_type
    assert SHORT_NAMES[kind_uri] == kind
    role = {"dataset": "data-steward", "declaration": "data-steward", "decision": "issuer"}.get(kind, "evaluator")
    return EvidenceReference(
        kind=kind,
        predicate_type=kind_uri,
        payload_sha256=read.payload_sha256,
        keyid=read.keyid,
        party=PARTIES[role],
        log_index=place,
    )


def _undrawn(file: bytes) -> bytes:
    """As much of a PDF as a reader needs that looks for its attachment."""
    packed = zlib.compress(file)
    head = b"%%PDF-1.7\n5 0 obj\n<</Type /EmbeddedFile/Filter /FlateDecode/Length %d>>\nstream\n" % len(packed)
    return head + packed + b"\nendstream\nendobj\n%%EOF\n"


def _draw(certificate: Certificate, file: bytes, issuer: KeySigner) -> bytes:
    page = page_of(certificate, sample.results(), sample.policy())
    unsigned = render(page, file, identifier=hashlib.sha256(file).digest()[:16], created=WHEN)
    return sign_pdf(unsigned, issuer, issuer_certificate(issuer, certificate.issuer, WHEN), WHEN)
