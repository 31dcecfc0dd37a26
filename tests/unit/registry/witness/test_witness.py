"""The witness: every status of the specification, and a memory that only moves forward."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from certify.errors import RegistryError
from certify.evidence.merkle import tree_root
from certify.trust.cosignature import cosign, verify_cosignatures
from certify.trust.note import Checkpoint, parse_checkpoint, parse_note, sign_checkpoint, sign_note, signature_line
from certify_registry.witness.request import MAX_REQUEST, format_submission
from certify_registry.witness.store import Latest, WitnessStore
from certify_registry.witness.witness import SIZE, Answer, Witness
from tests.fakes.tlog import NAME, MemoryLog, cosigner

LOG = MemoryLog(300)
FORK = MemoryLog(300, fork=3)
OWN = (cosigner(1), cosigner(1, post_quantum=True))
ORIGIN_HASH = hashlib.sha256(NAME.encode()).hexdigest()


def make(path: Path, clock: float = 1_700_000_000.0) -> Witness:
    return Witness([LOG.signer.verifier], OWN, WitnessStore(path), lambda: clock)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    made = make(tmp_path / "witness.db")
    assert made.add_checkpoint(ask(LOG, 0, 10)).status == 200
    return made


def ask(log: MemoryLog, old: int, size: int) -> bytes:
    return format_submission(old, log.path(old, size) if 0 < old <= size else (), log.checkpoint(size))


def empty_with_root(root: bytes) -> str:
    return sign_checkpoint(Checkpoint(NAME, 0, root), LOG.signer)


def with_wrong_line(checkpoint: str) -> str:
    """The genuine signature, and one under the same name and key id that does not hold."""
    return checkpoint + signature_line(NAME, LOG.signer.verifier.key_id, bytes(64))


STRANGER = sign_note(parse_note(LOG.checkpoint(12)).text, cosigner(8))  # type: ignore[arg-type]
UNKNOWN = MemoryLog(12, name="log.example/unknown")
BAD_PATH = (*LOG.path(10, 12)[:-1], bytes(32))

TABLE = [
    # what is sent to a witness that has cosigned 10 entries, status, body
    ("grows", ask(LOG, 10, 12), 200, None),
    ("the same again", format_submission(10, (), LOG.checkpoint(10)), 200, None),
    ("far", ask(LOG, 10, 300), 200, None),
    ("unknown origin", ask(UNKNOWN, 0, 12), 404, None),
    ("no trusted key signed", format_submission(10, LOG.path(10, 12), STRANGER), 403, None),
    ("a known line fails", format_submission(10, LOG.path(10, 12), with_wrong_line(LOG.checkpoint(12))), 403, None),
    ("old above new", format_submission(10, (), LOG.checkpoint(9)), 400, None),
    ("old above new, and not the witness's", format_submission(99, (), LOG.checkpoint(12)), 400, None),
    ("old too small", ask(LOG, 4, 12), 409, "10\n"),
    ("old zero", ask(LOG, 0, 12), 409, "10\n"),
    ("old too large", ask(LOG, 11, 12), 409, "10\n"),
    ("a proof that does not lead there", format_submission(10, BAD_PATH, LOG.checkpoint(12)), 422, None),
    ("no proof", format_submission(10, (), LOG.checkpoint(12)), 422, None),
    ("another history", ask(FORK, 10, 12), 422, None),
    ("same size, other root", format_submission(10, (), FORK.checkpoint(10)), 422, None),
    ("same size, with a proof", format_submission(10, (bytes(32),), LOG.checkpoint(10)), 422, None),
    ("nothing", b"", 400, None),
    ("no old line", b"\n" + LOG.checkpoint(12).encode(), 400, None),
    ("leading zero", ask(LOG, 10, 12).replace(b"old 10", b"old 010"), 400, None),
    ("negative", ask(LOG, 10, 12).replace(b"old 10", b"old -10"), 400, None),
    ("two spaces", ask(LOG, 10, 12).replace(b"old 10", b"old  10"), 400, None),
    ("64 hashes", format_submission(10, [bytes(32)] * 64, LOG.checkpoint(12)), 400, None),
    ("short hash", format_submission(10, [bytes(31)], LOG.checkpoint(12)), 400, None),
    ("carriage returns", ask(LOG, 10, 12).replace(b"\n", b"\r\n"), 400, None),
    ("no signature", format_submission(10, LOG.path(10, 12), LOG.checkpoint(12).split("\n\n")[0] + "\n\n"), 400, None),
    ("no UTF-8", ask(LOG, 10, 12) + b"\xff\n", 400, None),
    ("too long", ask(LOG, 10, 12) + b"x" * MAX_REQUEST, 400, None),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_statuses_of_the_specification(witness: Witness, body: bytes, status: int, said: str | None) -> None:
    answer = witness.add_checkpoint(body)
    assert answer.status == status
    assert answer.kind == (SIZE if status == 409 else "text/plain; charset=utf-8")
    assert said is None or answer.body == said
    if status != 200:
        assert "—" not in answer.body
        assert witness.checkpoint(ORIGIN_HASH).body.startswith(f"{NAME}\n10\n")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (format_submission(0, (), LOG.checkpoint(0)), 200),
        (format_submission(0, (), empty_with_root(bytes(32))), 422),
        (format_submission(0, (bytes(32),), LOG.checkpoint(3)), 422),
        (format_submission(0, (), LOG.checkpoint(3)), 200),
        (format_submission(3, (), LOG.checkpoint(3)), 409),
    ],
)
def test_a_witness_that_has_seen_nothing(tmp_path: Path, body: bytes, status: int) -> None:
    witness = make(tmp_path / "witness.db")
    assert witness.checkpoint(ORIGIN_HASH).status == 404
    answer = witness.add_checkpoint(body)
    assert (answer.status, answer.body == "0\n") == (status, status == 409)
    assert witness.checkpoint(ORIGIN_HASH).status == (200 if status == 200 else 404)


def test_an_answer_holds_both_cosignatures_and_is_what_is_published(witness: Witness) -> None:
    extra = cosign(parse_note(LOG.checkpoint(12)).text, cosigner(7), 5)
    answer = witness.add_checkpoint(ask(LOG, 10, 12) + extra.encode())
    keys = [one.verifier for one in OWN]
    note = parse_note(LOG.checkpoint(12) + answer.body)
    assert verify_cosignatures(note, keys) == dict.fromkeys(keys, 1_700_000_000)
    assert witness.checkpoint(ORIGIN_HASH) == Answer(200, LOG.checkpoint(12) + answer.body)
    assert {witness.checkpoint(other).status for other in ("0" * 64, ORIGIN_HASH.upper(), "..")} == {404}


def test_no_changed_byte_of_a_request_is_cosigned(witness: Witness) -> None:
    genuine = ask(LOG, 10, 12)
    for at, byte in enumerate(genuine):
        answer = witness.add_checkpoint(genuine[:at] + bytes([byte ^ 1]) + genuine[at + 1 :])
        assert answer.status in (400, 403, 404, 409, 422), f"byte {at}"
        assert "—" not in answer.body


def test_extension_lines_are_signed_along(tmp_path: Path) -> None:
    text = parse_note(LOG.checkpoint(5)).text + "an extension line\n"
    answer = make(tmp_path / "w.db").add_checkpoint(format_submission(0, (), sign_note(text, LOG.signer)))
    note = parse_note(f"{text}\n{answer.body}")
    assert len(verify_cosignatures(note, [one.verifier for one in OWN])) == 2


def test_a_contradiction_is_kept_as_evidence_once(witness: Witness, tmp_path: Path) -> None:
    said: list[str] = []
    told = Witness([LOG.signer.verifier], OWN, WitnessStore(tmp_path / "witness.db"), alarm=said.append)
    for one in (witness, told):
        assert one.add_checkpoint(format_submission(10, (), FORK.checkpoint(10))).status == 422
    (incident,) = WitnessStore(tmp_path / "witness.db").incidents()
    assert "two histories of 10 entries" in said[0]
    ours, theirs = parse_note(incident.ours), parse_note(incident.theirs)
    assert (parse_checkpoint(ours.text).root, parse_checkpoint(theirs.text).root) == (
        tree_root(LOG.hashes[:10]), tree_root(FORK.hashes[:10])
    )  # fmt: skip


def test_its_memory_outlives_it(witness: Witness, tmp_path: Path) -> None:
    again = make(tmp_path / "witness.db")
    assert again.add_checkpoint(ask(LOG, 0, 12)).body == "10\n"
    assert again.add_checkpoint(ask(LOG, 10, 12)).status == 200


def test_the_database_itself_never_goes_back(witness: Witness, tmp_path: Path) -> None:
    store = WitnessStore(tmp_path / "witness.db")
    for size, root in ((9, bytes(32)), (10, bytes(32))):
        with pytest.raises(RegistryError), store.turn(NAME) as turn:
            turn.advance(Latest(size, root, "x"))
    with sqlite3.connect(tmp_path / "witness.db") as raw, pytest.raises(sqlite3.IntegrityError):
        raw.execute("DELETE FROM latest")
    assert store.latest(NAME).size == 10  # type: ignore[union-attr]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"something else, long enough to be read" * 40)
    with sqlite3.connect(tmp_path / "y.db") as raw:
        raw.execute("CREATE TABLE other (x)")
    for name in ("x.db", "y.db", "absent/z.db"):
        with pytest.raises(RegistryError) as caught:
            WitnessStore(tmp_path / name)
        assert caught.value.code == "CERT-E642"


class Gate(WitnessStore):
    """A store that stops a request after it has its turn, so that another one can be sent in between."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.inside, self.go = threading.Event(), threading.Event()

    def turn(self, origin: str):  # type: ignore[no-untyped-def]
        from contextlib import contextmanager

        @contextmanager
        def held():  # type: ignore[no-untyped-def]
            with WitnessStore.turn(self, origin) as turn:
                self.inside.set()
                assert self.go.wait(10)
                yield turn

        return held()


@pytest.mark.parametrize(("first", "second"), [(20, 12), (12, 20)])
def test_two_requests_at_once_never_roll_the_witness_back(tmp_path: Path, first: int, second: int) -> None:
    """The race of the specification: N and N+K from the same old size, each order, one held inside its turn."""
    path = tmp_path / "witness.db"
    assert make(path).add_checkpoint(ask(LOG, 0, 10)).status == 200
    gate, answers = Gate(path), dict[int, Answer]()
    slow = Witness([LOG.signer.verifier], OWN[:1], gate)
    quick = make(path)
    threads = [
        threading.Thread(target=lambda: answers.update({first: slow.add_checkpoint(ask(LOG, 10, first))})),
        threading.Thread(target=lambda: answers.update({second: quick.add_checkpoint(ask(LOG, 10, second))})),
    ]
    threads[0].start()
    assert gate.inside.wait(10)
    threads[1].start()
    threads[1].join(0.2)
    assert threads[1].is_alive(), "the second request did not wait for the first one's turn"
    gate.go.set()
    for thread in threads:
        thread.join(10)
    assert (answers[first].status, answers[second].status, answers[second].body) == (200, 409, f"{first}\n")
    assert WitnessStore(path).latest(NAME).size == first  # type: ignore[union-attr]


class NeverBack(RuleBasedStateMachine):
    """Two histories, any sizes and proofs: of each size one root is cosigned, and sizes never shrink."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.witness = Witness([LOG.signer.verifier], OWN[:1], WitnessStore(Path(self.folder.name) / "w.db"))
        self.signed: dict[int, bytes] = {}
        self.newest = 0

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(log=st.sampled_from([LOG, FORK]), old=st.integers(0, 9), size=st.integers(0, 9), proved=st.integers(0, 9))
    def submit(self, log: MemoryLog, old: int, size: int, proved: int) -> None:
        path = log.path(proved, size) if 0 < proved <= size else ()
        self.send(log, old, size, path)

    @precondition(lambda self: self.newest)
    @rule(log=st.sampled_from([LOG, FORK]), size=st.integers(1, 9))
    def extend(self, log: MemoryLog, size: int) -> None:
        if size >= self.newest:
            self.send(log, self.newest, size, log.path(self.newest, size))

    def send(self, log: MemoryLog, old: int, size: int, path: tuple[bytes, ...]) -> None:
        answer = self.witness.add_checkpoint(format_submission(old, path, log.checkpoint(size)))
        if answer.status == 200:
            root = tree_root(log.hashes[:size])
            assert self.signed.setdefault(size, root) == root, "two roots of one size"
            assert size >= self.newest, "it went back"
            self.newest = size
        elif answer.status == 409:
            assert answer.body == f"{self.newest}\n"

    @invariant()
    def what_it_publishes_is_the_newest(self) -> None:
        published = self.witness.checkpoint(ORIGIN_HASH)
        assert published.status == (200 if self.signed else 404)
        if self.signed:
            assert published.body.startswith(f"{NAME}\n{self.newest}\n")


NeverBack.TestCase.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
TestNeverBack = NeverBack.TestCase
