"""The documents whose PDFs are judged: each kind of outcome, each script, and names as long as they come."""

from __future__ import annotations

from functools import cache

from certify.evidence.certificate import Certificate, Level, ScreeningReport
from certify.evidence.decision import WaiverUsed
from certify.issue.sign import issuer_certificate, sign_pdf
from tests.fakes.certificate_sample import DECLARATION_VALUE, MODEL, certificate, clauses, rules, screening
from tests.fakes.pdf_sample import SIGNER, WHEN, draw
from tests.fakes.tsa import standing_authority

CHINESE = "千问推理模型-7B"
JAPANESE = "推論モデル「ひかり」"
KOREAN = "한국어 추론 모델"
HEBREW = "מודל הסקה עברי"
ARABIC = "نموذج الاستدلال"
VIETNAMESE = "Mô hình suy luận Việt"
GREEK = "Μοντέλο συλλογισμού"
CYRILLIC = "Модель рассуждений Қазақша"
LONGEST = "W" * 300


def _named(model: str, issuer: str, use: str) -> Certificate:
    """A certificate for a model, an owner and an issuer of these names."""
    return certificate(
        Level.ISSUER_RUN,
        model=MODEL.model_copy(update={"name": model}),
        issuer=issuer,
        declaration=DECLARATION_VALUE.model_copy(update={"owner": issuer, "intended_use": use}),
    )


def _refused() -> ScreeningReport:
    failed = rules()[3].model_copy(update={"status": "not_met", "message": "191 of 200 items found, at most 0 asked"})
    return screening(verdict="refused", rules=(*rules()[:3], failed))


def _waived() -> Certificate:
    used = WaiverUsed(
        payload_sha256="ab" * 32,
        seen="inconclusive",
        reason="a person reads every answer",
        ticket="RISK-118",
        approver="Dr. A. Beispiel",
        expires_at="2026-12-24T12:00:00Z",
    )
    waived = rules()[0].model_copy(update={"id": "ST-20", "status": "waived", "waiver": used})
    return certificate(Level.ISSUER_RUN, rules=(*rules(), waived))


def _longest() -> Certificate:
    rule = rules()[0].model_copy(update={"message": LONGEST, "title": LONGEST, "clauses": (LONGEST,)})
    clause = clauses()[0].model_copy(update={"clause": LONGEST, "title": LONGEST, "rules": (LONGEST,)})
    value = _named(LONGEST, LONGEST, LONGEST)
    return value.model_copy(
        update={
            "model": MODEL.model_copy(update={"name": LONGEST, "architecture": LONGEST}),
            "rules": (rule,),
            "clauses": (clause,),
        }
    )


VALUES = {
    "pass": lambda: certificate(Level.ISSUER_RUN),
    "refused": _refused,
    "waived": _waived,
    "Han": lambda: _named(f"{CHINESE} {JAPANESE} {KOREAN}", f"北京人工智能研究院 {KOREAN}", f"{JAPANESE}, {CHINESE}。"),
    "right to left": lambda: _named(f"{HEBREW} 12 {ARABIC}", f"{ARABIC}, Cairo", f"{HEBREW} 7 (גרסה 2), {ARABIC} ٧."),
    "longest names": _longest,
}
"""What is drawn, by name."""


@cache
def drawn(name: str) -> bytes:
    """The unsigned PDF of a value."""
    return draw(VALUES[name]())


@cache
def signed_baseline(name: str) -> bytes:
    """The same, signed at level B-B."""
    return sign_pdf(drawn(name), SIGNER, issuer_certificate(SIGNER, "Institut für Modellprüfung", WHEN), WHEN)


@cache
def signed_stamped(name: str) -> bytes:
    """The same, signed at level B-T."""
    named = issuer_certificate(SIGNER, "Institut für Modellprüfung", WHEN)
    return sign_pdf(drawn(name), SIGNER, named, WHEN, standing_authority())
