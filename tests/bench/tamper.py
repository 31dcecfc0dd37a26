"""Which attacks on a certificate's PDF three programs accept: ``pdfsig``, pyHanko as it comes, and certify.

    python -m tests.bench --only tamper [--flips N]

All three are told to trust the genuine issuer, and what they say is taken at its best for them: pyHanko's word is its
``bottom_line`` on the issuer's signature, pdfsig's is "Signature is Valid" with the certificate left out of account,
since it knows no issuer of ours. Both judge a signature; what certify judges besides, it is asked about too.
"""

from __future__ import annotations

import io
import logging
import random
import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from certify.evidence.canonical import canonical_bytes, parse_json
from certify.trust.trustfile import TrustFile
from certify.verify.document import RegistryAnswer
from certify.verify.expectations import Expectations
from certify.verify.pdf import read_pdf
from certify.verify.verify import verify_certificate
from tests.fakes.chain import Chain, stamped
from tests.fakes.tampering import attacks, hole, other, stamped_by_a_stranger, victim
from tests.fakes.tsa import standing_authority

ACCEPTS, REJECTS = "**accepts**", "rejects"
PARTLY = "**accepts**, “not total”"


@dataclass(frozen=True)
class Case:
    """A file and whom its reader trusts."""

    data: bytes
    chain: Chain
    trust: TrustFile
    answer: RegistryAnswer | None


def print_tamper(flips: int) -> None:
    """Prints the tables.

    Args:
        flips: random bits to flip, over the whole file and again within the signature's place.
    """
    logging.disable(logging.CRITICAL)  # pyHanko logs a traceback for each file that it rejects
    print(f"\n{_versions()}\n\n| attack | `pdfsig` | pyHanko's default | certify |\n|---|---|---|---|")
    for name, case in _cases().items():
        print(f"| {name} | {by_pdfsig(case)} | {by_pyhanko(case)} | {by_certify(case)} |")
    print("\n| random bits flipped, accepted of tried | `pdfsig` | pyHanko's default | certify |\n|---|---|---|---|")
    size = len(victim().pdf)
    for name, low, high in (("anywhere in the file", 0, size), ("within the signature's place", *hole(victim().pdf))):
        found = _flipped(flips, low, high)
        print(f"| {name} | {' | '.join(found)} |")


def _cases() -> dict[str, Case]:
    def plain(chain: Chain, data: bytes, **changes: Any) -> Case:
        return Case(data, chain, _with_term(chain, **changes) if changes else chain.trust, chain.answer)

    stolen = {"reason": "the laptop was stolen", "declaredAt": "2020-01-01T00:00:00Z"}
    found = {"none: the genuine file": plain(victim(), victim().pdf)}
    found["none: the genuine file with a timestamp"] = plain(stamped(), stamped().pdf)
    for name, attack in attacks().items():
        found[name] = plain(stamped() if attack.stamped else victim(), attack.data)
    found["timestamp by an authority nobody named"] = plain(stamped(), stamped_by_a_stranger())
    found["signer's term was over"] = plain(victim(), victim().pdf, validUntilIndex=1)
    found["signer's key was revoked"] = plain(victim(), victim().pdf, revoked={"index": 1, **stolen})
    return found


def _with_term(chain: Chain, **window: Any) -> TrustFile:
    document = parse_json(chain.trust.to_bytes())
    document["keys"][chain.house.signers["issuer"].keyid].update(window)
    return TrustFile.parse(canonical_bytes(document))


def by_certify(case: Case) -> str:
    """What ``certify verify`` says, the registry asked; and what offline, where that is something else."""
    asked, offline = (_verdict(case, answer) for answer in (case.answer, None))
    if asked == offline:
        return asked
    return f"{asked}; {offline} offline"


def _verdict(case: Case, answer: RegistryAnswer | None) -> str:
    at = max(victim().at, other().at, stamped().at)
    found = verify_certificate(case.data, trust=case.trust, expectations=Expectations(at=at), answer=answer)
    if found.verdict == "valid":
        return ACCEPTS
    return f"{REJECTS}, {next(line.code for line in found.checks if line.result == 'fail')}"


def by_pdfsig(case: Case) -> str:
    """What poppler's ``pdfsig`` says of all signatures in the file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "certificate.pdf"
        file.write_bytes(case.data)
        done = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, check=False)
    said = done.stdout.decode(errors="replace")
    words = re.findall(r"Signature Validation: (.*)", said)
    if not words or any(word != "Signature is Valid." for word in words):
        return REJECTS
    return PARTLY if "Not total document signed" in said else ACCEPTS


def by_pyhanko(case: Case) -> str:
    """What pyHanko's validation says of the issuer's signature, with its settings as they come."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature

    try:
        signature = PdfFileReader(io.BytesIO(case.data)).embedded_signatures[0]
        status = validate_pdf_signature(signature, *_contexts(case.chain))
    except (Exception, RecursionError):  # it raises many kinds on files that it cannot read; each is a rejection
        return REJECTS
    return ACCEPTS if status.bottom_line else REJECTS


def _contexts(chain: Chain) -> tuple[Any, Any]:
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko_certvalidator import ValidationContext

    issuer = x509.Certificate.load(_issuer_of(chain.pdf))
    authority = x509.Certificate.load(standing_authority().root.certificate.public_bytes(Encoding.DER))
    now = datetime.now(UTC)
    return ValidationContext(trust_roots=[issuer], moment=now), ValidationContext(trust_roots=[authority], moment=now)


@cache
def _issuer_of(pdf: bytes) -> bytes:
    return read_pdf(pdf).certificate


def _flipped(count: int, low: int, high: int) -> list[str]:
    """How many of the flipped bits each program accepts; pdfsig, a process a file, tries a tenth."""
    generator, case = random.Random(20261126), _cases_of_victim()
    accepted: dict[Callable[[Case], str], int] = {by_pdfsig: 0, by_pyhanko: 0, by_certify: 0}
    tried = dict.fromkeys(accepted, 0)
    for turn in range(count):
        data = bytearray(victim().pdf)
        data[generator.randrange(low, high)] ^= 1 << generator.randrange(8)
        spoiled = case(bytes(data))
        for program in accepted:
            if program is by_certify or turn % 10 == 0:
                tried[program] += 1
                accepted[program] += ACCEPTS in program(spoiled)
    return [f"{accepted[program]} of {tried[program]:,}" for program in accepted]


def _cases_of_victim() -> Callable[[bytes], Case]:
    return lambda data: Case(data, victim(), victim().trust, victim().answer)


def _versions() -> str:
    from importlib.metadata import version

    said = subprocess.run(["pdfsig", "-v"], capture_output=True, text=True, check=False).stderr
    poppler = re.search(r"version ([\d.]+)", said)
    return f"poppler {poppler.group(1) if poppler else 'unknown'}, pyHanko {version('pyHanko')}"
