"""A whole certificate chain without a model: every statement, signature, log entry and page is real.

Only the engine is scripted. Parties, keys, plan, witnesses' answers, questions drawn from the seed, journal,
judgements, scan, results, decision, certificate and PDF come from the rooms that make them in earnest, so what
is built here can be verified and audited like any other certificate.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file
from pathlib import Path
from unittest.mock import patch

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.check.families import FAMILIES, generate_items
from certify.decide import LoadedPolicy, load_policy
from certify.evidence.approval import ApprovalVerdict
from certify.evidence.canonical import canonical_bytes
from certify.evidence.certificate import Certificate
from certify.evidence.evaluation import WitnessAnswer
from certify.evidence.plan import EntropyKind
from certify.identify import read_model
from certify.pipeline.approving import keep_approval, sign_approval
from certify.pipeline.case import read_case
from certify.pipeline.clock import later, now
from certify.pipeline.files import RunFolder
from certify.pipeline.founding import create_development
from certify.pipeline.main import start_run
from certify.pipeline.reporter import Silent
from certify.pipeline.request import RunRequest, Stage
from certify.pipeline.timestamp_setup import choose_authority
from certify.pipeline.trusting import KeyGrant, make_trust_file
from certify.pipeline.waiving import Exemption, keep_waiver, sign_waiver
from certify.pipeline.witnessing import answer_plan, sign_plan
from certify.pipeline.workspace import Configuration, Workspace
from certify.resources import room
from certify.trust.bundle import Bundle, parse_bundle, statement_of
from certify.trust.keys import KeySigner, generate_signer
from certify.trust.trustfile import TrustFile
from certify.verify.document import RegistryAnswer, open_document
from certify_registry import Registry
from certify_registry.answering import ask_registry
from tests.fakes.scripted_engine import DESCRIBED, PILOT, ScriptedEngine, ThreeUnreadable, judge_here
from tests.fakes.tsa import serving, stamping, standing_authority

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
PARTIES = {
    "data-steward": "Archiv für Trainingsdaten",
    "evaluator": "Prüflabor Nord GmbH",
    "issuer": "Institut für Modellprüfung",
    "revoker": "Aufsicht des Instituts",
}
WITNESSES = ("Witness One", "Witness Two")
APPROVERS = ("Ausschuss A", "Ausschuss B", "Institut für Modellprüfung")
"""Three who approve; the last is of the issuer's own party."""
FAMILIES_ASKED = ("addition", "modular", "sorting", "subtraction")
ITEMS = 40
STATIC_SEED = bytes(range(32))


class KeyringWorkspace(Workspace):
    """A workspace whose keys are in memory: nothing to decrypt for each signature."""

    keyring: dict[str, KeySigner]

    def signer(self, role: str) -> KeySigner:
        """The key of a role."""
        return self.keyring[role]


@dataclass(frozen=True)
class House:
    """A workspace, its keys and what a run needs to begin."""

    workspace: KeyringWorkspace
    signers: dict[str, KeySigner]
    witnesses: tuple[KeySigner, ...]
    root: Path
    approvers: tuple[KeySigner, ...] = ()

    @property
    def trust(self) -> TrustFile:
        """Whose signatures count."""
        return self.workspace.trust

    def copied(self, root: Path) -> House:
        """The same house elsewhere, to change what its registry says; files it names stay where they are."""
        shutil.copytree(self.root / "workspace", root / "workspace")
        return _house(root, self.signers, self.witnesses, self.approvers)


@dataclass(frozen=True)
class Chain:
    """A finished run and everything a stranger or an auditor could be handed."""

    house: House
    request: RunRequest
    folder: RunFolder
    certificate: Certificate
    bundle: bytes = field(repr=False)
    pdf: bytes = field(repr=False)
    answer: RegistryAnswer = field(repr=False)
    policy: LoadedPolicy = field(repr=False)

    @property
    def trust(self) -> TrustFile:
        """Whose signatures count."""
        return self.house.trust

    @property
    def at(self) -> str:
        """A moment of the certificate's validity."""
        return self.certificate.valid_from


@cache
def level_one() -> Chain:
    """A production certificate of level 1: four parties, two seed witnesses."""
    house = production_house(scratch())
    return finish(house, request_for(house))


@cache
def stamped() -> Chain:
    """A certificate of level 1 of which everything is stamped, over HTTP, by an authority of a fifth party."""
    house, tsa = production_house(scratch()), standing_authority()
    with serving(stamping(tsa)) as url:
        choose_authority(house.workspace, url, tsa.trusted, required=True)
        house = _house(house.root, house.signers, house.witnesses)
        return finish(house, request_for(house))


@cache
def level_one_of_another_model() -> Chain:
    """A second certificate of the same house, for another model; its page is not drawn."""
    house = level_one().house
    return finish(house, request_for(house, "other-reasoner", fill=2), drawn=False)


@cache
def level_zero() -> Chain:
    """A development certificate; its page is not drawn."""
    house = development_house(scratch())
    return finish(house, request_for(house), drawn=False)


@cache
def waived_and_approved() -> Chain:
    """A certificate with one rule waived, approved by two of three approvers; its page is not drawn."""
    house = production_house(scratch(), threshold=2)
    request = request_for(house)
    keep_waiver(house.workspace, waiver_for(house, request))
    return finish(house, request, ScriptedEngine(ThreeUnreadable()), drawn=False)


def scratch() -> Path:
    """A folder for this process, in memory where there is one."""
    folder = Path(tempfile.mkdtemp(prefix="certify-chain-", dir=MEMORY))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def production_house(root: Path, *, threshold: int = 0) -> House:
    """Four parties with a key each, two seed witnesses, a log; and approvers, where some are to be asked.

    Args:
        root: where the workspace is made.
        threshold: how many of the three approvers must approve; 0 for a trust file without that role.
    """
    signers = {role: generate_signer() for role in PARTIES}
    witnesses = tuple(generate_signer("ed25519") for _ in WITNESSES)
    approvers = tuple(generate_signer() for _ in APPROVERS) if threshold else ()
    log_key = Ed25519PrivateKey.generate()
    home = root / "workspace"
    home.mkdir(parents=True)
    with Registry.create(home / "registry", "log.example/certify", log_key) as registry:
        for role, signer in signers.items():
            registry.enroll(signer.public_pem, party=PARTIES[role], role=role)
        vkey = registry.vkey
    trust = make_trust_file(
        "the institute's trust file",
        version=1,
        expires=later(now(), days=366),
        log_vkey=vkey,
        grants=[
            *(KeyGrant(role, PARTIES[role], signer.public_pem) for role, signer in signers.items()),
            *(KeyGrant("approver", name, key.public_pem) for name, key in zip(APPROVERS, approvers, strict=False)),
        ],
        witnesses=[KeyGrant("witness", name, key.public_pem) for name, key in zip(WITNESSES, witnesses, strict=True)],
    )
    if threshold:
        document = trust.document()
        document["roles"]["approver"]["threshold"] = threshold
        trust = TrustFile.parse(canonical_bytes(document))
    (home / "trust.json").write_bytes(trust.to_bytes())
    configuration = Configuration(applicant="Kontor Analytics GmbH", environment="production", created_at=now())
    (home / "workspace.json").write_bytes(configuration.to_bytes())
    return _house(root, {**signers, "log": KeySigner.of(log_key)}, witnesses, approvers)


def development_house(root: Path) -> House:
    """A workspace as ``certify run`` makes it: one party holds every key."""
    home = root / "workspace"
    create_development(home, "Kontor Analytics GmbH")
    opened = Workspace.open(home)
    return _house(root, {role: opened.signer(role) for role in (*PARTIES, "log")}, ())


def _house(
    root: Path, signers: dict[str, KeySigner], witnesses: tuple[KeySigner, ...], approvers: tuple[KeySigner, ...] = ()
) -> House:
    opened = KeyringWorkspace.open(root / "workspace")
    assert isinstance(opened, KeyringWorkspace)
    opened.keyring = signers
    return House(opened, signers, witnesses, root, approvers)


def request_for(house: House, name: str = "tiny-reasoner", fill: int = 1) -> RunRequest:
    """A request for a run over files made on the spot; another ``fill`` makes another model."""
    _, policy = write_policy(house.root)
    data = house.root / "corpus.jsonl"
    if not data.exists():
        data.write_text("".join(json.dumps({"text": _sentence(number)}) + "\n" for number in range(40)))
    return RunRequest(
        model=write_model(house.root / name, fill),
        policy=str(policy),
        data=(data,),
        complete=True,
        declaration=_declaration(house.root),
        engine="replay",
        entropy=EntropyKind.SEED_WITNESSES if house.witnesses else EntropyKind.SELF,
    )


def finish(house: House, request: RunRequest, engine: ScriptedEngine | None = None, *, drawn: bool = True) -> Chain:
    """Carries a run to its certificate; witnesses and the first two approvers answer when they are asked."""
    with scripted(engine or ScriptedEngine(), drawn=drawn):
        folder = start_run(house.workspace, request, Silent(), upto=Stage.PLAN)
        answer_as_witnesses(house, folder)
        start_run(house.workspace, request, Silent(), upto=Stage.ISSUE)
        if house.approvers:
            approve(house, folder, *house.approvers[:2])
            start_run(house.workspace, request, Silent(), upto=Stage.ISSUE)
    return chain_of(house, request, folder)


def approve(
    house: House, folder: RunFolder, *keys: KeySigner, verdict: str = "approved", comment: str = "", ticket: str = ""
) -> None:
    """Puts approvers' words where the run looks for them."""
    case = read_case(folder.file("decision.bundle.json"), folder.name, house.trust)
    for key in keys:
        signed = sign_approval(
            case, key, house.trust, verdict=ApprovalVerdict(verdict), comment=comment, ticket=ticket or None
        )
        keep_approval(house.workspace, folder, case, signed)


def waiver_for(house: House, request: RunRequest, rule: str = "ST-07", **changes: str) -> Bundle:
    """A waiver by the first approver for the model and policy of a request."""
    model = read_model(request.model).identity
    asked = {
        "rule": rule,
        "model": model.identity,
        "model_name": model.name,
        "reason": "one answer in fifty is cut off; a person reads them all",
        "ticket": "RISK-118",
        "approver": "Dr. A. Beispiel",
        "expires": later(now(), days=30),
    }
    return sign_waiver(Exemption(**{**asked, **changes}), _loaded(request.policy), house.approvers[0])


def chain_of(house: House, request: RunRequest, folder: RunFolder) -> Chain:
    """What a certified run left behind."""
    bundle = folder.file("certificate.json").read_bytes()
    statement = statement_of(open_document(bundle).certificate)
    certificate = Certificate.from_document(statement.predicate)
    with house.workspace.reading() as registry:
        answer = ask_registry(registry, certificate.serial)
    return Chain(
        house=house,
        request=request,
        folder=folder,
        certificate=certificate,
        bundle=bundle,
        pdf=folder.file("certificate.pdf").read_bytes(),
        answer=answer,
        policy=_loaded(request.policy),
    )


def answer_as_witnesses(house: House, folder: RunFolder, keys: Sequence[KeySigner] | None = None) -> None:
    """Puts the seed witnesses' answers where a run looks for them; other ``keys`` look at nothing first."""
    plan = folder.file("plan.bundle.json").read_bytes()
    proof = folder.file("plan.proof").read_text(encoding="utf-8")
    for key in house.witnesses if keys is None else keys:
        answer: WitnessAnswer = (
            answer_plan(plan, proof, key, house.workspace.trust)
            if keys is None
            else sign_plan(parse_bundle(plan).payload_sha256, key)
        )
        place = folder.file("witnesses") / f"{key.keyid[:8]}.json"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(answer.to_bytes())


def scripted(engine: ScriptedEngine, *, drawn: bool = True) -> AbstractContextManager[object]:
    """The main job with a scripted engine at the places where it would call a real one.

    Args:
        engine: what answers.
        drawn: whether the page is drawn, which takes longer than all the rest.
    """
    return _Patched(
        *([] if drawn else [patch("certify.pipeline.issuing._draw", lambda *_: b"%PDF-1.7 not drawn")]),
        *([] if drawn else [patch("certify.pipeline.issuing._draw_report", lambda *_: b"%PDF-1.7 not drawn")]),
        patch("certify.pipeline.preparing.describe", lambda *_, **__: DESCRIBED),
        patch("certify.pipeline.preparing.pilot", lambda *_, **__: PILOT),
        patch("certify.pipeline.looking.answer", engine.answer),
        patch("certify.pipeline.looking.judge_in_worker", judge_here),
        patch("certify.pipeline.main.load_policy", _loaded),
    )


class _Patched(AbstractContextManager[object]):
    def __init__(self, *patches: AbstractContextManager[object]) -> None:
        self.patches = patches

    def __enter__(self) -> object:
        for one in self.patches:
            one.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        for one in reversed(self.patches):
            one.__exit__(None, None, None)


def _loaded(policy: str) -> LoadedPolicy:
    """A policy, linted and tried once for what its file says: loading is slow."""
    file = Path(policy) / "policy.yaml"
    return _loaded_once(policy, file.read_bytes() if file.is_file() else b"")


@cache
def _loaded_once(policy: str, _said: bytes) -> LoadedPolicy:
    return load_policy(policy)


def write_policy(root: Path) -> tuple[Path, Path]:
    """The starter policy's rules over checks of a size that tests can wait for, and the benchmark they name."""
    benchmark = root / "benchmark.jsonl"
    rows = [
        {"id": f"item-{family}-{number}", **vars(problem)}
        for family in FAMILIES_ASKED
        for number, problem in enumerate(
            generate_items(STATIC_SEED, family, 1, ITEMS // len(FAMILIES_ASKED), purpose="test-static")
        )
    ]
    benchmark.write_text("".join(json.dumps(row) + "\n" for row in rows))
    document = yaml.safe_load((room("policies") / "starter" / "policy.yaml").read_text())
    document["checks"] = [
        {"id": "static-benchmark", "with": {"benchmark": str(benchmark), "max_tokens": 64}},
        {"id": "fresh-reasoning", "with": {"families": list(FAMILIES_ASKED), "items": ITEMS, "max_tokens": 64}},
        {"id": "static-fresh-gap", "with": {"benchmark": str(benchmark), "max_tokens": 64}},
        {"id": "corpus-scan", "with": {"benchmarks": [str(benchmark)], "spikes": 300}},
    ]
    document["clauses"] = ["eu-ai-act/17", "sr-11-7/letter"]
    policy = root / "policy"
    with as_file(room("policies") / "starter") as shipped:
        shutil.copytree(shipped, policy, dirs_exist_ok=True)
    (policy / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return benchmark, policy


def write_model(folder: Path, fill: int = 1) -> Path:
    """A model folder of four small files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text('{"architectures": ["LlamaForCausalLM"], "vocab_size": 16}')
    (folder / "tokenizer.json").write_text("{}")
    (folder / "README.md").write_text("# tiny")
    (folder / "model.safetensors").write_bytes(safetensors({"embed": [4, 2], "norm": [3]}, fill))
    return folder


def safetensors(tensors: dict[str, list[int]], fill: int) -> bytes:
    """A weight file of float32 tensors."""
    header: dict[str, object] = {}
    body = b""
    for name, shape in tensors.items():
        size = 4 * _product(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(body), len(body) + size]}
        body += bytes([fill]) * size
    encoded = json.dumps(header).encode()
    return struct.pack("<Q", len(encoded)) + encoded + body


def _product(shape: Iterable[int]) -> int:
    total = 1
    for length in shape:
        total *= length
    return total


def _declaration(root: Path) -> Path:
    path = root / "declaration.yaml"
    path.write_bytes(
        canonical_bytes(
            {
                "owner": "Kontor Analytics GmbH",
                "intendedUse": "Checking arithmetic in invoices before a person approves them.",
            }
        )
    )
    return path


def _sentence(number: int) -> str:
    return f"Shelf {number} of the archive holds letters from the year {1700 + number} and nothing that is asked here."


assert set(FAMILIES_ASKED) <= set(FAMILIES)
