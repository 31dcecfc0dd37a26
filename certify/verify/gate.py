"""May this model be released? A certificate's evidence, held against the reader's own policy and the bytes at hand."""

from __future__ import annotations

from certify.decide.lacks import Lack, lacks
from certify.errors import CertifyError
from certify.evidence.decision import Decision, RuleStatus, Verdict
from certify.verify.chain import policy_input, take_decision
from certify.verify.gate_answer import Asked, BytesSource, GateResult, GateVerdict
from certify.verify.result import CertificateVerdict, CheckLine, Checklist, Result
from certify.verify.verification import Examination, Opened

_REPLACED = frozenset({"model", "policy", "level"})
"""Checks of a verification that the gate makes in its own way."""
_WAITING = frozenset({CertificateVerdict.STALE, CertificateVerdict.INCOMPLETE})


def hold_gate(found: Examination, asked: Asked) -> GateResult:
    """The answer on an examined certificate.

    The issuer's verdict decides nothing: the reader's policy is applied anew to the verified evidence, at the time
    asked about. One thing that is wrong closes the gate; one that nobody knows leaves it undecided.

    Args:
        found: the examined certificate.
        asked: what it is held against; its time is the one that was examined.
    """
    verification, opened = found.verification, found.opened
    checks = Checklist()
    checks.lines += [line for line in verification.checks if line.id not in _REPLACED]
    verdict = verification.verdict
    facts: dict[str, object] = {}
    decision: Decision | None = None
    if opened is not None:
        facts = _facts(opened)
        _check_model(opened, asked, checks)
        _check_named(opened, asked, checks)
        _check_level(opened, asked, checks)
        if verdict is not CertificateVerdict.INVALID:
            decision = _decide(opened, asked, checks)
    answer, reason, code = _answer(verdict, checks, decision, asked)
    return GateResult(
        verdict=answer,
        reason=reason,
        code=code,
        certificate_verdict=verdict,
        serial=verification.serial,
        signer=verification.signer,
        level=verification.level,
        development=verification.development,
        trust_fingerprint=verification.trust_fingerprint,
        identity=asked.identity,
        bytes_from=asked.source,
        policy=asked.policy.reference,
        decision=decision.verdict if decision else None,
        rules=decision.rules if decision else (),
        lacks=_lacks(opened, asked, decision) if opened and decision else (),
        checks=tuple(checks.lines),
        **facts,  # type: ignore[arg-type]
    )


def _facts(opened: Opened) -> dict[str, object]:
    certificate = opened.certificate.value
    return {
        "model": certificate.model,
        "configuration": certificate.configuration,
        "certificate_sha256": opened.document.certificate.payload_sha256,
        "valid_until": certificate.valid_until,
        "issuers_policy": certificate.policy,
    }


def _check_model(opened: Opened, asked: Asked, checks: Checklist) -> None:
    certified = opened.certificate.value.model
    if asked.identity is None:
        checks.skipped("model", "no model was named: nobody has looked at any file; name its folder")
    elif asked.identity != certified.identity:
        there = f"{asked.where} ({asked.size})" if asked.where else f"the identity {asked.identity[:16]}"
        certain = f"certified: {certified.files} files, {certified.bytes:,} bytes, identity {certified.identity[:16]}"
        checks.failed("model", f"{there} is not the certified model {certified.name}; {certain}", "CERT-E097")
    elif asked.source is BytesSource.LOCKED:
        checks.skipped("model", "no folder was named: the lock file's identity stands for it, and no file was read")
    elif asked.source is BytesSource.NAMED:
        checks.skipped("model", "no folder was named: --identity stands for it, and no file was read")
    else:
        how = "read now" if asked.source is BytesSource.READ else "remembered for those that stood still"
        checks.passed("model", f"{asked.size} in {asked.where}, byte for byte the certified ones; digests {how}")


def _check_named(opened: Opened, asked: Asked, checks: Checklist) -> None:
    """Whether this is the certificate that the reader, or the lock file, names."""
    serial, sha256 = opened.certificate.value.serial, opened.document.certificate.payload_sha256
    if asked.lock is not None:
        if (serial, sha256) == (asked.lock.certificate.serial, asked.lock.certificate.sha256):
            checks.passed("lock", f"{serial}, the certificate that the lock file names")
        else:
            checks.failed("lock", f"{serial} is not the certificate {asked.lock.certificate.serial} of the lock file",
                          "CERT-E163")  # fmt: skip
    if asked.serial is not None and asked.serial != serial:
        checks.failed("serial", f"the certificate is {serial}; you ask for {asked.serial}", "CERT-E163")


def _check_level(opened: Opened, asked: Asked, checks: Checklist) -> None:
    if opened.level < asked.minimum_level:
        checks.failed("level", f"L{int(opened.level)}; you ask for L{int(asked.minimum_level)}", "CERT-E095")
    else:
        checks.passed("level", f"L{int(opened.level)}")


def _decide(opened: Opened, asked: Asked, checks: Checklist) -> Decision | None:
    """The reader's policy on the certificate's evidence, at the reader's time."""
    own, issued = asked.policy.reference, opened.certificate.value.policy
    try:
        decision = take_decision(asked.policy, opened.evidence, opened.level, asked.at)
    except CertifyError as error:
        checks.failed("policy", f"your policy cannot be applied to this evidence: {error.what}", error.code)
        return None
    same = own.sha256 == issued.sha256
    whose = "the issuer's too" if same else f"the issuer decided under {issued.id} {issued.version}"
    words = f"{own.id} {own.version}, applied anew to the evidence: {decision.verdict}; {whose}"
    if decision.verdict is Verdict.CERTIFIED:
        checks.passed("policy", words)
    elif decision.verdict is Verdict.REFUSED:
        checks.failed("policy", words, "CERT-E166")
    else:
        checks.skipped("policy", words)
    return decision


def _answer(
    verdict: CertificateVerdict, checks: Checklist, decision: Decision | None, asked: Asked
) -> tuple[GateVerdict, str, str | None]:
    """Closed where something is wrong, undecided where something is not known, open otherwise."""
    broken = next((line for line in checks.lines if line.result is Result.FAIL), None)
    if broken is not None:
        return GateVerdict.CLOSED, _closed(broken, verdict, decision), broken.code
    if verdict in _WAITING:
        why = "no trust file was named, so nobody vouches for the certificate"
        if any(line.id == "trust-file" for line in checks.lines):
            why = f"the certificate is {verdict}"
        return GateVerdict.UNDECIDED, why, "CERT-E167"
    if verdict is not CertificateVerdict.VALID or decision is None:
        return GateVerdict.CLOSED, f"the certificate is {verdict.value.replace('_', ' ')}", None
    if decision.verdict is not Verdict.CERTIFIED:
        return GateVerdict.UNDECIDED, _open_rules(decision), "CERT-E166"
    return GateVerdict.OPEN, f"certified, and every rule of {asked.policy.reference.id} that is a must is met", None


def _closed(broken: CheckLine, verdict: CertificateVerdict, decision: Decision | None) -> str:
    if broken.id == "policy" and decision is not None:
        return _open_rules(decision)
    if broken.id in _REPLACED | {"lock", "serial"}:
        return broken.detail
    return f"the certificate is {verdict.value.replace('_', ' ')}: {broken.detail}"


def _open_rules(decision: Decision) -> str:
    counted = []
    words = {
        RuleStatus.NOT_MET: "not met",
        RuleStatus.MISSING: "without evidence",
        RuleStatus.INCONCLUSIVE: "undecided",
    }
    for status, word in words.items():
        named = [rule.id for rule in decision.rules if rule.status is status and rule.enforcement == "must"]
        if named:
            counted.append(f"{len(named)} rule{'s' * (len(named) > 1)} {word} ({', '.join(named)})")
    return f"your policy {decision.policy.id} comes to {decision.verdict}: {'; '.join(counted) or 'no rule was met'}"


def _lacks(opened: Opened, asked: Asked, decision: Decision) -> tuple[Lack, ...]:
    missing = frozenset(rule.id for rule in decision.rules if rule.status is RuleStatus.MISSING)
    if not missing:
        return ()
    return lacks(asked.policy, policy_input(opened.evidence, opened.level), asked.at, missing)
