"""Realistic certificates and a screening report, for tests that need one and do not care how it came about."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from certify.attest.statements import certificate_statement
from certify.evidence.base import Value
from certify.evidence.canonical import parse_json
from certify.evidence.certificate import (
    AttemptCount,
    Certificate,
    CertificateFile,
    EvidenceReference,
    Level,
    ScreeningReport,
    serial_for,
)
from certify.evidence.clauses import ClauseOutcome, Decidable, Standing, Support, force_on
from certify.evidence.dataset import DataExamined, DatasetIdentity, Declaration
from certify.evidence.decision import RuleOutcome, RuleStatus, Verdict
from certify.evidence.evaluation import NotRun
from certify.evidence.model import ModelIdentity, Sampling, TestedConfiguration
from certify.evidence.plan import EntropyKind, PolicyReference
from certify.evidence.results import (
    CorpusScanResult,
    Estimate,
    FamilyResult,
    FreshReasoningResult,
    Outcomes,
    ScannedBenchmark,
    SelfTestRow,
    StaticBenchmarkResult,
    StaticFreshGapResult,
)
from certify.evidence.statement import DATASET, DECLARATION, EVALUATION, PLAN, VSA
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner
from certify.verify.words.caveats import caveats
from certify.verify.words.headlines import headlines

FAMILIES = ("addition", "counting", "linear", "modular", "ordering", "weekday")


def digest(text: str) -> str:
    """A SHA-256 that stands for something named ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()


def estimate(right: int, items: int, lower: float, upper: float) -> Estimate:
    """A share with its bounds."""
    return Estimate(estimate=round(right / items, 4), lower=lower, upper=upper, items=items, samples=1, rule="ACC")


MODEL = ModelIdentity(
    name="honest-reasoner-0.7m",
    identity=digest("manifest"),
    weights_digest=digest("weights"),
    release_digest=digest("release"),
    architecture="LlamaForCausalLM",
    parameters=712_448,
    files=5,
    bytes=2_861_204,
)
CONFIGURATION = TestedConfiguration(
    engine="hf",
    engine_version="torch 2.13.0, transformers 5.19.0",
    dtype="float32",
    prompt_style="completion",
    sampling=Sampling(temperature=0),
    context_length=256,
)
POLICY = PolicyReference(id="starter", version="1.0.0", sha256=digest("policy"))
DATA = DatasetIdentity(name="arithmetic-corpus", identity=digest("corpus"), shards=4, bytes=3_145_728)
DECLARATION_VALUE = Declaration(
    owner="Kontor Analytics GmbH",
    intended_use="Checking arithmetic in invoices before a person approves them.",
    prohibited_use="Decisions about people; medical or legal advice.",
    population="Bookkeeping staff of the owner.",
    deployment="On premises, one CPU server, no internet access.",
    monitoring="Ten answers a week are read by a person.",
    declared_at="2026-11-20T09:00:00Z",
)


def results() -> dict[str, Value]:
    """What the checks of the sample run found."""
    shares = (20, 19, 20, 17, 18, 19)
    families = tuple(
        FamilyResult(
            family=name,
            version=1,
            released="2026-11-01",
            right=right,
            answers=20,
            items=20,
            share=right / 20,
            floor=floor,
            floor_responder=responder,
        )
        for name, right, floor, responder in zip(
            FAMILIES, shares, (0.021, 0.183, 0.094, 0.241, 0.332, 0.171), ["echo", "mode"] * 3, strict=True
        )
    )
    return {
        "fresh-reasoning": FreshReasoningResult(
            accuracy=estimate(113, 120, 0.8832, 0.9718),
            families=families,
            lowest_family=0.85,
            outcomes=Outcomes(answers=120, correct=113, wrong=7),
            level=1,
        ),
        "static-benchmark": StaticBenchmarkResult(
            benchmark="arithmetic-60",
            benchmark_sha256=digest("benchmark"),
            accuracy=estimate(57, 60, 0.8611, 0.9858),
            outcomes=Outcomes(answers=60, correct=57, wrong=3),
        ),
        "static-fresh-gap": StaticFreshGapResult(
            static=estimate(57, 60, 0.8611, 0.9858),
            fresh=estimate(56, 60, 0.8399, 0.9773),
            gap=0.0167,
            p_value=0.5,
            upper=0.0871,
            detectable=0.1167,
            power=0.7412,
            power_against=0.1,
            items=60,
            outcomes=Outcomes(answers=60, correct=56, wrong=4),
        ),
        "corpus-scan": CorpusScanResult(
            benchmarks=(
                ScannedBenchmark(
                    benchmark="arithmetic-60",
                    benchmark_sha256=digest("benchmark"),
                    items=60,
                    contaminated=0,
                    full=0,
                    partial=0,
                ),
            ),
            items=60,
            contaminated=0,
            contaminated_share=0.0,
            shards=4,
            documents=48_000,
            bytes=3_145_728,
            self_test=(SelfTestRow(kind="verbatim", planted=300, found=300, recall_lower=0.9901),),
            verbatim_recall_lower=0.9901,
            report_sha256=digest("scan report"),
        ),
    }


def rules() -> tuple[RuleOutcome, ...]:
    """The rules of the sample policy, all met."""

    def rule(number: int, title: str, message: str, observed: dict[str, Any], expected: dict[str, Any]) -> RuleOutcome:
        return RuleOutcome(
            id=f"ST-{number:02}",
            title=title,
            status=RuleStatus.MET,
            enforcement="must" if number < 6 else "should",
            severity="high",
            message=message,
            observed=observed,
            expected=expected,
            clauses=("eu-ai-act/15-1", "iso-42001/a.6.2.4") if number < 4 else ("eu-ai-act/10-2",),
            coverage="partial",
        )

    return (
        rule(
            1,
            "Fresh reasoning stays above the floor of the policy",
            "lower bound 0.8832, at least 0.75 asked",
            {'check["fresh-reasoning"].accuracy.lower': 0.8832},
            {"floor": 0.75},
        ),
        rule(
            2,
            "Every family of fresh problems is answered",
            "weakest family 0.85, at least 0.5 asked",
            {'check["fresh-reasoning"].lowest_family': 0.85},
            {"floor": 0.5},
        ),
        rule(
            3,
            "Published items are not answered better than fresh twins",
            "upper bound of the gap 0.0871, at most 0.15 asked",
            {'check["static-fresh-gap"].upper': 0.0871},
            {"limit": 0.15},
        ),
        rule(
            4,
            "No benchmark item stands in the training data",
            "0 of 60 items found, at most 0 asked",
            {'check["corpus-scan"].contaminated': 0},
            {"limit": 0},
        ),
        rule(
            5,
            "The scan finds what is planted",
            "recall at least 0.9901, at least 0.95 asked",
            {'check["corpus-scan"].verbatim_recall_lower': 0.9901},
            {"floor": 0.95},
        ),
        rule(
            6,
            "Few attempts preceded this one",
            "attempt 1, at most 3 asked",
            {"attempts.number": 1},
            {"limit": 3},
        ),
    )


def policy() -> dict[str, Any]:
    """As much of the sample policy as a page reads."""
    fresh, gap = 'check["fresh-reasoning"]', 'check["static-fresh-gap"]'
    return {
        "id": "starter",
        "rules": [
            {"id": "ST-01", "assert": f"{fresh}.accuracy.lower >= params.floor && size({fresh}.families) > 0"},
            {"id": "ST-02", "assert": f"{fresh}.lowest_family >= params.floor"},
            {"id": "ST-03", "assert": f"{gap}.upper <= params.limit"},
            {"id": "ST-04", "assert": 'check["corpus-scan"].contaminated == 0'},
        ],
    }


def evidence(level: Level = Level.SELF_DECLARED) -> tuple[EvidenceReference, ...]:
    """References to the statements of the sample run; one key at level 0, one a role above it."""

    def reference(kind: str, predicate_type: str, role: str, index: int | None) -> EvidenceReference:
        signer = "everyone" if level is Level.SELF_DECLARED else role
        return EvidenceReference(
            kind=kind,
            predicate_type=predicate_type,
            payload_sha256=digest(kind),
            keyid=digest(f"key of {signer}"),
            party=PARTIES[digest(f"key of {signer}")],
            log_index=index,
        )

    return (
        reference("dataset", DATASET, "steward", None),
        reference("declaration", DECLARATION, "owner", None),
        reference("plan", PLAN, "evaluator", 4),
        reference("evaluation", EVALUATION, "evaluator", 5),
        reference("decision", VSA, "issuer", 6),
    )


PARTIES = {
    digest("key of everyone"): "Kontor Analytics GmbH",
    digest("key of steward"): "Kontor Analytics GmbH",
    digest("key of owner"): "Kontor Analytics GmbH",
    digest("key of evaluator"): "Prüfwerk Labor",
    digest("key of issuer"): "Institut für Modellprüfung",
}


def clauses() -> tuple[ClauseOutcome, ...]:
    """A clause of each kind of support, the one that nothing covers last."""
    made = (
        (
            "eu-ai-act/15-1",
            "Article 15(1)",
            Support.SUPPORTED,
            Standing.IN_FORCE,
            "2027-12-02",
            None,
            ("ST-01",),
        ),
        ("dora/8", "Article 8, assets", Support.OPEN, Standing.IN_FORCE, None, None, ("ST-09",)),
        ("sr-11-7/letter", "SR 11-7, rescinded", Support.NOT_COVERED, Standing.RESCINDED, None, "2026-04-17", ()),
    )
    return tuple(
        ClauseOutcome(
            clause=name,
            title=title,
            support=support,
            force=force_on("2026-11-23", status, begun, ended),
            status=status,
            effective_from=begun,
            effective_until=ended,
            coverage=Decidable.PARTIAL,
            verified=name == "dora/8",
            rules=named,
        )
        for name, title, support, status, begun, ended, named in made
    )


def certificate(level: Level = Level.SELF_DECLARED, **changes: Any) -> Certificate:
    """A certificate at an assurance level; keyword arguments replace fields."""
    own = level is Level.SELF_DECLARED
    found = results()
    entropy = EntropyKind.SELF if own else EntropyKind.SEED_WITNESSES
    attempts = AttemptCount(number=1, total=1, excludable=not own)
    serial = serial_for(digest(f"decision {level}"))
    fields: dict[str, Any] = {
        "development": own,
        "model": MODEL,
        "configuration": CONFIGURATION,
        "policy": POLICY,
        "rules": rules(),
        "headlines": headlines(found),
        "data_examined": DataExamined.FULL,
        "datasets": (DATA,),
        "entropy": entropy,
        "attempts": attempts,
        "declaration": DECLARATION_VALUE,
        "caveats": caveats(
            found,
            data_examined=DataExamined.FULL,
            entropy=entropy,
            attempts=attempts,
            development=own,
            rerun=level >= Level.INDEPENDENTLY_RERUN,
        ),
        "not_checked": (),
        "evidence": evidence(level),
        "issuer": "Kontor Analytics GmbH" if own else "Institut für Modellprüfung",
        "decided_at": "2026-11-23T17:00:00Z",
        "serial": serial,
        "level": level,
        "proofs": {kind: f"c2sp.org/tlog-proof@v1\nindex {kind}\n" for kind in ("plan", "evaluation", "decision")},
        "issued_at": "2026-11-23T17:00:05Z",
        "valid_from": "2026-11-23T17:00:05Z",
        "valid_until": "2027-05-22T17:00:05Z",
        "status_location": f"https://registry.example.org/c/{serial}",
    }
    return Certificate(**(fields | changes))


def screening(**changes: Any) -> ScreeningReport:
    """A report on a model with published weights and no training data at hand."""
    found = results()
    del found["corpus-scan"]
    refused = rules()[2].model_copy(
        update={"status": RuleStatus.INCONCLUSIVE, "message": "upper bound of the gap 0.2214, at most 0.15 asked"}
    )
    missing = rules()[3].model_copy(
        update={"status": RuleStatus.MISSING, "message": "no scan of the training data", "remedy": "add --data DIR"}
    )
    attempts = AttemptCount(number=2, total=2, excludable=False)
    fields: dict[str, Any] = {
        "development": True,
        "model": MODEL.model_copy(update={"name": "SmolReasoner-135M-Instruct", "parameters": 134_515_008}),
        "configuration": CONFIGURATION,
        "policy": POLICY,
        "rules": (*rules()[:2], refused, missing),
        "headlines": headlines(found),
        "data_examined": DataExamined.UNDISCLOSED,
        "datasets": (),
        "entropy": EntropyKind.SELF,
        "attempts": attempts,
        "caveats": caveats(
            found,
            data_examined=DataExamined.UNDISCLOSED,
            entropy=EntropyKind.SELF,
            attempts=attempts,
            development=True,
        ),
        "not_checked": (NotRun(check="corpus-scan", reason="no training data was given"),),
        "evidence": evidence()[2:],
        "issuer": "Kontor Analytics GmbH",
        "decided_at": "2026-11-23T17:00:00Z",
        "run": "run-20261123-7f3a",
        "verdict": Verdict.INCONCLUSIVE,
        "log_index": 6,
    }
    return ScreeningReport(**(fields | changes))


@cache
def _signer() -> KeySigner:
    return KeySigner.of(ec.derive_private_key(0xBEEF, ec.SECP256R1()))


def attachment(subject: Certificate | None = None) -> bytes:
    """Bytes of the file that the PDF of ``subject`` carries; the certificate is signed, its evidence is made up."""
    value = subject or certificate()
    signed = sign_statement(certificate_statement(value), _signer())
    return CertificateFile(
        certificate=parse_json(signed),
        certificate_proof="c2sp.org/tlog-proof@v1\n",
        statements={reference.payload_sha256: {} for reference in value.evidence},
        policy=policy(),
    ).to_bytes()
