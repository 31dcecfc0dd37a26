"""``make bench``: how long certify takes as a multiple of bare Python in the same minute.

    python -m tests.bench [--rounds N] [--only TABLE] [--small-files N] [--huge-mib N]
    python -m tests.bench --only gate [--rounds N] [--gate-mib N]
    python -m tests.bench --only overhead [--rounds N] [--answers N] [--engines hf,openai,vllm] [--endpoint URL]
    python -m tests.bench --only proofs [--rounds N]
    python -m tests.bench --only resume [--answers N]
    python -m tests.bench --only roof [--shape small|3b] [--answers N] [--tokens N]
    python -m tests.bench --only scan [--megabytes N] [--slice N] [--no-large]
    python -m tests.bench --only pdf [--rounds N]
    python -m tests.bench --only tamper [--flips N]
    python -m tests.bench --only service [--rounds N]
    python -m tests.bench --only scan-accuracy [--seed N] [--suites text,gsm8k,aime] [--plants N] [--megabytes N]

Rounds are interleaved and the median is taken, so that a busy machine slows every row alike. Ratios are printed: a time
in seconds would say more about the machine than about certify. The gate's table counts processor time. The tables of
hashing and policies have other peers than bare Python, and so have the tables of the corpus scan and of the overhead,
which take minutes and are printed only where they are asked for.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from certify import __version__
from certify.evidence.certificate import Certificate
from certify.trust.bundle import statement_of
from certify.verify.document import open_document

ROOT = Path(__file__).resolve().parents[2]
VECTOR = sorted((ROOT / "tests" / "vectors").glob("certificate-*"))[-1]
BARE = "python -c pass"
Work = Callable[[], None]


def process(*arguments: str | Path) -> Work:
    """A command in a process of its own, run from an empty folder."""
    here = tempfile.gettempdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CERTIFY")}

    def run() -> None:
        subprocess.run(
            [sys.executable, *map(str, arguments)], check=True, capture_output=True, cwd=here, env=environment
        )

    return run


def command(*arguments: str | Path) -> Work:
    """A command line of certify."""
    return process("-m", "certify", *arguments)


def start_up() -> dict[str, Work]:
    """Commands whose time is mostly starting."""
    statement = statement_of(open_document((VECTOR / "certificate.json").read_bytes()).certificate)
    at = Certificate.from_document(statement.predicate).valid_from
    trusted = ("--trust", VECTOR / "trust.json", "--at", at)
    return {
        BARE: process("-c", "pass"),
        "python -c 'import pydantic, cryptography.x509'": process("-c", "import pydantic, cryptography.x509"),
        "certify --version": command("--version"),
        "certify --help": command("--help"),
        "certify explain CERT-E021": command("explain", "CERT-E021"),
        "certify verify, bundle": command("verify", VECTOR / "certificate.json", *trusted),
        "certify verify, PDF": command("verify", VECTOR / "certificate.pdf", *trusted),
        "certify policy show starter": command("policy", "show", "starter"),
    }


def inside() -> dict[str, Work]:
    """Work inside one process that has imported everything: drawing, signing, issuing, verifying."""
    from certify.evidence.certificate import Level
    from certify.issue.sign import issuer_certificate, sign_pdf
    from certify.trust.trustfile import TrustFile
    from certify.verify.expectations import Expectations
    from certify.verify.verify import verify_certificate
    from tests.fakes.certificate_sample import certificate
    from tests.fakes.chain import finish, production_house, request_for
    from tests.fakes.pdf_sample import SIGNER, WHEN, draw

    trust = TrustFile.load(VECTOR / "trust.json")
    pdf, bundle = (VECTOR / "certificate.pdf").read_bytes(), (VECTOR / "certificate.json").read_bytes()
    statement = statement_of(open_document(bundle).certificate)
    expectations = Expectations(at=Certificate.from_document(statement.predicate).valid_from)
    facts = certificate(Level.ISSUER_RUN)
    drawn, named = draw(facts), issuer_certificate(SIGNER, "bench", WHEN)

    def whole() -> None:
        with tempfile.TemporaryDirectory() as folder:
            house = production_house(Path(folder))
            finish(house, request_for(house))

    return {
        BARE: process("-c", "pass"),
        "draw the PDF": lambda: _discard(draw(facts)),
        "sign the PDF": lambda: _discard(sign_pdf(drawn, SIGNER, named, WHEN)),
        "verify a bundle": lambda: _discard(verify_certificate(bundle, trust=trust, expectations=expectations)),
        "verify a PDF": lambda: _discard(verify_certificate(pdf, trust=trust, expectations=expectations)),
        "plan to issued PDF, scripted answers": whole,
    }


def _discard(_: object) -> None:
    """Keeps the caller from returning what was measured."""


def ratios(work: dict[str, Work], rounds: int) -> dict[str, float]:
    """Median time of each, as a multiple of bare Python's; one round each beforehand warms the caches."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(rounds + 1):
        for name, run in work.items():
            started = time.perf_counter()
            run()
            if turn:
                times[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    return {name: median / medians[BARE] for name, median in medians.items()}


def main() -> None:
    """Prints the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    tables = [
        "start",
        "inside",
        "gate",
        "hashing",
        "policies",
        "overhead",
        "pdf",
        "proofs",
        "resume",
        "registry",
        "roof",
    ]
    tables += ["roof", "scan", "scan-accuracy", "service", "tamper"]
    parser.add_argument("--only", choices=tables)
    parser.add_argument("--gate-mib", type=int, default=256, help="weights of the model that the gate looks at")
    parser.add_argument("--small-files", type=int, default=20_000)
    parser.add_argument("--huge-mib", type=int, default=2048)
    parser.add_argument("--megabytes", type=float, help="of the corpus that is scanned; all of it where absent")
    parser.add_argument("--slice", type=float, default=20, help="megabytes for the scanners beside this one")
    parser.add_argument("--no-large", action="store_true", help="leave the index of ten million runs out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--suites", default="text,gsm8k,aime")
    parser.add_argument("--plants", type=int, default=1000, help="copies of each class in each suite")
    parser.add_argument("--items", type=int, default=2000, help="cuts of text to look for")
    parser.add_argument("--misses", type=int, default=0, help="copies of each class that were missed, to be printed")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--answers", type=int, default=512, help="requests of each round of the overhead")
    parser.add_argument("--endpoint", help="a server with the demo's honest model, for one more row of the overhead")
    parser.add_argument("--engines", default="hf,openai", help="whose rows of the overhead")
    parser.add_argument("--shape", choices=["small", "3b"], default="small", help="of the model held against the roof")
    parser.add_argument("--tokens", type=int, default=256, help="length of an answer held against the roof")
    parser.add_argument("--flips", type=int, default=10_000, help="random bits of a PDF to flip")
    parser.add_argument("--entries", type=int, default=1_000_000, help="of the large log of the registry; 0 for none")
    given = parser.parse_args()
    rounds = given.rounds
    load = os.getloadavg()[0]
    print(
        f"certify {__version__}, Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"load {load:.1f}, {datetime.now(UTC):%Y-%m-%d}, medians of {rounds} interleaved rounds"
    )
    for key, title, work in (("start", "starting a process", start_up), ("inside", "within one process", inside)):
        if given.only in (None, key):
            print(f"\n| {title} | times `{BARE}` |\n|---|---|")
            for name, ratio in ratios(work(), rounds).items():
                print(f"| {name.replace('|', '')} | {ratio:.1f} |")
    if given.only in (None, "pdf"):
        from tests.bench.pdf import print_pdf

        print_pdf(rounds)
    if given.only in (None, "gate"):
        from tests.bench.gate import print_gate

        print_gate(rounds, given.gate_mib)
    if given.only in (None, "hashing"):
        from tests.bench.hashing import print_tables

        print_tables(rounds, given.small_files, given.huge_mib)
    if given.only in (None, "policies"):
        from tests.bench.policies import print_policies

        print_policies(rounds)
    if given.only == "overhead":
        from tests.bench.overhead.tables import print_overhead

        print_overhead(rounds, given.answers, given.endpoint, given.engines.split(","))
    if given.only == "proofs":
        from tests.bench.proofs import print_proofs

        print_proofs(rounds)
    if given.only == "resume":
        from tests.bench.overhead.resume import REPEATS, print_resume

        print_resume(given.answers // REPEATS)
    if given.only == "registry":
        from tests.bench.registry import print_registry

        print_registry(given.answers, given.entries)
    if given.only == "roof":
        from tests.bench.roof import print_roof

        print_roof(given.shape, given.answers, given.tokens)
    if given.only == "service":
        from tests.bench.service import print_service

        print_service(min(rounds, 3))
    if given.only == "scan":
        from tests.bench.scan.speed import print_speed

        print_speed(min(rounds, 3), given.megabytes or 160, given.slice, given.seed, large=not given.no_large)
    if given.only == "scan-accuracy":
        from tests.bench.scan.accuracy import print_accuracy

        print_accuracy(
            given.suites.split(","), seed=given.seed, plants=given.plants, items=given.items,
            megabytes=given.megabytes, threads=given.threads, misses=given.misses,
        )  # fmt: skip
    if given.only == "tamper":
        from tests.bench.tamper import print_tamper

        print_tamper(given.flips)


if __name__ == "__main__":
    main()
